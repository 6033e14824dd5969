#!/usr/bin/env python3
"""A text classifier in PyTorch on a prepared dataset: accuracy, F1 and seconds of each epoch, as JSON."""

import argparse
import json
import random
import time

import torch
from torch.nn import functional as F

import models
import records

# What examples/imdb and examples/spam say.
TASKS = {"imdb": dict(vocabulary=20000, length=400, batch=64, epochs=4, rate=4e-3, decay=0.5,
                      dropout=0.5, clip=1),
         "spam": dict(vocabulary=20000, length=512, batch=32, epochs=6, rate=2e-3, decay=0.8,
                      dropout=0.4, clip=0)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=["lstm", "gru", "textcnn"], required=True)
    parser.add_argument("--task", choices=TASKS, required=True)
    parser.add_argument("--data", required=True, help="the folder that howdah prepare wrote")
    parser.add_argument("--vocabulary", type=int)
    parser.add_argument("--length", type=int)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--decay", type=float, help="of the rate, each epoch")
    parser.add_argument("--embedding", type=int, default=64)
    parser.add_argument("--units", type=int, default=64)
    parser.add_argument("--dropout", type=float)
    parser.add_argument("--pooling", choices=["max", "mean", "last"], default="mean")
    parser.add_argument("--bidirectional", action="store_true")
    parser.add_argument("--clip", type=float)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name, value in TASKS[options.task].items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def load(options):
    """part -> (token lists, classes), and the vocabulary's size."""
    raw = {part: records.columns(options.data, part, ["text", "label"])
           for part in ("train", "validation", "test") if records.has(options.data, part)}
    split = {part: [records.words(text) for text in texts] for part, (texts, _) in raw.items()}
    vocabulary = records.Vocabulary(split["train"], options.vocabulary)
    names = sorted(set(raw["train"][1]))
    return {part: ([vocabulary.encode(tokens, options.length) or [records.UNKNOWN]
                    for tokens in lists], records.classes_of(raw[part][1], names))
            for part, lists in split.items()}, len(vocabulary)


def network(options, vocabulary):
    if options.model == "textcnn":
        return models.TextCnn(vocabulary, 2, options.embedding, options.units,
                              dropout=options.dropout)
    return models.RecurrentClassifier(options.model, vocabulary, 2, options.embedding,
                                      options.units, options.dropout, options.bidirectional,
                                      options.pooling)


@torch.inference_mode()
def measure(net, part):
    """accuracy, recall and F1 of class 1."""
    net.eval()
    lists, truth = part
    order = sorted(range(len(lists)), key=lambda i: len(lists[i]))
    answers = torch.zeros_like(truth)
    for begin in range(0, len(order), 256):
        chosen = order[begin:begin + 256]
        answers[chosen] = net(*records.padded([lists[i] for i in chosen])).argmax(1)
    hits = int(((answers == 1) & (truth == 1)).sum())
    said, there = int((answers == 1).sum()), int((truth == 1).sum())
    return {"accuracy": round(float((answers == truth).float().mean()), 4),
            "recall": round(hits / there, 4), "f1": round(2 * hits / (said + there), 4)}


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    parts, vocabulary = load(options)
    net = network(options, vocabulary)
    optimizer = torch.optim.Adam(net.parameters(), options.rate)
    generator = torch.Generator().manual_seed(options.seed)
    lists, truth = parts["train"]
    for epoch in range(options.epochs):
        begin, total = time.monotonic(), 0.0
        net.train()
        for group in optimizer.param_groups:
            group["lr"] = options.rate * options.decay ** epoch
        for chosen in records.batches([len(one) for one in lists], options.batch, generator):
            loss = F.cross_entropy(net(*records.padded([lists[i] for i in chosen])), truth[chosen])
            optimizer.zero_grad()
            loss.backward()
            if options.clip:
                torch.nn.utils.clip_grad_norm_(net.parameters(), options.clip)
            optimizer.step()
            total += float(loss.detach()) * len(chosen)
        seconds = time.monotonic() - begin
        print(json.dumps({"epoch": epoch + 1, "seconds": round(seconds, 1),
                          "loss": round(total / len(lists), 4)} |
                         {part: measure(net, parts[part]) for part in parts if part != "train"}),
              flush=True)


if __name__ == "__main__":
    main()
