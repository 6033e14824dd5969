#!/usr/bin/env python3
"""Reading and writing a file of 1 GiB in HDFS, beside Java's client of the same jars.

Both clients take turns in one run, with 1 MiB a call, replication 1 and the cluster's block size,
against the cluster of HADOOP_CONF_DIR and HADOOP_CLASSPATH; where these are unset, against one of
its own with one DataNode. Java's pass is its process's second: start and warming up do not count.
Prints medians, their ratio, the processor's seconds of each client, and the machine's load. A
second table with three replicas (--replication 3 --datanodes 3) shows pipelines.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DEV = HERE.parent / "dev"


def own_cluster(name, datanodes):
    subprocess.run([DEV, "cluster", "up", "--name", name, "--datanodes", str(datanodes),
                    "--nodemanagers", "1"], check=True, stdout=sys.stderr)
    exports = subprocess.run(
        ["bash", "-c", f'eval "$("$0" cluster env --name {name})"; env -0', str(DEV)],
        check=True, capture_output=True, text=True).stdout
    os.environ.update(line.split("=", 1) for line in exports.split("\0") if "=" in line)


def compile_java(folder):
    if not shutil.which("javac"):
        sys.exit("bench: the Java peer wants javac: apt-get install default-jdk-headless")
    subprocess.run(["javac", "-proc:none", "-cp", os.environ["HADOOP_CLASSPATH"], "-d", folder,
                    HERE / "hdfs" / "BenchHdfs.java"], check=True)


def configuration(folder, replication):
    """A copy of the cluster's, with the replication that both clients shall use."""
    copy = pathlib.Path(folder) / "conf"
    shutil.copytree(os.environ["HADOOP_CONF_DIR"], copy)
    site = copy / "hdfs-site.xml"
    setting = f"<property><name>dfs.replication</name><value>{replication}</value></property>"
    site.write_text(site.read_text().replace("</configuration>", setting + "</configuration>"))
    return copy


def seconds_of(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {command[0]} failed:\n{done.stderr[-2000:]}")
    return tuple(float(word) for word in done.stdout.split())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--replication", type=int, default=1)
    parser.add_argument("--datanodes", type=int, default=1, help="of a cluster of its own")
    options = parser.parse_args()
    length = options.mib << 20
    binary = pathlib.Path(os.environ.get("HOWDAH_BIN", HERE.parent / "build/release/bin"))
    cluster = None
    if "HADOOP_CONF_DIR" not in os.environ:
        cluster = f"bench-{os.getpid()}"
        own_cluster(cluster, options.datanodes)
    try:
        with tempfile.TemporaryDirectory() as folder:
            compile_java(folder)
            conf = configuration(folder, options.replication)
            os.environ["HADOOP_CONF_DIR"] = str(conf)
            java = ["java", "-Xmx512m", "-cp", f"{folder}:{conf}:{os.environ['HADOOP_CLASSPATH']}",
                    "BenchHdfs"]
            ours = [str(binary / "bench_hdfs")]
            times = {}
            for _ in range(options.rounds):
                for verb in ("write", "read"):
                    for name, command in (("howdah", ours), ("java", java)):
                        result = seconds_of(command + [verb, f"/tmp/bench-{name}", str(length)])
                        times.setdefault((verb, name), []).append(result)
            report(options, times)
    finally:
        if cluster:
            subprocess.run([DEV, "cluster", "down", "--name", cluster], stdout=sys.stderr)


def report(options, times):
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{options.mib} MiB, replication {options.replication}, {options.rounds} rounds, "
          f"{os.cpu_count()} cores, load {load}")
    print(f"{'':8}{'howdah MB/s':>14}{'java MB/s':>14}{'ratio':>8}"
          f"{'howdah cpu s':>14}{'java cpu s':>12}")
    for verb in ("write", "read"):
        rate, cpu = {}, {}
        for name in ("howdah", "java"):
            seconds = statistics.median(wall for wall, _ in times[verb, name])
            rate[name] = (options.mib << 20) / 1e6 / seconds
            cpu[name] = statistics.median(used for _, used in times[verb, name])
        print(f"{verb:8}{rate['howdah']:14.0f}{rate['java']:14.0f}"
              f"{rate['howdah'] / rate['java']:8.2f}{cpu['howdah']:14.2f}{cpu['java']:12.2f}")


if __name__ == "__main__":
    main()
