#!/usr/bin/env python3
"""Median milliseconds of a training step in PyTorch, as JSON: forward, backward and Adam.

Records are drawn at random: the time does not depend on what they say. Texts are of full length.
"""

import argparse
import json
import statistics
import time

import torch
from torch.nn import functional as F

import models


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True,
                        choices=["small_cnn", "resnet20", "resnet18", "lstm", "gru", "transformer"])
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warm-up", type=int, default=5, help="steps that do not count")
    parser.add_argument("--length", type=int, default=256, help="of texts")
    parser.add_argument("--target-length", type=int, default=64)
    parser.add_argument("--vocabulary", type=int, default=20000)
    parser.add_argument("--embedding", type=int, default=64)
    parser.add_argument("--units", type=int, default=64)
    parser.add_argument("--width", type=int, default=256, help="of the transformer")
    parser.add_argument("--channels-last", action="store_true")
    return parser.parse_args()


def make(options):
    """The network, and a batch's arguments and targets."""
    batch = options.batch
    if options.model in ("small_cnn", "resnet20", "resnet18"):
        channels, side, classes = {"small_cnn": (1, 28, 10), "resnet20": (3, 32, 10),
                                   "resnet18": (3, 224, 1000)}[options.model]
        network = {"small_cnn": lambda: models.small_cnn(channels, side, classes),
                   "resnet20": models.resnet20, "resnet18": models.resnet18}[options.model]()
        images = torch.rand(batch, channels, side, side)
        if options.channels_last:
            network = network.to(memory_format=torch.channels_last)
            images = images.to(memory_format=torch.channels_last)
        return network, (images,), torch.randint(0, classes, (batch,))
    tokens = torch.randint(4, options.vocabulary, (batch, options.length))
    if options.model == "transformer":
        target = torch.randint(4, options.vocabulary, (batch, options.target_length))
        network = models.TransformerTranslator(options.vocabulary, options.width)
        return network, (tokens, target[:, :-1]), target[:, 1:].reshape(-1)
    network = models.RecurrentClassifier(options.model, options.vocabulary, 2, options.embedding,
                                         options.units)
    return network, (tokens, torch.full((batch,), options.length)), torch.randint(0, 2, (batch,))


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    network, inputs, target = make(options)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    times = []
    for _ in range(options.warm_up + options.steps):
        begin = time.perf_counter()
        optimizer.zero_grad()
        answers = network(*inputs)
        F.cross_entropy(answers.reshape(-1, answers.shape[-1]), target).backward()
        optimizer.step()
        times.append((time.perf_counter() - begin) * 1000)
    times = times[options.warm_up:]
    print(json.dumps({"model": options.model, "batch": options.batch, "threads": options.threads,
                      "median_ms": round(statistics.median(times), 3),
                      "least_ms": round(min(times), 3),
                      "parameters": sum(p.numel() for p in network.parameters()),
                      "torch": torch.__version__}))


if __name__ == "__main__":
    main()
