#!/usr/bin/env python3
"""From `howdah run` to the first step, phase by phase, and what its processes keep in memory.

A small job of two workers on a real cluster of its own (two NodeManagers), first cold (a new
cluster: nothing uploaded, nothing cached by the nodes; SHA-256s of the runtime may be remembered on
this machine), then warm. The peer in the same run, taking turns with it: Hadoop's distributedshell
of the same jars, which asks for two containers that run `date`. Its figures: `client`, the seconds
from the start of its JVM to the client's own end; `YARN`, from startedTime to finishedTime as the
ResourceManager reports them, which leaves the client's JVM out. Both contain the containers' end,
for `date` ends at once. Then the start of `howdah` itself beside `FsShell -ls /` in Java.

With --on local there is no cluster and no peer. Prints medians and the machine's load.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time
import urllib.request
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
DEV = ROOT / "dev"
BIN = pathlib.Path(os.environ.setdefault("HOWDAH_BIN", str(ROOT / "build/release/bin")))
sys.path.insert(0, str(ROOT / "tests/job"))
from howdah_job import JOB, Run, Scratch, howdah, make_dataset, processes_of  # noqa: E402

from surroundings import progress

SHELL = "org.apache.hadoop.yarn.applications.distributedshell.Client"
PHASES = ("submit", "accepted", "running", "first_step")


def cluster_environment(name):
    exports = subprocess.run(
        ["bash", "-c", f'eval "$("$0" cluster env --name {name})" && env -0', str(DEV)],
        check=True, capture_output=True, text=True).stdout
    os.environ.update(line.split("=", 1) for line in exports.split("\0") if "=" in line)


def memory_mib(pid):
    """VmRSS and Pss; nothing of a process that is gone."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        return {"resident": int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024,
                "proportional": int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1]) / 1024}
    except (OSError, TypeError):
        return None


def maps(pid, library):
    return library in pathlib.Path(f"/proc/{pid}/maps").read_text()


def run_job(job, on):
    """Phases of summary.json, and the memory of every process once the first step was applied."""
    run = Run(job, "--on", on)
    run.wait_for("first step", 300)
    job_id = run.job_id()
    pids = {"client": [run.process.pid], "master": processes_of(job_id, "howdah"),
            "worker": processes_of(job_id, "howdah-train")}
    for role in ("client", "master"):
        for pid in pids[role]:
            if maps(pid, "libtorch") or maps(pid, "libjvm"):
                sys.exit(f"bench: the {role} has libtorch or libjvm mapped")
    memory = {role: [m for m in map(memory_mib, found) if m] for role, found in pids.items()}
    code, summary = run.end(600)
    if code != 0:
        sys.exit("bench: the job failed:\n" + run.output())
    phases = {name: summary["phases_s"][name] for name in PHASES}
    phases["until_first_step"] = sum(phases.values())
    return {"phases_s": phases, "memory_mib": memory}


def java(*arguments):
    conf, jars = os.environ["HADOOP_CONF_DIR"], os.environ["HADOOP_CLASSPATH"]
    return ["java", "-cp", f"{conf}:{jars}", *map(str, arguments)]


def distributedshell_jar():
    for entry in os.environ["HADOOP_CLASSPATH"].split(":"):
        for jar in pathlib.Path(entry.rstrip("*")).glob("*distributedshell*.jar"):
            return jar
    sys.exit("bench: no distributedshell jar in HADOOP_CLASSPATH")


def resource_manager():
    root = xml.etree.ElementTree.parse(pathlib.Path(os.environ["HADOOP_CONF_DIR"]) / "yarn-site.xml")
    settings = {p.findtext("name"): p.findtext("value") for p in root.iter("property")}
    return settings["yarn.resourcemanager.webapp.address"]


