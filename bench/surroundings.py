"""What the benchmarks beside Python's peers have in common: their packages, and a line of progress."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def progress(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def find_packages(peers, *folders):
    """What is missing of the readers and these peers is installed, and the folders, by the names of
    their variables, become PYTHONPATH."""
    exports = subprocess.run(
        ["bash", "-c", 'HOWDAH_ROOT=$0; verb=bench; . "$0/tools/dev/environment.sh"; env -0',
         str(ROOT)], check=True, capture_output=True, text=True).stdout
    os.environ.update(line.split("=", 1) for line in exports.split("\0")
                      if line.startswith("HOWDAH_"))
    for what in [], [peers]:
        subprocess.run([sys.executable, "-m", "setup", *what], check=True, stdout=sys.stderr,
                       env=os.environ | {"PYTHONPATH": str(ROOT / "tools")})
    os.environ["PYTHONPATH"] = ":".join(os.environ[folder] for folder in folders)
