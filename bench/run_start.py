#!/usr/bin/env python3
"""From a process's start to the end of the first step: a local run beside a Python process with PyTorch.

Both train the small CNN on the same prepared Parquet of Fashion-MNIST, batch 128, Adam, one thread.
Howdah's run is client, master and one worker, each a process; its data are indexed before, as they
are from a data set's second job on. `worker` is the worker's process alone, from its start. PyTorch
is one process: import, the first batch, one step; its modules are compiled before.

They take turns. Prints the medians of seconds and of the processor's seconds until the first step
was done, the median of the ratios of neighbouring turns, and the load. On YARN: ./dev bench job_start.
"""
import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from surroundings import find_packages, progress

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = pathlib.Path(os.environ.setdefault("HOWDAH_BIN", str(ROOT / "build/release/bin")))
PYTHON = "/usr/bin/python3"  # the one that the pinned packages are for
TICKS = os.sysconf("SC_CLK_TCK")

sys.path.insert(0, str(ROOT / "tests/job"))
from howdah_job import Run, processes_of  # noqa: E402

PREPARE = """
name: bench
prepare:
  source: file:///usr/share/datasets/fashion-mnist
  format: idx
  steps: [image]
  split: {{train: 0.9, test: 0.1, seed: 7}}
  output: {{uri: file://{folder}/data, format: parquet}}
"""
JOB = """
name: small
home: file://{folder}/home
data:
  source: file://{folder}/data
  preprocess:
    - normalize: {{method: standard}}
model: {{type: small_cnn}}
optimizer: {{type: adam}}
train: {{epochs: 1, batch: 128, seed: 1}}
resources: {{workers: {{min: 1, max: 1}}, memory: 1 GiB, cores: 1}}
"""


def used_s(pid):
    """(seconds since the start of a process, the processor's seconds that it used)"""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / TICKS
    return age, (int(fields[11]) + int(fields[12])) / TICKS


def run_howdah(job):
    """Of the whole run and of the worker: (seconds, the processor's seconds) until the first step."""
    begin = time.monotonic()
    run = Run(job, "--on", "local")
    run.wait_for("first step", 600)
    seconds = time.monotonic() - begin
    job_id = run.job_id()
    worker = used_s(processes_of(job_id, "howdah-train")[0])
    others = [used_s(pid)[1] for pid in {run.process.pid, *processes_of(job_id, "howdah")}]
    run.process.send_signal(signal.SIGINT)
    run.end()
    return {"howdah run --on local": (seconds, worker[1] + sum(others)), "its worker": worker}


def run_peer(data, threads):
    begin = time.monotonic()
    child = subprocess.Popen([PYTHON, HERE / "peers/start_to_first_step.py", "--child", "--data",
                              data, "--threads", str(threads)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit("bench: the peer failed")
    return time.monotonic() - begin, used.ru_utime + used.ru_stime


def measure(folder, options):
    data, job = folder / "data", folder / "job.yaml"
    (folder / "prepare.yaml").write_text(PREPARE.format(folder=folder))
    job.write_text(JOB.format(folder=folder))
    subprocess.run([BIN / "howdah", "prepare", folder / "prepare.yaml"], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as where PyTorch was installed by pip
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "pycache")
    os.environ["OMP_NUM_THREADS"] = "1"
    runs = {}
    for round_number in range(options.rounds + 1):
        turn = {**run_howdah(job), "pytorch": run_peer(data, 1)}
        progress(f"round {round_number} of {options.rounds}, load {os.getloadavg()[0]:.1f}")
        for name, figures in turn.items() if round_number > 0 else ():
            runs.setdefault(name, []).append(figures)
    return runs


def report(runs):
    print(f"small_cnn, batch 128, one thread, medians of {len(runs['pytorch'])} rounds, load "
          f"{os.getloadavg()[0]:.1f}")
    print(f"{'':24}{'seconds':>9}{'ratio':>8}{'cpu s':>9}{'ratio':>8}")
    for name, values in runs.items():
        line = f"{name:24}"
        for at in range(2):
            ratios = [ours[at] / theirs[at]
                      for ours, theirs in zip(values, runs["pytorch"], strict=True)]
            line += (f"{statistics.median(value[at] for value in values):9.2f}"
                     f"{statistics.median(ratios):8.2f}")
        print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="after one that does not count")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    find_packages("torch", "HOWDAH_TORCH_PEER", "HOWDAH_READERS")
    with tempfile.TemporaryDirectory(prefix="howdah-bench-") as folder:
        runs = measure(pathlib.Path(folder), options)
    print(json.dumps({"runs": runs, "load": os.getloadavg()})) if options.json else report(runs)


if __name__ == "__main__":
    main()
