#!/usr/bin/env python3
"""Writes figures.json: what PyTorch's optimizers make of a small network's weights in 30 steps, and
what the formulas of the papers make of them.

    apt-get install python3-torch python3-numpy     # 1.13.0, 1.24.2
    python3 make_figures.py > figures.json

Gradients are fractions that float32 holds exactly, from integers alone, so that the test beside it
draws the same ones (`hashed`). PyTorch and NumPy compute in double precision. Each case says what
the optimizer is asked for, in the words of a job file, and the weights after the last step.
"""
import json

import numpy
import torch

STEPS, BATCH = 30, 12
PARAMETERS = [("0.weight", [5, 7]), ("0.bias", [5]), ("2.weight", [5]), ("2.bias", [5]),
              ("4.weight", [3, 5]), ("4.bias", [3])]
PENALIZED = ("0.weight", "4.weight")  # of dense layers; "2" is a normalization
RATES = {"sgd": 0.05, "adam": 0.01, "adamw": 0.01, "adagrad": 0.05, "adadelta": 1.0,
         "rmsprop": 0.01}


def hashed(*numbers):
    """In [-1, 1), a multiple of 1/1024."""
    value = 0
    for number in numbers:
        value = (value * 1103515245 + number + 12345) % 2**31
        value = (value ^ (value >> 15)) * 73244475 % 2**31
    return (value % 2048 - 1024) / 1024


def drawn(shape, *where):
    count = int(numpy.prod(shape))
    return numpy.array([hashed(*where, i) for i in range(count)]).reshape(shape)


def initial(p):
    return drawn(PARAMETERS[p][1], 1, p)


def gradient(p, step):
    # Some elements are large, some always tiny: the sums over a batch.
    shape = PARAMETERS[p][1]
    scale = numpy.array([(1, 8, 1 / 64)[i % 3] for i in range(int(numpy.prod(shape)))])
    return drawn(shape, 2, p, step) * scale.reshape(shape) * 4 / BATCH


def rate_at(rate, step):
    return rate * (1 - step / 64)


def made_by(options, groups):
    kind = options["type"]
    decay = options.get("weight_decay", 0)
    arguments = {"lr": RATES[kind], "weight_decay": decay}
    names = {"lr_decay": "lr_decay", "initial_accumulator": "initial_accumulator_value",
             "epsilon": "eps"}
    for key in ("momentum", "dampening", "nesterov", "amsgrad", "rho", "alpha", "centered",
                *names):
        if key in options:
            arguments[names.get(key, key)] = options[key]
    if "beta1" in options:
        arguments["betas"] = (options["beta1"], options["beta2"])
    classes = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW,
               "adagrad": torch.optim.Adagrad, "adadelta": torch.optim.Adadelta,
               "rmsprop": torch.optim.RMSprop}
    return classes[kind](groups, **arguments)


def fits(pattern, name):
    return name.endswith(pattern[1:]) if pattern.startswith("*") else name.startswith(pattern[:-1])


def run(options, regularization):
    weights = [torch.tensor(initial(p), requires_grad=True) for p in range(len(PARAMETERS))]
    groups, factors, trained = [], [], []
    for (name, _), weight in zip(PARAMETERS, weights):
        group = next((g for g in options.get("groups", []) if fits(g["match"], name)), {})
        if group.get("freeze"):
            continue
        trained.append(weight)
        groups.append({"params": [weight]})
        if "weight_decay" in group:
            groups[-1]["weight_decay"] = group["weight_decay"]
        factors.append(group.get("rate", 1))
    optimizer = made_by(options, groups)
    ema = options.get("ema", {})
    module = torch.nn.ParameterList(weights)
    average = torch.optim.swa_utils.AveragedModel(
        module, avg_fn=lambda a, w, n: ema["decay"] * a + (1 - ema["decay"]) * w)
    for step in range(STEPS):
        for p, ((name, _), weight) in enumerate(zip(PARAMETERS, weights)):
            grad = torch.tensor(gradient(p, step))
            if name in PENALIZED:
                value = weight.detach()
                grad = (grad + regularization.get("l1", 0) * value.sign()
                        + regularization.get("l2", 0) * value)
            weight.grad = grad
        clip = options.get("clip", {})
        if "norm" in clip:
            torch.nn.utils.clip_grad_norm_(trained, clip["norm"])
        if "value" in clip:
            torch.nn.utils.clip_grad_value_(trained, clip["value"])
        for group, factor in zip(optimizer.param_groups, factors):
            group["lr"] = rate_at(RATES[options["type"]], step) * factor
        optimizer.step()
        if ema:
            average.update_parameters(module)
    made = {name: weight.detach().flatten().tolist()
            for (name, _), weight in zip(PARAMETERS, weights)}
    averages = {name: weight.detach().flatten().tolist()
                for (name, _), weight in zip(PARAMETERS, average.module)} if ema else None
    return made, averages


