"""Warns of files above 400 lines: such a file asks to be two. Never fails.

    python3 -m lint.length ROOT
"""

import subprocess
import sys
from pathlib import Path

LIMIT = 400


def main(arguments: list[str]) -> int:
    root = Path(arguments[0])
    files = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "--",
         "*.cc", "*.h", "*.py", "*.sh", "*.proto"],
        capture_output=True, text=True, check=False).stdout.splitlines()
    for name in files:
        path = root / name
        if path.is_file():
            lines = path.read_text(errors="replace").count("\n")
            if lines > LIMIT:
                print(f"{name}: warning: {lines} lines, {LIMIT} are a file's measure")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
