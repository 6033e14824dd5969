#!/usr/bin/env python3
"""Seconds from the start of a Python process to the end of its first step, as JSON.

Starts itself --rounds times: import of torch, the first batch read from a prepared dataset of images,
the small CNN made, one step of Adam. Prints the median.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time


def first_step(options):
    import pyarrow.parquet
    import numpy
    import torch

    import models

    torch.set_num_threads(options.threads)
    file = min(pathlib.Path(options.data, "train").rglob("*.parquet"))
    table = next(pyarrow.parquet.ParquetFile(file).iter_batches(
        options.batch, columns=["image", "height", "channels", "label"])).to_pydict()
    side, channels = table["height"][0], table["channels"][0]
    pixels = numpy.frombuffer(b"".join(table["image"]), numpy.uint8).copy()
    images = torch.from_numpy(pixels).view(-1, side, side, channels).permute(0, 3, 1, 2) / 255.0
    names = sorted(set(table["label"]))
    network = models.small_cnn(channels, side, 10)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    loss = torch.nn.functional.cross_entropy(
        network(images), torch.tensor([names.index(label) for label in table["label"]]))
    loss.backward()
    optimizer.step()
    print(float(loss.detach()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="a prepared dataset of images")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return first_step(options)
    seconds = []
    for _ in range(options.rounds):
        begin = time.perf_counter()
        subprocess.run([sys.executable, __file__, "--child", "--data", options.data, "--batch",
                        str(options.batch), "--threads", str(options.threads)], check=True,
                       stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begin)
    print(json.dumps({"threads": options.threads, "rounds": options.rounds,
                      "median_s": round(statistics.median(seconds), 3),
                      "least_s": round(min(seconds), 3)}))


if __name__ == "__main__":
    main()