def paper(options, regularization):
    """Zeiler, 2012, algorithm 1; Duchi et al., 2011, with the diagonal; subgradient descent."""
    made = {}
    for p, (name, shape) in enumerate(PARAMETERS):
        x = initial(p)
        total, deltas = numpy.zeros(shape), numpy.zeros(shape)
        for step in range(STEPS):
            g = gradient(p, step)
            if name in PENALIZED:
                g = g + regularization.get("l1", 0) * numpy.sign(x)
            rate = rate_at(RATES[options["type"]], step)
            if options["type"] == "adadelta":
                rho, epsilon = options["rho"], options["epsilon"]
                total = rho * total + (1 - rho) * g**2
                delta = -numpy.sqrt(deltas + epsilon) / numpy.sqrt(total + epsilon) * g
                deltas = rho * deltas + (1 - rho) * delta**2
                x = x + rate * delta
            elif options["type"] == "adagrad":
                total = total + g**2
                x = x - rate * g / numpy.sqrt(total)
            else:
                x = x - rate * g
        made[name] = x.flatten().tolist()
    return made


CASES = {
    "sgd": {"type": "sgd"},
    "sgd_decay": {"type": "sgd", "weight_decay": 0.1},
    "sgd_momentum": {"type": "sgd", "momentum": 0.9, "weight_decay": 0.01},
    "sgd_dampening": {"type": "sgd", "momentum": 0.9, "dampening": 0.3},
    "sgd_nesterov": {"type": "sgd", "momentum": 0.8, "nesterov": True, "weight_decay": 0.01},
    "adam": {"type": "adam"},
    "adam_decay": {"type": "adam", "weight_decay": 0.1, "beta1": 0.8, "beta2": 0.95},
    "adam_amsgrad": {"type": "adam", "amsgrad": True, "beta1": 0.8, "beta2": 0.9,
                     "weight_decay": 0.01, "epsilon": 1e-4},
    "adamw": {"type": "adamw", "weight_decay": 0.5},
    "adamw_amsgrad": {"type": "adamw", "weight_decay": 0.1, "amsgrad": True, "beta1": 0.9,
                      "beta2": 0.9},
    "adagrad": {"type": "adagrad"},
    "adagrad_decay": {"type": "adagrad", "lr_decay": 0.1, "initial_accumulator": 0.2,
                      "epsilon": 1e-3, "weight_decay": 0.1},
    "adadelta": {"type": "adadelta"},
    "adadelta_decay": {"type": "adadelta", "rho": 0.8, "epsilon": 1e-4, "weight_decay": 0.1},
    "rmsprop": {"type": "rmsprop"},
    "rmsprop_decay": {"type": "rmsprop", "alpha": 0.9, "epsilon": 1e-3, "weight_decay": 0.1},
    "rmsprop_momentum": {"type": "rmsprop", "momentum": 0.7, "weight_decay": 0.01},
    "rmsprop_centered": {"type": "rmsprop", "alpha": 0.9, "centered": True, "epsilon": 1e-3},
    "rmsprop_all": {"type": "rmsprop", "alpha": 0.9, "centered": True, "momentum": 0.5,
                    "epsilon": 1e-3, "weight_decay": 0.1},
    "clip_norm": {"type": "sgd", "momentum": 0.9, "weight_decay": 0.1, "clip": {"norm": 1.5}},
    "clip_norm_not_reached": {"type": "adam", "clip": {"norm": 1e3}},
    "clip_value": {"type": "adam", "weight_decay": 0.1, "clip": {"value": 0.25}},
    "groups": {"type": "adamw", "weight_decay": 0.1,
               "groups": [{"match": "2.*", "freeze": True},
                          {"match": "*.bias", "weight_decay": 0, "rate": 0.1},
                          {"match": "4.*", "weight_decay": 0.7}]},
    "groups_clip": {"type": "sgd", "weight_decay": 0.1, "clip": {"norm": 1},
                    "groups": [{"match": "0.*", "freeze": True}, {"match": "*.bias", "rate": 3}]},
    "ema": {"type": "sgd", "momentum": 0.9, "ema": {"decay": 0.9}},
}
REGULARIZED = {
    "l1": ({"type": "sgd"}, {"l1": 0.05}),
    "l2": ({"type": "adam"}, {"l2": 0.1}),
    "elastic_net": ({"type": "rmsprop", "epsilon": 1e-3}, {"l1": 0.05, "l2": 0.1}),
    "elastic_net_decay_clip_norm": ({"type": "adam", "weight_decay": 0.1, "clip": {"norm": 1}},
                                    {"l1": 0.05, "l2": 0.1}),
    "elastic_net_clip_value": ({"type": "sgd", "weight_decay": 0.1, "clip": {"value": 0.2}},
                               {"l1": 0.05, "l2": 0.1}),
}
PAPERS = {
    "paper_adadelta": ({"type": "adadelta", "rho": 0.95, "epsilon": 1e-6}, {}),
    "paper_adagrad": ({"type": "adagrad", "epsilon": 0}, {}),
    "paper_l1": ({"type": "sgd"}, {"l1": 0.2}),
}


def main():
    torch.set_default_dtype(torch.float64)
    cases = []
    for name, (options, regularization) in {
            **{name: (options, {}) for name, options in CASES.items()}, **REGULARIZED}.items():
        made, averages = run(options, regularization)
        cases.append({"name": name, "optimizer": options, "regularization": regularization,
                      "made": made})
        if averages:
            cases[-1]["average"] = averages
    for name, (options, regularization) in PAPERS.items():
        cases.append({"name": name, "optimizer": options, "regularization": regularization,
                      "made": paper(options, regularization)})
    print('{"steps": %d, "batch": %d, "rates": %s, "parameters": %s, "cases": [' % (
        STEPS, BATCH, json.dumps(RATES), json.dumps(PARAMETERS)))
    print(",\n".join(json.dumps(case) for case in cases))
    print("]}")


main()
