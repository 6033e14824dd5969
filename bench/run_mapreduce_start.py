#!/usr/bin/env python3
"""From the command line to the end of a small MapReduce job, beside Hadoop's own streaming client.

Both run the same job on the same cluster, taking turns: one map of 90 kB, one reduce, `tr` and
`uniq -c`. The peer is what `hadoop jar hadoop-streaming.jar` starts, without any setting. Seconds
from the start of the client's process to its end, whose last sign is a complete output folder. The
cluster is a new one of its own, with Hadoop's own pace (the master asks for containers each second,
unless it is told otherwise), or the one that HADOOP_CONF_DIR names, with --here.

howdah also runs the job with each task in a container of its own (its settings for larger jobs).
Prints every round, medians, their ratio and the machine's load.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

from surroundings import progress

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
DEV = ROOT / "dev"
BIN = pathlib.Path(os.environ.setdefault("HOWDAH_BIN", str(ROOT / "build/release/bin")))
FOLDER = "/tmp/bench-mapreduce"
# The test cluster's configuration hurries; these are Hadoop's values for every cluster.
PACE = ["yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms=1000",
        "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms=1000"]
OURS = "howdah"
CONTAINERS = "howdah, a container a task"
PEER = "hadoop-streaming"


def cluster_environment(name):
    exports = subprocess.run(
        ["bash", "-c", f'eval "$("$0" cluster env --name {name})" && env -0', str(DEV)],
        check=True, capture_output=True, text=True).stdout
    os.environ.update(line.split("=", 1) for line in exports.split("\0") if "=" in line)


def seconds_of(command):
    start = time.monotonic()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=600)
    if done.returncode != 0:
        sys.exit(f"bench: {command[0]} failed:\n" + (done.stdout + done.stderr)[-3000:])
    return time.monotonic() - start


def make_input():
    random.seed(1)
    words = [f"w{i}" for i in range(200)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        for _ in range(2000):
            file.write(" ".join(random.choices(words, k=10)) + "\n")
        file.flush()
        seconds_of([BIN / "howdah", "fs", "mkdir", "-p", FOLDER])
        seconds_of([BIN / "howdah", "fs", "put", "-f", file.name, FOLDER + "/words"])


def commands(output):
    job = ["-input", FOLDER + "/words", "-output", output, "-mapper", "tr -s ' ' '\\n'",
           "-reducer", "uniq -c"]
    conf, jars = os.environ["HADOOP_CONF_DIR"], os.environ["HADOOP_CLASSPATH"]
    return {
        OURS: [BIN / "howdah", "mapreduce", *job],
        CONTAINERS: [BIN / "howdah", "mapreduce", *job,
                     "-D", "mapreduce.job.ubertask.enable=false"],
        PEER: ["java", "-cp", f"{conf}:{jars}", "org.apache.hadoop.streaming.HadoopStreaming",
               *job],
    }


def measure(rounds):
    make_input()
    times = {name: [] for name in commands("")}
    outputs = set()
    for round_number in range(rounds):
        for name in times:
            output = f"{FOLDER}/out-{len(times[name])}-{list(times).index(name)}"
            times[name].append(seconds_of(commands(output)[name]))
            outputs.add(subprocess.run([BIN / "howdah", "fs", "cat", output + "/part-00000"],
                                       check=True, capture_output=True).stdout)
            progress(f"round {round_number + 1}: {name} {times[name][-1]:.1f} s, "
                     f"load {os.getloadavg()[0]:.1f}")
    if len(outputs) != 1:
        sys.exit("bench: the outputs differ")
    subprocess.run([BIN / "howdah", "fs", "rm", "-r", FOLDER], check=True)
    return {"rounds": rounds, "seconds": times, "load": os.getloadavg(), "cores": os.cpu_count()}


def report(result):
    load = ", ".join(f"{value:.1f}" for value in result["load"])
    print(f"median of {result['rounds']} rounds, {result['cores']} cores, load {load}")
    peer = statistics.median(result["seconds"][PEER])
    for name, values in result["seconds"].items():
        median = statistics.median(values)
        each = " ".join(f"{value:.1f}" for value in values)
        print(f"{name:<30}{median:7.2f} s   ratio {median / peer:.2f}   ({each})")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--here", action="store_true", help="on the cluster of HADOOP_CONF_DIR")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cluster = None if options.here else f"bench-{os.getpid()}"
    try:
        if cluster:
            settings = [word for pair in PACE for word in ("--set", pair)]
            subprocess.run([DEV, "cluster", "up", "--name", cluster, *settings], check=True,
                           stdout=sys.stderr)
            cluster_environment(cluster)
        result = measure(options.rounds)
    finally:
        if cluster:
            subprocess.run([DEV, "cluster", "down", "--name", cluster], stdout=sys.stderr)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        report(result)


if __name__ == "__main__":
    main()
