#!/usr/bin/env python3
"""The step of one worker beside PyTorch's in Python: small CNN, ResNet-18, LSTM, GRU, Transformer.

Same network, weights, records, optimizer, threads and cores; first both take three steps from the
same weights, and their losses must agree. Then the processes live side by side and take turns, a
few steps each, so that both see the same machine; every --rounds they are started anew. Contenders:

  howdah         what a job of one worker does unless told otherwise: two streams, where the batch
                 gives each 32 records
  one stream     the same with `parallel: {streams: 1}`
  pytorch        as anybody would write it
  pytorch tuned  the same in the environment that Howdah starts its workers in (memory stays with the
                 process, threads that wait sleep), and images with channels last

Howdah's step begins with records in memory (pixels are bytes, its background thread shuffles);
PyTorch has its batch ready as tensors, always the same. Prints the median milliseconds, the median
of the ratios of neighbouring turns (howdah to each of the others), the same ratio of the
processor's time, and the load.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from surroundings import find_packages, progress

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = pathlib.Path(os.environ.get("HOWDAH_BIN", ROOT / "build/release/bin"))
PEER = HERE / "peers/step_time.py"
# As in examples/; the lengths are those of a full batch.
SHAPES = {"small_cnn": ["--batch", 128], "resnet18": ["--batch", 16], "resnet20": ["--batch", 128],
          "lstm": ["--batch", 64, "--length", 400, "--vocabulary", 20000, "--clip", 1],
          "gru": ["--batch", 64, "--length", 400, "--vocabulary", 20000, "--clip", 1],
          "transformer": ["--batch", 64, "--length", 48, "--target-length", 48, "--vocabulary",
                          4000, "--clip", 1]}
CHECKED = ["--batch", 8, "--length", 40, "--target-length", 30, "--vocabulary", 4000, "--clip", 1]
TOLERANCE = {"resnet18": 2e-2, "resnet20": 2e-2}  # batch norm over 8 records magnifies rounding
OURS, PLAIN, TUNED, SINGLE = "howdah", "pytorch", "pytorch tuned", "one stream"
ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE", "MALLOC_MMAP_THRESHOLD_": "4294967296",
               "MALLOC_TRIM_THRESHOLD_": "8589934592", "MALLOC_TOP_PAD_": "67108864"}


def batch_of(shape):
    return shape[shape.index("--batch") + 1]


def command_of(name, model, shape, threads):
    words = ["--model", model, "--threads", threads, *shape]
    if name in (OURS, SINGLE):
        streams = 2 if name == OURS and batch_of(shape) >= 64 else 1
        return [BIN / "bench_steps", *words, "--streams", streams]
    tuned = ["--channels-last"] if name == TUNED and model in ("resnet18", "resnet20") else []
    return ["/usr/bin/python3", PEER, *words, "--serve", *tuned]


class Contender:
    """A process that takes steps when it is told to."""

    def __init__(self, name, model, shape, threads):
        self.name = name
        cores = set(sorted(os.sched_getaffinity(0))[-threads:])
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        if name == TUNED:
            environment |= ENVIRONMENT
        command = command_of(name, model, shape, threads)
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment,
                                        preexec_fn=lambda: os.sched_setaffinity(0, cores))
        self.parameters = self.answer()["parameters"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench: {self.name} ended: {self.process.wait()}")
        return json.loads(line)

    def steps(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def losses(command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True,
                          check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    parameters, steps = map(json.loads, done.stdout.splitlines())
    return parameters["parameters"], steps["loss"]


def check_same_work(model):
    with tempfile.TemporaryDirectory(prefix="howdah-bench-") as folder:
        words = ["--model", model, *CHECKED, "--check", folder]
        ours = losses([BIN / "bench_steps", *words, "--no-dropout"])
        theirs = losses(["/usr/bin/python3", PEER, *words])
    apart = max(abs(a - b) / abs(b) for a, b in zip(ours[1], theirs[1], strict=True))
    if ours[0] != theirs[0] or apart > TOLERANCE.get(model, 1e-4):
        sys.exit(f"bench: {model} is not the same work: parameters and losses\n{ours}\n{theirs}")
    return apart


def measure(model, shape, threads, options):
    """By contender, of each turn: the median ms of its steps, and of the processor."""
    turns = {name: [] for name in options.contenders}
    for round_number in range(options.rounds):
        contenders = [Contender(name, model, shape, threads) for name in options.contenders]
        if len({contender.parameters for contender in contenders}) != 1:
            sys.exit(f"bench: {model}: the networks are not the same")
        steps = {}
        for contender in contenders:  # warm up, and find out how many steps a turn is
            took = statistics.median(contender.steps(4)["ms"][1:])
            steps[contender.name] = max(1, min(100, round(options.turn * 1000 / took)))
        for _ in range(options.pairs):
            for contender in contenders:
                said = contender.steps(steps[contender.name])
                turns[contender.name].append([statistics.median(said[kind])
                                              for kind in ("ms", "cpu_ms")])
        for contender in contenders:
            contender.close()
        progress(f"{model}, {threads} thread(s), round {round_number + 1} of {options.rounds}, "
                 f"load {os.getloadavg()[0]:.1f}")
    return turns


def ratio(turns, one, other, kind):
    return statistics.median(a[kind] / b[kind]
                             for a, b in zip(turns[one], turns[other], strict=True))


def report(model, threads, shape, apart, turns):
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"\n{model}, {' '.join(str(word) for word in shape).replace('--', '')}, {threads} "
          f"thread(s); losses agree to {apart:.0e}; load {load}")
    print(f"  {'':14}{'ms':>10}{'cpu ms':>10}{'howdah to it':>15}{'cpu':>8}")
    for name, values in turns.items():
        medians = [statistics.median(column) for column in zip(*values)]
        line = f"  {name:14}{medians[0]:10.2f}{medians[1]:10.2f}"
        if name != OURS and OURS in turns:
            line += f"{ratio(turns, OURS, name, 0):15.2f}{ratio(turns, OURS, name, 1):8.2f}"
        print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", choices=SHAPES, metavar="MODEL",
                        default=["small_cnn", "resnet18", "lstm", "gru", "transformer"],
                        help=", ".join(SHAPES))
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=2, help="new processes in each")
    parser.add_argument("--pairs", type=int, default=5, help="turns of each in a round")
    parser.add_argument("--turn", type=float, default=2, help="seconds")
    parser.add_argument("--contenders", nargs="*", choices=[OURS, PLAIN, TUNED, SINGLE],
                        default=[OURS, PLAIN, SINGLE, TUNED])
    parser.add_argument("--json", action="store_true", help="every turn's figures")
    options = parser.parse_args()
    find_packages("torch", "HOWDAH_TORCH_PEER", "HOWDAH_READERS")
    results = []
    for model in options.models:
        apart = check_same_work(model)
        for threads in options.threads:
            turns = measure(model, SHAPES[model], threads, options)
            results.append({"model": model, "threads": threads, "turns": turns,
                            "losses_apart": apart, "load": os.getloadavg()})
            if not options.json:
                report(model, threads, SHAPES[model], apart, turns)
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
