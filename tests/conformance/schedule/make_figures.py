#!/usr/bin/env python3
"""Writes figures.json: learning rates as a job file says them, and what others make of them.

    apt-get install python3-torch        # 1.13.1
    /usr/bin/python3 make_figures.py > figures.json

source "pytorch": torch.optim.lr_scheduler, by stepping it. "tensorflow": the formulas that the
documentation of tf.keras.optimizers.schedules gives, in double. "paper": those of Vaswani et al.,
Attention Is All You Need, and Loshchilov and Hutter, SGDR.
"""
import json
import math
import random

import torch
from torch.optim import lr_scheduler

FIGURES = []


def add(source, name, learning_rate, rates, steps_per_epoch=1, **more):
    FIGURES.append({"source": source, "name": name, "learning_rate": learning_rate,
                    "steps_per_epoch": steps_per_epoch, **more, "rates": rates})


def stepped(make, steps, initial=0.1, every=1):
    """The rate of each step; the scheduler takes one of its own after each `every` steps."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=initial, momentum=0.9)
    scheduler = make(optimizer)
    rates = []
    for step in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if (step + 1) % every == 0:
            scheduler.step()
    return rates


def add_pytorch(name, learning_rate, make, steps=100, initial=0.1, every=1, steps_per_epoch=1,
                **more):
    add("pytorch", name, learning_rate, stepped(make, steps, initial, every), steps_per_epoch,
        **more)


def pytorch():
    add_pytorch("ExponentialLR by step",
                "{schedule: exponential, initial: 0.1, decay: 0.95, every: 1 step}",
                lambda o: lr_scheduler.ExponentialLR(o, 0.95))
    add_pytorch("ExponentialLR by epoch",
                "{schedule: exponential, initial: 0.1, decay: 0.9, every: 1 epoch}",
                lambda o: lr_scheduler.ExponentialLR(o, 0.9), every=7, steps_per_epoch=7)
    for power in (1, 2, 0.5):
        add_pytorch(f"PolynomialLR {power}",
                    f"{{schedule: polynomial, initial: 0.1, power: {power}, over: 80 steps}}",
                    lambda o, power=power: lr_scheduler.PolynomialLR(o, 80, power)
                    if hasattr(lr_scheduler, "PolynomialLR") else
                    lr_scheduler.LambdaLR(o, lambda n: (1 - min(n, 80) / 80)**power))
    add_pytorch("StepLR", "{schedule: step, initial: 0.1, decay: 0.5, every: 30 steps}",
                lambda o: lr_scheduler.StepLR(o, 30, 0.5))
    add_pytorch("StepLR by epoch", "{schedule: step, initial: 0.1, decay: 0.1, every: 3 epochs}",
                lambda o: lr_scheduler.StepLR(o, 3, 0.1), every=9, steps_per_epoch=9)
    add_pytorch("MultiStepLR",
                "{schedule: multi_step, initial: 0.1, decay: 0.1, at: [30 steps, 80 steps]}",
                lambda o: lr_scheduler.MultiStepLR(o, [30, 80], 0.1))
    add_pytorch("CosineAnnealingLR",
                "{schedule: cosine, initial: 0.1, end: 0.002, over: 99 steps}",
                lambda o: lr_scheduler.CosineAnnealingLR(o, 99, 0.002))
    add_pytorch("CosineAnnealingLR by epoch",
                "{schedule: cosine, initial: 0.1, over: 20 epochs, by: epoch}",
                lambda o: lr_scheduler.CosineAnnealingLR(o, 20), every=5, steps_per_epoch=5)
    for factor in (1, 2, 3):
        add_pytorch(f"CosineAnnealingWarmRestarts {factor}",
                    "{schedule: cosine, initial: 0.1, end: 0.001, "
                    f"restarts: {{first: 10 steps, factor: {factor}}}}}",
                    lambda o, factor=factor: lr_scheduler.CosineAnnealingWarmRestarts(
                        o, 10, factor, 0.001), steps=200)
    for rise, total in ((0.3, 100), (0.25, 90), (0.7, 64)):
        add("pytorch", f"OneCycleLR {rise} {total}",
            f"{{schedule: one_cycle, max: 0.4, over: {total} steps, rise: {rise}, "
            f"start_factor: {1 / 10}, end_factor: {1 / 10 / 1e3}}}",
            one_cycle(total, max_lr=0.4, pct_start=rise, div_factor=10, final_div_factor=1e3))
    add("pytorch", "OneCycleLR of the whole training", "{schedule: one_cycle, max: 0.1}",
        one_cycle(120, max_lr=0.1), 10)
    add_pytorch("LambdaLR inverse time",
                "{schedule: inverse_time, initial: 0.1, decay: 0.3, every: 5 steps, "
                "staircase: false}", lambda o: lr_scheduler.LambdaLR(o, lambda n: 1 /
                                                                     (1 + 0.3 * n / 5)))
    add_pytorch("LambdaLR inverse square root",
                "{schedule: inverse_sqrt, initial: 0.1, warmup: 20 steps}",
                lambda o: lr_scheduler.LambdaLR(o, lambda n: min(n / 20, (20 / max(n, 1))**0.5)))
    add_pytorch("LinearLR", "{initial: 0.1, warmup: {steps: 40, from: 0.025}}",
                lambda o: lr_scheduler.LinearLR(o, 0.25, total_iters=40))
    add_pytorch("ConstantLR", "{initial: 0.1, warmup: {epochs: 4, from: 0.02, shape: constant}}",
                lambda o: lr_scheduler.ConstantLR(o, 0.2, total_iters=40), steps_per_epoch=10)
    add_pytorch("LinearLR, then CosineAnnealingLR",
                "{schedule: cosine, initial: 0.1, over: 80 steps, "
                "warmup: {steps: 20, from: 0.001}}", warm_cosine)
    plateaus()


def one_cycle(total, **options):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1, momentum=0.9)
    scheduler = lr_scheduler.OneCycleLR(optimizer, total_steps=total, **options)
    rates = [optimizer.param_groups[0]["lr"]]
    for _ in range(total - 1):
        optimizer.step()
        scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def warm_cosine(optimizer):
    return lr_scheduler.SequentialLR(
        optimizer, [lr_scheduler.LinearLR(optimizer, 0.01, total_iters=20),
                    lr_scheduler.CosineAnnealingLR(optimizer, 80)], [20])


def plateaus():
    dice = random.Random(5)
    for number, (mode, measure, options) in enumerate([
            ("min", "loss", {"factor": 0.5, "patience": 3, "threshold": 1e-2, "cooldown": 0}),
            ("min", "loss", {"factor": 0.3, "patience": 0, "threshold": 1e-4, "cooldown": 4}),
            ("max", "accuracy", {"factor": 0.1, "patience": 2, "threshold": 1e-3, "cooldown": 1}),
            ("max", "f1", {"factor": 0.9, "patience": 1, "threshold": 0.0, "cooldown": 0})]):
        fall = [math.exp(-n / 25) + 0.2 + dice.uniform(0, 0.1) for n in range(100)]
        measures = fall if mode == "min" else [1 - value / 2 for value in fall]
        lowest = (0, 0.001, 0.0005, 0.02)[number]
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
        scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, mode, min_lr=lowest, eps=0, **options)
        rates = []
        for value in measures:
            rates.append(optimizer.param_groups[0]["lr"])
            scheduler.step(value)
        keys = ", ".join(f"{key}: {value}" for key, value in options.items())
        add("pytorch", f"ReduceLROnPlateau {number}",
            f"{{schedule: plateau, initial: 0.1, measure: {measure}, mode: {mode}, min: {lowest}, "
            f"{keys}}}", rates, measures=measures)


def tensorflow():
    def stairs(value, staircase):
        return math.floor(value) if staircase else value

    for staircase in (False, True):
        word = str(staircase).lower()
        add("tensorflow", f"ExponentialDecay, staircase {word}",
            f"{{schedule: exponential, initial: 0.1, decay: 0.6, every: 12 steps, "
            f"staircase: {word}}}",
            [0.1 * 0.6**stairs(n / 12, staircase) for n in range(100)])
        add("tensorflow", f"InverseTimeDecay, staircase {word}",
            f"{{schedule: inverse_time, initial: 0.1, decay: 0.5, every: 12 steps, "
            f"staircase: {word}}}",
            [0.1 / (1 + 0.5 * stairs(n / 12, staircase)) for n in range(100)])
    for cycle in (False, True):
        for power in (1.0, 0.5, 3.0):
            rates = []
            for n in range(150):
                over = 40 * max(math.ceil(n / 40), 1) if cycle else 40
                rates.append((0.1 - 0.01) * (1 - min(n, over) / over)**power + 0.01)
            add("tensorflow", f"PolynomialDecay, cycle {cycle}, power {power}",
                f"{{schedule: polynomial, initial: 0.1, end: 0.01, power: {power}, "
                f"over: 4 epochs, cycle: {str(cycle).lower()}}}", rates, 10)
    add("tensorflow", "CosineDecay", "{schedule: cosine, initial: 0.1, end: 0.01, over: 60 steps}",
        [0.1 * (0.9 * 0.5 * (1 + math.cos(math.pi * min(n, 60) / 60)) + 0.1) for n in range(100)])
    add("tensorflow", "CosineDecayRestarts",
        "{schedule: cosine, initial: 0.1, restarts: {first: 20 steps, factor: 1.5, decay: 0.8}}",
        restarts(0.1, 20, 1.5, 0.8, 250))
    add("tensorflow", "CosineDecay with a warm-up",
        "{schedule: cosine, initial: 0.1, warmup: {steps: 25, from: 0.01}}",
        [0.01 + 0.09 * n / 25 if n < 25 else 0.05 * (1 + math.cos(math.pi * (n - 25) / 75))
         for n in range(100)])


def restarts(initial, first, factor, decay, steps):
    rates = []
    begin, length, height = 0, first, initial
    for n in range(steps):
        while n >= begin + length:
            begin, length, height = begin + length, length * factor, height * decay
        rates.append(height * 0.5 * (1 + math.cos(math.pi * (n - begin) / length)))
    return rates


def papers():
    def transformer(width, warmup, steps):
        return [width**-0.5 * min(n**-0.5 if n else 0, n * warmup**-1.5) for n in range(steps)]

    for width, warmup in ((512, 40), (64, 10)):
        add("paper", f"Transformer {width} {warmup}",
            f"{{schedule: inverse_sqrt, initial: {(width * warmup)**-0.5!r}, "
            f"warmup: {warmup} steps}}", transformer(width, warmup, 200))
    add("paper", "Transformer by epochs",
        f"{{schedule: inverse_sqrt, initial: {(512 * 40)**-0.5!r}, warmup: {{epochs: 4}}}}",
        transformer(512, 40, 200), 10)
    add("paper", "SGDR", "{schedule: cosine, initial: 0.05, "
        "restarts: {first: 1 epoch, factor: 2}}", restarts(0.05, 10, 2, 1, 155), 10)


if __name__ == "__main__":
    pytorch()
    tensorflow()
    papers()
    lines = ",\n".join(json.dumps(figure) for figure in FIGURES)
    print(f'{{"torch": {json.dumps(torch.__version__)}, "figures": [\n{lines}\n]}}')
