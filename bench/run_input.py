#!/usr/bin/env python3
"""Records a second that become tensors, beside PyTorch's DataLoader: a folder of JPEG files, Parquet, texts.

images   JPEG files of 64 x 64 in a folder a class, made of CIFAR-10: decoded, cropped, flipped,
         normalized
parquet  CIFAR-10's pixels as `howdah prepare` writes them: cropped, flipped, normalized
text     IMDB's reviews as `howdah prepare` writes them: cut into words, numbered, padded

PyTorch decodes and cuts in every epoch. Howdah does it once, when its index is made, and reads
records from then on. So two figures: an epoch, and the first one with all that comes before it
(of Howdah `howdah prepare` of the JPEG files and the index, with the starts of these processes; of
PyTorch the list of files, Parquet read into memory, the vocabulary, without its imports). Both
prepare anew in each round, take turns, and have the same cores: as many as threads. The
DataLoader has as many worker processes, or with one thread none. Files are in the page cache.
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
BIN = pathlib.Path(os.environ.get("HOWDAH_BIN", ROOT / "build/release/bin"))
PYTHON = "/usr/bin/python3"  # the one that the pinned packages are for
SIDE = {"images": 64, "parquet": 32, "text": 0}
LENGTH, VOCABULARY = 256, 20000

MAKE_JPEG = """
import io, pathlib, sys
import pyarrow.parquet
from PIL import Image
source, folder, count, side = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
file = pyarrow.parquet.ParquetFile(sorted(pathlib.Path(source).rglob("*train*/*.parquet"))[0])
rows = next(file.iter_batches(count)).to_pylist()
for number, row in enumerate(rows):
    into = folder / str(row["label"])
    into.mkdir(parents=True, exist_ok=True)
    image = Image.frombytes("RGB", (row["width"], row["height"]), row["image"])
    image.resize((side, side), Image.BICUBIC).save(into / f"{number:06}.jpg", quality=90)
"""
PREPARE = {
    "images": {"format": "images", "steps": ["image"]},
    "parquet": {"format": "parquet", "steps": ["image", {"drop": ["name"]}]},
    "text": {"format": "jsonl"}}
REQUEST = {"records": "texts", "target_kind": "class", "text": "text", "targets": ["label"],
           "features": [], "tokenizer": "words", "lowercase": True, "vocabulary": VOCABULARY,
           "min_count": 1, "length": LENGTH, "target_length": LENGTH}


def call(command, cores=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL,
                          preexec_fn=cores and (lambda: os.sched_setaffinity(0, cores)))
    if done.returncode != 0:
        sys.exit(f"bench: {command[0]} failed:\n" + (done.stdout + done.stderr)[-3000:])
    return done.stdout


def data_of(name):
    return call([ROOT / "dev", "data", name]).strip()


def prepare(kind, source, output, cores):
    job = {"name": "bench", "prepare": {
        "source": f"file://{source}", **PREPARE[kind],
        "output": {"uri": f"file://{output}", "format": "parquet"}}}
    path = output.with_suffix(".yaml")
    path.write_text(json.dumps(job))
    shutil.rmtree(output, ignore_errors=True)
    call([BIN / "howdah", "prepare", path], cores)


def sources(kind, folder, options):
    """Where the data of a kind lie: what PyTorch reads, and what Howdah begins with."""
    if kind == "images":
        raw = folder / "jpeg"
        progress(f"{options.images} JPEG files")
        call([PYTHON, "-c", MAKE_JPEG, data_of("cifar10"), raw, options.images, SIDE[kind]])
        return raw
    prepared = folder / kind
    raw = data_of({"parquet": "cifar10", "text": "imdb"}[kind])
    raw = sorted(pathlib.Path(raw).glob("*train*"))[0]
    prepare(kind, raw, prepared, None)
    return prepared


def run_howdah(kind, source, folder, threads, cores, options):
    begin, index = time.monotonic(), folder / "index"
    shutil.rmtree(index, ignore_errors=True)
    if kind == "images":
        prepare(kind, source, folder / "prepared", cores)
        source = folder / "prepared"
    request = ["--request", json.dumps(REQUEST)] if kind == "text" else []
    call([BIN / "howdah-data", "index", "--source", f"file://{source}", "--output",
          f"file://{index}", *request], cores)
    prepared_s = time.monotonic() - begin
    said = json.loads(call([BIN / "bench_input", "--data", index, "--threads", threads, "--batch",
                            options.batch, "--epochs", options.epochs], cores))
    return said["records"], prepared_s, said["epochs_s"]


def run_peer(kind, source, threads, cores, options):
    said = json.loads(call(
        [PYTHON, HERE / "peers/input_pipeline.py", "--kind", kind, "--data", source, "--threads",
         threads, "--batch", options.batch, "--side", SIDE[kind], "--length", LENGTH,
         "--vocabulary", VOCABULARY], cores))
    return said["records"], said["load_s"], said["epochs_s"]


def measure(kind, source, folder, threads, options):
    """Of each round and contender: records a second of the first epoch with all that comes before it,
    and of an epoch."""
    cores = set(sorted(os.sched_getaffinity(0))[-threads:])
    rates = {"howdah": [], "pytorch": []}
    for round_number in range(options.rounds):
        runs = {"howdah": run_howdah(kind, source, folder, threads, cores, options),
                "pytorch": run_peer(kind, source, threads, cores, options)}
        if runs["howdah"][0] != runs["pytorch"][0]:
            sys.exit(f"bench: {kind}: not the same records: {runs}")
        for name, (records, before_s, epochs_s) in runs.items():
            rates[name].append((records / (before_s + epochs_s[0]),
                                records / statistics.median(epochs_s)))
        progress(f"{kind}, {threads} thread(s), round {round_number + 1} of {options.rounds}, "
                 f"load {os.getloadavg()[0]:.1f}")
    return rates


def report(kind, threads, rates):
    print(f"\n{kind}, {threads} thread(s), records a second, load {os.getloadavg()[0]:.1f}")
    for at, what in enumerate(("first epoch, from raw data", "an epoch")):
        ours, theirs = ([rate[at] for rate in rates[name]] for name in ("howdah", "pytorch"))
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        print(f"  {what:28}howdah {statistics.median(ours):9.0f}   pytorch "
              f"{statistics.median(theirs):8.0f}   ratio {ratio:6.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="*", choices=SIDE, default=list(SIDE), metavar="KIND",
                        help=", ".join(SIDE))
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=3, help="of Howdah, after the first")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--images", type=int, default=10000, help="JPEG files")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    find_packages("torch", "HOWDAH_TORCH_PEER", "HOWDAH_READERS")
    results = []
    with tempfile.TemporaryDirectory(prefix="howdah-bench-") as temporary:
        for kind in options.kinds:
            folder = pathlib.Path(temporary)
            source = sources(kind, folder, options)
            for threads in options.threads:
                rates = measure(kind, source, folder, threads, options)
                results.append({"kind": kind, "threads": threads, "rates": rates,
                                "load": os.getloadavg()})
                if not options.json:
                    report(kind, threads, rates)
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
