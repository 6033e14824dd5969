#!/usr/bin/env python3
"""Median milliseconds of a training step in PyTorch, as JSON: forward, backward, clipping and Adam.

Records are drawn at random: the time does not depend on what they say. Texts are of full length,
unless --least-length lets them be of any length from that on.

--serve reads "N" from standard input, again and again, takes so many steps and says what each took.
--check DIR takes the first weights and the records of `bench_steps --check DIR` and says the losses
of three steps without dropout, all of the same records.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

import models

IMAGES = {"small_cnn": (1, 28, 10), "resnet20": (3, 32, 10), "resnet18": (3, 224, 1000)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True,
                        choices=["small_cnn", "resnet20", "resnet18", "lstm", "gru", "transformer"])
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warm-up", type=int, default=5, help="steps that do not count")
    parser.add_argument("--length", type=int, default=256, help="of texts")
    parser.add_argument("--least-length", type=int, help="of texts that are of any length")
    parser.add_argument("--target-length", type=int, default=64)
    parser.add_argument("--vocabulary", type=int, default=20000)
    parser.add_argument("--embedding", type=int, default=64)
    parser.add_argument("--units", type=int, default=64)
    parser.add_argument("--width", type=int, default=256, help="of the transformer")
    parser.add_argument("--clip", type=float, default=0, help="the gradients' norm")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--check", type=pathlib.Path, metavar="DIR")
    return parser.parse_args()


def network_of(options):
    if options.model in IMAGES:
        channels, side, classes = IMAGES[options.model]
        return {"small_cnn": lambda: models.small_cnn(channels, side, classes),
                "resnet20": models.resnet20, "resnet18": models.resnet18}[options.model]()
    if options.model == "transformer":
        return models.TransformerTranslator(options.vocabulary, options.width)
    return models.RecurrentClassifier(options.model, options.vocabulary, 2, options.embedding,
                                      options.units, dropout=0.5, pooling="mean")


def random_texts(options, length):
    tokens = torch.randint(4, options.vocabulary, (options.batch, length))
    lengths = torch.full((options.batch,), length)
    if options.least_length:
        lengths = torch.randint(min(options.least_length, length), length + 1, (options.batch,))
        tokens[torch.arange(length)[None, :] >= lengths[:, None]] = 0
    return tokens[:, :int(lengths.max())], lengths


def random_batch(options):
    """The network's arguments and the targets."""
    if options.model in IMAGES:
        channels, side, classes = IMAGES[options.model]
        return ((torch.rand(options.batch, channels, side, side),),
                torch.randint(0, classes, (options.batch,)))
    tokens, lengths = random_texts(options, options.length)
    if options.model == "transformer":
        target, _ = random_texts(options, options.target_length)
        return (tokens, target[:, :-1]), target[:, 1:].reshape(-1)
    return (tokens, lengths), torch.randint(0, 2, (options.batch,))


def recorded_batch(options):
    """The same, of the records in the folder."""
    content = numpy.fromfile(options.check / "train.bin", numpy.uint8)
    records = content.reshape(options.batch, -1)
    if options.model in IMAGES:
        channels, side, _ = IMAGES[options.model]
        images = torch.from_numpy(records[:, :-4].copy()).view(-1, channels, side, side) / 255.0
        return (images,), torch.from_numpy(records[:, -4:].copy().view(numpy.int32)[:, 0]).long()
    numbers = torch.from_numpy(records.view(numpy.int32).astype(numpy.int64))
    tokens, rest = numbers[:, :options.length], numbers[:, options.length:]
    if options.model == "transformer":
        return (tokens, rest[:, :-1]), rest[:, 1:].reshape(-1)
    return (tokens, (tokens != 0).sum(1)), rest[:, 0]


def take_weights(network, folder):
    """Both name them differently, but have them in the same order."""
    values = torch.from_numpy(numpy.fromfile(folder / "weights.bin", numpy.float32))
    parameters = list(network.parameters())
    with torch.no_grad():
        for parameter, own in zip(parameters, values.split([p.numel() for p in parameters])):
            parameter.copy_(own.view(parameter.shape))


def without_dropout(network):
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if isinstance(module, nn.MultiheadAttention):
            module.dropout = 0.0


class Step:
    def __init__(self, options):
        self.options = options
        self.network = network_of(options)
        self.inputs, self.target = (recorded_batch if options.check else random_batch)(options)
        if options.check:
            take_weights(self.network, options.check)
            without_dropout(self.network)
        if options.channels_last:
            self.network = self.network.to(memory_format=torch.channels_last)
            self.inputs = tuple(one.to(memory_format=torch.channels_last) for one in self.inputs)
        self.optimizer = torch.optim.Adam(self.network.parameters(), 1e-3)

    def take(self):
        self.optimizer.zero_grad()
        answers = self.network(*self.inputs)
        loss = F.cross_entropy(answers.reshape(-1, answers.shape[-1]), self.target,
                               ignore_index=0 if self.options.model == "transformer" else -100)
        loss.backward()
        if self.options.clip > 0:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.options.clip)
        self.optimizer.step()
        return loss.item()

    def take_many(self, count):
        said = {"ms": [], "cpu_ms": [], "loss": []}
        for _ in range(count):
            begin, used = time.perf_counter(), time.process_time()
            said["loss"].append(self.take())
            said["ms"].append((time.perf_counter() - begin) * 1000)
            said["cpu_ms"].append((time.process_time() - used) * 1000)
        return said


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    step = Step(options)
    parameters = sum(p.numel() for p in step.network.parameters())
    if options.serve or options.check:
        print(json.dumps({"parameters": parameters}), flush=True)
        for count in [3] if options.check else map(int, sys.stdin):
            print(json.dumps(step.take_many(count)), flush=True)
        return
    step.take_many(options.warm_up)
    times = step.take_many(options.steps)["ms"]
    print(json.dumps({"model": options.model, "batch": options.batch, "threads": options.threads,
                      "median_ms": round(statistics.median(times), 3),
                      "least_ms": round(min(times), 3), "parameters": parameters,
                      "torch": torch.__version__}))


if __name__ == "__main__":
    main()
