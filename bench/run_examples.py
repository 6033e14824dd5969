#!/usr/bin/env python3
"""The examples in full, from HDFS on YARN as their READMEs say: what each reaches, and in what time.

    ./dev bench examples                 all of them: more than an hour
    ./dev bench examples spam imdb-gru   some

On a new cluster of its own, or the one of HADOOP_CONF_DIR, with --here; data that lie there already are
taken as they are. What each job prints goes to --logs, with the machine. Prints a line an example, and
ends with 1 where one does not reach its goal. The same networks in PyTorch: bench/peers.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
DEV = ROOT / "dev"
BIN = pathlib.Path(os.environ.setdefault("HOWDAH_BIN", str(ROOT / "build/release/bin")))

sys.path[:0] = [str(HERE), str(ROOT / "tests/examples")]
from readme import commands_of, figures_in  # noqa: E402
from run_mapreduce_start import cluster_environment, progress  # noqa: E402


@dataclasses.dataclass
class Example:
    folder: str
    file: str
    goals: dict  # the least that printed figures of the test part must be
    shown: tuple = ("accuracy", "recall", "F1")


EXAMPLES = {
    "fashion-mnist": Example("fashion-mnist", "full.yaml", {"accuracy": 0.925}),
    "cifar10": Example("cifar10", "job.yaml", {"accuracy": 0.85}),
    "imdb-lstm": Example("imdb", "job.yaml", {"accuracy": 0.87}),
    "imdb-gru": Example("imdb", "gru.yaml", {"accuracy": 0.87}),
    "spam": Example("spam", "job.yaml", {"F1": 0.97}),
    "translation-lstm": Example("translation", "job.yaml", {}, ("bleu", "perplexity")),
    "translation-transformer": Example("translation", "transformer.yaml", {}, ("bleu", "perplexity")),
    "flights-delay": Example("flights-delay", "job.yaml", {}, ("accuracy", "recall", "F1", "roc_auc")),
    "flights-minutes": Example("flights-delay", "regression.yaml", {}, ("mae", "rmse", "r2")),
}


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", info)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{len(os.sched_getaffinity(0))} cores of {model[1] if model else 'unknown'}, load {load}"


def is_there(uri):
    return subprocess.run([BIN / "howdah", "fs", "stat", uri], capture_output=True).returncode == 0


def prepare(example):
    """The README's commands before the one that trains."""
    commands = commands_of(ROOT / "examples" / example.folder)[:-1]
    put = [command for command in commands if command.startswith("howdah fs put ")
           and is_there(shlex.split(command)[-1])]
    for command in commands:
        if command in put:
            continue
        progress(command)
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"})
        if done.returncode != 0:
            sys.exit(f"bench: {command}: {done.stderr}")


def train(name, example, settings, log):
    """The printed figures of the test part, and summary.json."""
    words = ["run", f"examples/{example.folder}/{example.file}"]
    words += [word for setting in settings for word in ("--set", setting)]
    progress(shlex.join(["howdah", *words]))
    found = {}
    process = subprocess.Popen([BIN / "howdah", *words, "--json"], cwd=ROOT, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    with open(log, "w") as out:
        print(shlex.join(["$ howdah", *words]).replace("'", ""), f"# {machine()}", sep="\n", file=out)
        for line in process.stderr:
            print(line, end="", file=out, flush=True)
            if ": test: " in line:
                found = figures_in(line)
        said = process.stdout.read()
        summary = json.loads(said) if said.strip() else {}
        print(json.dumps({key: summary.get(key) for key in ("outcome", "model", "workers", "phases_s")}),
              f"# {machine()}", sep="\n", file=out)
    if process.wait() != 0 or not found:
        sys.exit(f"bench: {name} failed: {log}")
    return found, summary


def main():
    parser = argparse.ArgumentParser(prog="./dev bench examples", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(EXAMPLES))
    parser.add_argument("--here", action="store_true", help="on the cluster of HADOOP_CONF_DIR")
    parser.add_argument("--logs", type=pathlib.Path, default=ROOT / "build/bench-examples")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="of every job file: --set train.epochs=1")
    options = parser.parse_args()
    for name in options.names:
        if name not in EXAMPLES:
            parser.error(f"no example '{name}': {', '.join(EXAMPLES)}")
    options.logs.mkdir(parents=True, exist_ok=True)
    cluster = None if options.here else f"bench-{os.getpid()}"
    missed = []
    try:
        if cluster:
            subprocess.run([DEV, "cluster", "up", "--name", cluster], check=True, stdout=sys.stderr)
            cluster_environment(cluster)
        for name in options.names or EXAMPLES:
            example, log = EXAMPLES[name], options.logs / f"{name}.log"
            prepare(example)
            found, summary = train(name, example, options.set, log)
            reached = all(found[figure] >= goal for figure, goal in example.goals.items())
            missed += [] if reached else [name]
            goals = ", ".join(f"{figure} >= {goal}" for figure, goal in example.goals.items())
            print(f"{name:<24}", *(f"{figure} {found[figure]:.4f} " for figure in example.shown),
                  f"{summary['phases_s']['total']:.0f} s, {summary['workers']['granted']} workers",
                  f"  {goals}: {'reached' if reached else 'MISSED'}" if goals else "", flush=True)
    finally:
        if cluster:
            subprocess.run([DEV, "cluster", "down", "--name", cluster], stdout=sys.stderr)
    print(f"{machine()}; logs in {options.logs}")
    if missed:
        sys.exit(f"bench: below the goal: {', '.join(missed)}")


if __name__ == "__main__":
    main()
