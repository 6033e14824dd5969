#!/usr/bin/env python3
"""Cleaning, normalizing and writing a CSV of 2 GiB, beside pandas, Polars and DuckDB.

The CSV is made from the flights of ./dev setup (bench/prepare/flights_csv.py). Every contender is a
whole process on the same cores and does what bench/prepare/scheme.py says: records with missing
delays go, then those whose delay lies beyond three interquartile ranges (with --duplicates also
those that equal an earlier one); four columns get mean 0 and standard deviation 1; Parquet with
zstd, level 1. Rows, sums, means and standard deviations of the results are compared before a figure
counts. Polars and DuckDB run in two manners each: reading the file for each step, or holding it.

Contenders take turns. Prints medians of seconds, of the processor's seconds, of the peak resident
memory; ratios to the fastest peer; and the machine's load. Last, how fast statistics are learnt:
the rate of reading (bytes of CSV that become columns, a second) without and with statistics (mean,
standard deviation, quantiles of all columns of numbers).

The peers are installed into the cache (150 MB) where they are missing.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from surroundings import find_packages, progress

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
PARTS = HERE / "prepare"
BIN = pathlib.Path(os.environ.get("HOWDAH_BIN", ROOT / "build/release/bin"))
PYTHON = "/usr/bin/python3"  # the one that the pinned packages are for
OURS = "howdah"
PEERS = {"pandas": [], "polars lazy": ["lazy"], "polars eager": ["eager"],
         "duckdb passes": ["passes"], "duckdb table": ["table"]}

sys.path.insert(0, str(PARTS))
import scheme  # noqa: E402


def run(command, cores):
    """(seconds, seconds of the processor, peak MiB) of a process and what it waited for."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=output,
                                 preexec_fn=lambda: os.sched_setaffinity(0, cores))
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            output.seek(0)
            sys.exit(f"bench: {command[0]} failed:\n"
                     + output.read()[-3000:].decode(errors="replace"))
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def job_file(folder, source, output, what):
    clean = {"drop_missing": scheme.PRESENT}
    if what == scheme.DUPLICATES:
        clean["drop_duplicates"] = True
    clean["outliers"] = {"columns": [scheme.OUTLIERS], "method": "iqr", "factor": scheme.FACTOR,
                         "action": "drop"}
    job = {"name": "bench", "prepare": {
        "source": f"file://{source}", "format": "csv",
        "steps": [{"clean": clean},
                  {"normalize": {"columns": scheme.NORMAL, "method": "standard"}}],
        "output": {"uri": f"file://{output}", "format": "parquet"}}}
    path = folder / "bench.yaml"
    path.write_text(json.dumps(job))
    return path


def command_of(name, folder, source, output, options):
    if name == OURS:
        return [BIN / "howdah", "prepare", "--memory", options.memory,
                job_file(folder, source, output, options.what)]
    return [PYTHON, PARTS / f"peer_{name.split()[0]}.py", source, output, options.what,
            *PEERS[name]]


SUMMARY = """
import glob, json, os, sys
import numpy, pyarrow.dataset
path, scheme = sys.argv[1], json.loads(sys.argv[2])
files = sorted(glob.glob(path + "/train/*.parquet")) if os.path.isdir(path) else [path]
rows = pyarrow.dataset.dataset(files).to_table(columns=scheme + ["flight", "hour"])
print(json.dumps([len(rows)] + [figure(rows[name].to_numpy()) for name in scheme
                  for figure in (numpy.mean, numpy.std, numpy.min, numpy.max)] +
                 [float(rows[name].to_numpy().sum()) for name in ("flight", "hour")]))
"""


def check(name, output, figures):
    summary = json.loads(subprocess.run(
        [PYTHON, "-c", SUMMARY, output, json.dumps(scheme.NORMAL)], check=True,
        capture_output=True, text=True).stdout)
    figures[name] = summary
    first = next(iter(figures.values()))
    if any(abs(a - b) > 1e-9 * max(1, abs(b)) for a, b in zip(summary, first, strict=True)):
        sys.exit(f"bench: the result of {name} differs:\n{figures}")


