#!/usr/bin/env python3
"""`howdah prepare --on mapreduce` beside the same preparation in Python under Hadoop Streaming.

Both clean and normalize a CSV of 2 GiB (bench/prepare/scheme.py) on the same real cluster, taking
turns, in three jobs each: two that learn (quartiles; means and standard deviations) and one that
writes. Howdah writes Parquet; the Python mapper (bench/prepare/streaming.py) writes CSV without a
reducer, which is less work. The nodes are small, as the machine is: two cores, 2 GiB each. Rows,
means and standard deviations must agree.

Prints medians of the seconds from the first submission to the last job's end, and of what the
JobHistoryServer tells of all mappers: their seconds, and the processor's.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
PARTS = HERE / "prepare"
DEV = ROOT / "dev"
BIN = pathlib.Path(os.environ.setdefault("HOWDAH_BIN", str(ROOT / "build/release/bin")))
FOLDER = "/tmp/bench-prepare"
OURS, PEER = "howdah", "python streaming"
NODES = ["yarn.nodemanager.resource.memory-mb=2048", "yarn.nodemanager.resource.cpu-vcores=2"]

sys.path.insert(0, str(PARTS))
import scheme  # noqa: E402
from run_mapreduce_start import PACE, cluster_environment, progress  # noqa: E402
from run_prepare import PYTHON, find_packages  # noqa: E402


def call(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=1800, **options)
    if done.returncode != 0:
        sys.exit(f"bench: {command[0]} failed:\n" + (done.stdout + done.stderr)[-3000:])
    return done


def howdah(*words):
    return call([BIN / "howdah", *words])


def history_address():
    for site in "mapred-site.xml", "core-site.xml":
        path = pathlib.Path(os.environ["HADOOP_CONF_DIR"]) / site
        for setting in xml.etree.ElementTree.parse(path).getroot():
            if setting.findtext("name") == "mapreduce.jobhistory.webapp.address":
                return setting.findtext("value")
    sys.exit("bench: the configuration names no JobHistoryServer")


def history(path, wanted):
    """What the JobHistoryServer answers, once `wanted` finds something in it."""
    url = f"http://{history_address()}/ws/v1/history/mapreduce/jobs{path}"
    for _ in range(120):  # a job appears there some time after its end
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                if found := wanted(json.load(answer)):
                    return found
        except OSError:
            pass
        time.sleep(0.5)
    sys.exit(f"bench: {url} does not tell what it should")


def job_named(name):
    return history("", lambda answer: [job["id"] for job in (answer["jobs"] or {}).get("job", [])
                                       if job["name"] == name])[0]


def mappers_of(jobs):
    """(seconds, the processor's seconds) of all map tasks."""
    seconds = used = 0
    for job in jobs:
        groups = history(f"/{job}/counters", lambda answer: answer["jobCounters"]["counterGroup"])
        counters = {counter["name"]: counter for group in groups for counter in group["counter"]}
        seconds += counters["MILLIS_MAPS"]["totalCounterValue"] / 1000
        used += counters["CPU_MILLISECONDS"]["mapCounterValue"] / 1000
    return seconds, used


def run_howdah(folder, _):
    job = {"name": "bench", "prepare": {
        "source": f"hdfs://{FOLDER}/flights.csv", "format": "csv",
        "steps": [{"clean": {"drop_missing": scheme.PRESENT,
                             "outliers": {"columns": [scheme.OUTLIERS], "method": "iqr",
                                          "factor": scheme.FACTOR, "action": "drop"}}},
                  {"normalize": {"columns": scheme.NORMAL, "method": "standard"}}],
        "output": {"uri": f"hdfs://{FOLDER}/howdah", "format": "parquet"}}}
    path = folder / "bench.yaml"
    path.write_text(json.dumps(job))
    done = howdah("prepare", path, "--on", "mapreduce", "--overwrite", "--json")
    learnt = json.loads(howdah("fs", "cat", f"{FOLDER}/howdah/transform.json").stdout)
    found = json.loads(done.stdout)
    jobs = re.findall(r"application_(\d+_\d+)", json.dumps(found["run"]))
    rows = int(found["rows_kept"])
    return [f"job_{job}" for job in dict.fromkeys(jobs)], rows, learnt


def stream(name, files, reducer):
    conf, jars = os.environ["HADOOP_CONF_DIR"], os.environ["HADOOP_CLASSPATH"]
    output = f"{FOLDER}/python-{name}"
    title = f"{name} {time.time()}"
    words = ["-files", ",".join(str(file) for file in files),
             "-D", f"mapreduce.job.name={title}",
             "-D", f"mapreduce.job.reduces={1 if reducer else 0}",
             "-input", f"{FOLDER}/flights.csv", "-output", output,
             "-mapper", f"{PYTHON} streaming.py map_{name}"]
    if reducer:
        words += ["-reducer", f"{PYTHON} streaming.py reduce_{name}"]
    call(["java", "-cp", f"{conf}:{jars}", "org.apache.hadoop.streaming.HadoopStreaming",
          *words])
    lines = [line.split("\t") for line in
             howdah("fs", "cat", f"{output}/part-00000").stdout.splitlines()] if reducer else []
    return title, lines


def quantile(counts, share):
    """Linear between two values, as numpy has it."""
    at = share * (sum(counts.values()) - 1)
    low, found, seen = int(at), [], 0
    for value in sorted(counts):
        seen += counts[value]
        while len(found) < 2 and seen > low + len(found):
            found.append(value)
    return found[0] + (found[-1] - found[0]) * (at - low)


def run_python(folder, columns):
    for name in "limits", "moments", "write":
        subprocess.run([BIN / "howdah", "fs", "rm", "-r", f"{FOLDER}/python-{name}"],
                       capture_output=True)
    path = folder / "learnt.json"
    files = [path, PARTS / "streaming.py", PARTS / "scheme.py"]
    learnt = {"columns": columns}
    path.write_text(json.dumps(learnt))
    first, lines = stream("limits", files, True)
    counts = collections.Counter({float(value): int(count) for value, count in lines})
    q1, q3 = quantile(counts, 0.25), quantile(counts, 0.75)
    reach = scheme.FACTOR * (q3 - q1)
    learnt["limits"] = (q1 - reach, q3 + reach)
    path.write_text(json.dumps(learnt))
    second, lines = stream("moments", files, True)
    learnt["scales"] = {name: (float(mean), float(deviation)) for name, mean, deviation in lines}
    path.write_text(json.dumps(learnt))
    third, _ = stream("write", files, False)
    low, high = learnt["limits"]
    rows = sum(count for value, count in counts.items() if low <= value <= high)
    return [first, second, third], rows, learnt["scales"]


def numbers_in(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for part in value for number in numbers_in(part)]
    return [float(value)] if isinstance(value, (int, float)) else []


def check(results):
    (ours, transform), (theirs, scales) = results[OURS], results[PEER]
    known = numbers_in(transform)
    for name, figures in scales.items():
        for figure in figures:
            if not any(abs(figure - number) <= 1e-9 * abs(figure) for number in known):
                sys.exit(f"bench: {name}: howdah did not learn {figure}:\n{transform}")
    if ours != theirs:
        sys.exit(f"bench: howdah keeps {ours} rows, Python {theirs}")


def measure(folder, options):
    source = folder / "flights.csv"
    call([PYTHON, PARTS / "flights_csv.py", os.environ["HOWDAH_FLIGHTS"] + "/flights.csv", source,
          options.mib << 20])
    howdah("fs", "mkdir", "-p", FOLDER)
    howdah("fs", "put", "-f", source, f"{FOLDER}/flights.csv")
    with open(source) as file:
        columns = [name.strip('"') for name in file.readline().strip().split(",")]
    times = {OURS: [], PEER: []}
    for round_number in range(options.rounds):
        results = {}
        for name, contender in (OURS, run_howdah), (PEER, run_python):
            start = time.monotonic()
            jobs, *results[name] = contender(folder, columns)
            seconds = time.monotonic() - start
            if name == PEER:
                jobs = [job_named(title) for title in jobs]
            times[name].append((seconds, *mappers_of(jobs)))
            progress(f"round {round_number + 1}: {name} {seconds:.1f} s, mappers "
                     f"{times[name][-1][1]:.1f} s, load {os.getloadavg()[0]:.1f}")
        check(results)
    howdah("fs", "rm", "-r", FOLDER)
    return {"bytes": source.stat().st_size, "rounds": options.rounds, "cores": os.cpu_count(),
            "runs": {name: [list(column) for column in zip(*rounds)]
                     for name, rounds in times.items()}, "load": os.getloadavg()}


def report(result):
    load = ", ".join(f"{value:.1f}" for value in result["load"])
    print(f"{result['bytes'] / 2**20:.0f} MiB of CSV, median of {result['rounds']} rounds, "
          f"{result['cores']} cores, load {load}")
    medians = {name: [statistics.median(column) for column in columns]
               for name, columns in result["runs"].items()}
    print(f"{'':18}{'seconds':>9}{'mappers s':>11}{'cpu s':>8}")
    for name, values in medians.items():
        print(f"{name:18}{values[0]:9.1f}{values[1]:11.1f}{values[2]:8.1f}")
    print(f"{'times as fast':18}" + "".join(
        f"{theirs / ours:{width}.2f}"
        for ours, theirs, width in zip(medians[OURS], medians[PEER], (9, 11, 8))))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--here", action="store_true", help="on the cluster of HADOOP_CONF_DIR")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    find_packages()
    cluster = None if options.here else f"bench-{os.getpid()}"
    try:
        if cluster:
            settings = [word for pair in PACE + NODES for word in ("--set", pair)]
            subprocess.run([DEV, "cluster", "up", "--name", cluster, *settings], check=True,
                           stdout=sys.stderr)
            cluster_environment(cluster)
        with tempfile.TemporaryDirectory(prefix="howdah-bench-") as folder:
            result = measure(pathlib.Path(folder), options)
    finally:
        if cluster:
            subprocess.run([DEV, "cluster", "down", "--name", cluster], stdout=sys.stderr)
    print(json.dumps(result, indent=1)) if options.json else report(result)


if __name__ == "__main__":
    main()