def run_peer(jar):
    start = time.monotonic()
    done = subprocess.run(
        java(SHELL, "-jar", jar, "-shell_command", "date", "-num_containers", 2,
             "-master_memory", 512, "-container_memory", 256),
        capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    url = f"http://{resource_manager()}/ws/v1/cluster/apps"
    with urllib.request.urlopen(url, timeout=30) as answer:
        reports = json.load(answer)["apps"]["app"]
    report = max(reports, key=lambda report: report["startedTime"])
    if done.returncode != 0 or (report["name"], report["finalStatus"]) != (
            "DistributedShell", "SUCCEEDED"):
        sys.exit(f"bench: distributedshell failed, {report['diagnostics']}:\n"
                 + (done.stdout + done.stderr)[-3000:])
    return {"client": seconds, "yarn": (report["finishedTime"] - report["startedTime"]) / 1000}


def seconds_of(command):
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
    return time.monotonic() - start


def start_times(rounds, with_cluster):
    commands = {"howdah --version": [BIN / "howdah", "--version"]}
    if with_cluster:
        commands["howdah fs ls /"] = [BIN / "howdah", "fs", "ls", "/"]
        commands["FsShell -ls /"] = java("org.apache.hadoop.fs.FsShell", "-ls", "/")
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(seconds_of(command))
    return {name: statistics.median(values) for name, values in times.items()}


def check_libraries():
    """Neither libtorch nor Arrow may be loaded at the start of what people type all day."""
    linked = subprocess.run(["ldd", BIN / "howdah"], check=True, capture_output=True, text=True).stdout
    for library in ("libtorch", "libarrow", "libjvm"):
        if library in linked:
            sys.exit(f"bench: howdah links {library}")


def measure(options):
    scratch = Scratch()
    try:
        data, root, peer_jar = make_dataset(scratch.path / "data"), f"file://{scratch.path}", None
        source = f"file://{data}"
        if options.on == "yarn":
            peer_jar, root = distributedshell_jar(), "hdfs:///tmp/bench-job"
            source = root + "/data"
            for arguments in (("mkdir", "-p", root), ("put", data, source)):
                done = howdah("fs", *arguments)
                if done.returncode != 0:
                    sys.exit("bench: " + done.stderr)
        text = JOB.format(home=root + "/home", source=source).replace("epochs: 3", "epochs: 1")
        job = scratch.write("job.yaml", text)
        result = {"on": options.on, "rounds": options.rounds, "cores": os.cpu_count(), "peer": []}
        progress("first run")
        result["first"] = run_job(job, options.on)
        result["warm"] = []
        for round_number in range(options.rounds):
            progress(f"round {round_number + 1} of {options.rounds}")
            result["warm"].append(run_job(job, options.on))
            if peer_jar:
                result["peer"].append(run_peer(peer_jar))
        result["start_s"] = start_times(options.rounds, peer_jar is not None)
        result["load"] = os.getloadavg()
        return result
    finally:
        scratch.close()


def median_memory(runs, role, kind):
    values = [m[kind] for run in runs for m in run["memory_mib"][role]]
    return statistics.median(values) if values else float("nan")


def report(result):
    load = ", ".join(f"{value:.1f}" for value in result["load"])
    print(f"on {result['on']}, 2 workers, median of {result['rounds']} warm rounds, "
          f"{result['cores']} cores, load {load}")
    warm = result["warm"]
    print(f"\n{'seconds':<18}{'first run':>12}{'warm':>10}")
    for name in (*PHASES, "until_first_step"):
        values = [run["phases_s"][name] for run in warm]
        print(f"{name.replace('_', ' '):<18}{result['first']['phases_s'][name]:12.2f}"
              f"{statistics.median(values):10.2f}")
    if result["peer"]:
        ours = statistics.median(run["phases_s"]["until_first_step"] for run in warm)
        print("\ndistributedshell of two `date`s, seconds (howdah until its first step : peer)")
        for name, label in (("client", "JVM's start to client's end"),
                            ("yarn", "YARN, started to finished")):
            peer = statistics.median(run[name] for run in result["peer"])
            print(f"{label:<30}{peer:8.2f}   ratio {ours / peer:.2f}")
    print(f"\n{'MiB at first step':<18}{'resident':>12}{'Pss':>10}")
    for role in ("client", "master", "worker"):
        print(f"{role:<18}{median_memory(warm, role, 'resident'):12.1f}"
              f"{median_memory(warm, role, 'proportional'):10.1f}")
    print("\nstart, milliseconds")
    for name, seconds in result["start_s"].items():
        print(f"{name:<18}{seconds * 1000:12.1f}")
    starts = result["start_s"]
    if "FsShell -ls /" in starts:
        print(f"{'ratio of ls':<18}{starts['howdah fs ls /'] / starts['FsShell -ls /']:12.3f}")
    print("howdah links neither libtorch, Arrow nor a JVM; client and master map none")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", choices=("yarn", "local"), default="yarn")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="every figure of every round")
    options = parser.parse_args()
    check_libraries()
    cluster = f"bench-job-{os.getpid()}" if options.on == "yarn" else None
    try:
        if cluster:
            subprocess.run([DEV, "cluster", "up", "--name", cluster], check=True, stdout=sys.stderr)
            cluster_environment(cluster)
        result = measure(options)
    finally:
        if cluster:
            subprocess.run([DEV, "cluster", "down", "--name", cluster], stdout=sys.stderr)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        report(result)


if __name__ == "__main__":
    main()