def remove(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def measure(folder, source, options):
    times, figures = {}, {}
    for round_number in range(options.rounds):
        for name in [OURS, *options.peers]:
            output = folder / "out"
            command = command_of(name, folder, source, output, options)
            times.setdefault(name, []).append(run(command, options.cores))
            if round_number == 0:
                check(name, output, figures)
            remove(output)
            seconds, used, peak = times[name][-1]
            progress(f"round {round_number + 1}: {name} {seconds:.1f} s, {used:.1f} s of the "
                     f"processor, {peak:.0f} MiB, load {os.getloadavg()[0]:.1f}")
    return {name: [list(column) for column in zip(*rounds)] for name, rounds in times.items()}


def measure_rates(source, options):
    """Medians of MB/s: reading, and reading with statistics."""
    rates = {"read": [], "statistics": []}
    for _ in range(options.rounds):
        for what in rates:
            done = subprocess.run(
                [BIN / "bench_statistics", what, source, str(len(options.cores))], check=True,
                capture_output=True, text=True,
                preexec_fn=lambda: os.sched_setaffinity(0, options.cores))
            rates[what].append([float(word) for word in done.stdout.split()])
    return rates


def report(result):
    load = ", ".join(f"{value:.1f}" for value in result["load"])
    print(f"{result['bytes'] / 2**30:.1f} GiB of CSV ({result['what']}), median of "
          f"{result['rounds']} rounds, {result['cores']} cores, load {load}; "
          f"howdah with --memory {result['memory']}")
    medians = {name: [statistics.median(column) for column in columns]
               for name, columns in result["runs"].items()}
    fastest = min((name for name in medians if name != OURS), key=lambda name: medians[name][0],
                  default=OURS)
    print(f"{'':16}{'seconds':>9}{'ratio':>7}{'cpu s':>8}{'ratio':>7}{'MiB':>8}{'ratio':>7}"
          f"   (ratios to {fastest})")
    for name, values in medians.items():
        ratios = [mine / theirs for mine, theirs in zip(values, medians[fastest])]
        each = " ".join(f"{value:.1f}" for value in result["runs"][name][0])
        print(f"{name:16}{values[0]:9.1f}{ratios[0]:7.2f}{values[1]:8.1f}{ratios[1]:7.2f}"
              f"{values[2]:8.0f}{ratios[2]:7.2f}   ({each})")
    rates = result["rates"]
    if rates:
        wall, used = ([statistics.median(result["bytes"] / 1e6 / row[i] for row in rates[what])
                       for what in ("read", "statistics")] for i in (0, 1))
        print(f"reading {wall[0]:.0f} MB/s, with statistics {wall[1]:.0f} MB/s: "
              f"{wall[1] / wall[0]:.2f}; by the processor's seconds {used[1] / used[0]:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gib", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--memory", default="1 GiB", help="of howdah")
    parser.add_argument("--duplicates", dest="what", action="store_const", default=scheme.PLAIN,
                        const=scheme.DUPLICATES, help="drop equal records too")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), metavar="PEER",
                        help=", ".join(PEERS))
    parser.add_argument("--folder", help="for the CSV and the results; default: a temporary one")
    parser.add_argument("--keep", action="store_true", help="leave the CSV in --folder")
    parser.add_argument("--no-rates", action="store_true", help="without the rate of statistics")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.cores = set(sorted(os.sched_getaffinity(0))[:options.cores])
    find_packages("peers", "HOWDAH_READERS", "HOWDAH_PEERS")
    with tempfile.TemporaryDirectory(prefix="howdah-bench-", dir=options.folder) as temporary:
        folder = pathlib.Path(temporary)
        length = int(options.gib * 2**30)
        source = (pathlib.Path(options.folder) if options.folder else folder) / "flights.csv"
        if not (source.exists() and source.stat().st_size >= length):
            progress(f"writing {source}")
            subprocess.run([PYTHON, PARTS / "flights_csv.py",
                            os.environ["HOWDAH_FLIGHTS"] + "/flights.csv", source, str(length)],
                           check=True)
        result = {"bytes": source.stat().st_size, "what": options.what, "rounds": options.rounds,
                  "cores": len(options.cores), "memory": options.memory,
                  "runs": measure(folder, source, options),
                  "rates": None if options.no_rates else measure_rates(source, options),
                  "load": os.getloadavg()}
        if options.folder and not options.keep:
            source.unlink()
    print(json.dumps(result, indent=1)) if options.json else report(result)


if __name__ == "__main__":
    main()
