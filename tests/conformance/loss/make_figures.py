#!/usr/bin/env python3
"""Writes figures.json: every loss with its options, and what PyTorch makes of it in float64.

    apt-get install python3-torch      (1.13 was used)
    python3 make_figures.py > figures.json

Outputs are features times a matrix of weights; of tokens, [batch, length, features] times it. Each of
20 steps takes the same records, with reduction "mean", and moves the weights against the gradient. The
loss is written as in a job file. Padding (target 0 of tokens) is not counted; where a class is
ignored beside it, the mean is over what neither is.
"""
import json

import torch
from torch.nn import functional

FEATURES, CLASSES, RECORDS, LENGTH, STEPS, RATE = 5, 4, 12, 3, 20, 0.5
NONE = -100


def classes(task, line, function, log_softmax=False, tokens=False, ignore=None):
    shape = (RECORDS, LENGTH) if tokens else (RECORDS,)
    targets = torch.randint(0, CLASSES, shape)
    counted = targets.clone()
    if tokens:
        counted[targets == 0] = NONE
    if ignore is not None:
        counted[targets == ignore] = NONE

    def loss(outputs):
        scores = functional.log_softmax(outputs, -1) if log_softmax else outputs
        return function(scores.reshape(-1, CLASSES), counted.reshape(-1))
    return task, line, (*shape, FEATURES), CLASSES, targets, loss


def cases():
    cross, nll = functional.cross_entropy, functional.nll_loss
    weights = torch.tensor([1.0, 0.25, 3.0, 2.0], dtype=torch.float64)
    written = "weights: [1, 0.25, 3, 2]"
    yield classes("classification", "cross_entropy", cross)
    yield classes("classification", "{type: cross_entropy, smoothing: 0.1}",
                  lambda x, y: cross(x, y, label_smoothing=0.1))
    yield classes("classification", "{type: cross_entropy, %s}" % written,
                  lambda x, y: cross(x, y, weights))
    yield classes("classification", "{type: cross_entropy, ignore: 2}", cross, ignore=2)
    yield classes("classification", "{type: cross_entropy, smoothing: 0.2, %s, ignore: 0}" % written,
                  lambda x, y: cross(x, y, weights, label_smoothing=0.2), ignore=0)
    yield classes("classification", "nll", nll, True)
    yield classes("classification", "{type: nll, %s, ignore: 1}" % written,
                  lambda x, y: nll(x, y, weights), True, ignore=1)
    yield classes("tagging", "cross_entropy", cross, tokens=True)
    yield classes("tagging", "{type: cross_entropy, %s}" % written,
                  lambda x, y: cross(x, y, weights), tokens=True)
    yield classes("translation", "{type: cross_entropy, smoothing: 0.1}",
                  lambda x, y: cross(x, y, label_smoothing=0.1), tokens=True)
    yield classes("language_model", "{type: cross_entropy, smoothing: 0.1, ignore: 1}",
                  lambda x, y: cross(x, y, label_smoothing=0.1), tokens=True, ignore=1)
    yield classes("tagging", "nll", nll, True, tokens=True)
    truths = torch.randint(0, 2, (RECORDS, 1)).double()
    for line, weight in (("bce", None), ("{type: bce, positive_weight: 2.5}", torch.tensor([2.5]).double())):
        yield ("binary_classification", line, (RECORDS, FEATURES), 1, truths,
               lambda x, weight=weight: functional.binary_cross_entropy_with_logits(
                   x, truths, pos_weight=weight))
    values = torch.randn(RECORDS, 2).double() * 2
    for line, function in (("mse", functional.mse_loss), ("mae", functional.l1_loss),
                           ("huber", functional.huber_loss),
                           ("{type: huber, delta: 0.25}",
                            lambda x, y: functional.huber_loss(x, y, delta=0.25))):
        yield ("regression", line, (RECORDS, FEATURES), 2, values,
               lambda x, function=function: function(x, values))


def figures(task, line, shape, outputs, targets, loss):
    # Of float32, so that both begin with the same numbers.
    features = torch.randn(shape).float().double()
    weights = (torch.randn(shape[-1], outputs) * 0.5).float().double()
    made = {"task": task, "loss": line, "shape": list(shape), "outputs": outputs,
            "features": features.flatten().tolist(),
            "targets": targets.float().double().flatten().tolist(),
            "weights": weights.flatten().tolist(), "losses": []}
    targets.copy_(targets.float().to(targets.dtype))
    weights.requires_grad_(True)
    for step in range(STEPS):
        value = loss(features @ weights)
        gradient, = torch.autograd.grad(value, weights)
        made["losses"].append(value.item())
        if step == 0:
            made["gradient"] = gradient.flatten().tolist()
        with torch.no_grad():
            weights -= RATE * gradient
    made["trained"] = weights.detach().flatten().tolist()
    return made


def main():
    torch.manual_seed(11)
    made = [figures(*case) for case in cases()]
    print(json.dumps({"torch": torch.__version__, "rate": RATE, "cases": made},
                     separators=(",", ":")).replace('{"task"', '\n{"task"'))


if __name__ == "__main__":
    main()
