"""A part of each example's real data, in the form of the whole: what can be learnt from in seconds."""

import itertools
import json
import os
import pathlib
import sys

from raw_data import ROOT, raw

sys.path.insert(0, str(ROOT / "tests/job"))
from howdah_job import make_dataset  # noqa: E402


def each(step, source, target, header=0):
    """Every so many lines, after the header."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(source, encoding="utf-8", newline="") as lines, open(target, "w", newline="") as out:
        out.writelines(itertools.islice(lines, header))
        out.writelines(itertools.islice(lines, 0, None, step))


def fashion_mnist(folder):
    make_dataset(folder, train=10_000, test=1000)


def cifar10(folder):
    sys.path.insert(0, os.environ["HOWDAH_READERS"])
    import pyarrow.parquet
    for part, count in ("train", 2500), ("test", 500):
        source = pyarrow.parquet.read_table(raw("cifar10") / f"set={part}" / "part-00000.parquet")
        target = folder / f"set={part}"
        target.mkdir(parents=True)
        pyarrow.parquet.write_table(source.slice(0, count), target / "part-00000.parquet")


def imdb(folder):
    for part, step in ("train", 6), ("test", 25):
        each(step, raw("imdb") / f"set={part}" / "reviews.jsonl", folder / f"set={part}" / "reviews.jsonl")


def spam(folder):
    each(2, raw("spam") / "mails.jsonl", folder / "mails.jsonl")


def verses(folder, different=40, times=60):
    """Short ones, each many times: what can be learnt in seconds is verses by heart, and those of the
    test are among them. A split is by a row's content, so that each copy has a name of its own."""
    lines = (raw("verses") / "verses.jsonl").read_text().splitlines()
    short = [verse for verse in map(json.loads, lines) if 50 <= len(verse["en"]) <= 60][:different]
    folder.mkdir(parents=True)
    with open(folder / "verses.jsonl", "w") as out:
        for copy in range(times):
            for verse in short:
                out.write(json.dumps(verse | {"ref": f"{verse['ref']} {copy}"}) + "\n")


def flights(folder):
    each(4, raw("flights") / "flights.csv", folder / "flights.csv", header=1)


REDUCED = {"fashion-mnist": fashion_mnist, "cifar10": cifar10, "imdb": imdb, "spam": spam,
           "verses": verses, "flights": flights}


def reduced(name, folder):
    path = pathlib.Path(folder) / name
    if not path.exists():
        REDUCED[name](path)
    return path
