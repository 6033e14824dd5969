#!/usr/bin/env python3
"""Writes figures.json: small networks, one for each layer and for blocks, and what PyTorch makes of
them in float64.

    apt-get install python3-torch      (1.13 was used)
    python3 make_figures.py > figures.json

Every network is a stem with weights, the layers in question, flatten, and a dense layer. The layers
are written as in a job file; the modules beside them have the names that Howdah promises. Figures:
the output before the flatten, the loss (cross-entropy, summed) and all gradients for the first batch,
and weights and buffers after 20 steps of plain SGD on the mean gradient, with the loss of each.
"""
import json

import torch
from torch import nn

CLASSES, RECORDS, BATCH, STEPS, RATE = 3, 12, 4, 20, 0.1
IMAGE, SEQUENCE, VECTOR = [2, 5, 6], [2, 11], [7]


class Residual(nn.Module):
    def __init__(self, layers, shortcut=()):
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)


class Parallel(nn.Module):
    def __init__(self, branches, axis=None):
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*branch) for branch in branches)
        self.axis = axis

    def forward(self, x):
        outputs = [branch(x) for branch in self.branches]
        return sum(outputs) if self.axis is None else torch.cat(outputs, self.axis)


class Shape(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.sizes = sizes

    def forward(self, x):
        return x.reshape(x.shape[0], *self.sizes)


class GlobalAverage(nn.Module):
    def forward(self, x):
        return x.flatten(2).mean(2)


def images():
    """On two dimensions; each begins with 4 channels of 5 x 6."""
    yield "conv2d", ["conv2d: {filters: 3, kernel: 3}"], [nn.Conv2d(4, 3, 3)]
    yield ("conv2d_same", ["conv2d: {filters: 3, kernel: [3, 5], padding: same, dilation: [2, 1]}"],
           [nn.Conv2d(4, 3, (3, 5), padding=(2, 2), dilation=(2, 1))])
    yield ("conv2d_all", ["conv2d: {filters: 6, kernel: [2, 3], stride: [1, 2], padding: [1, 2],"
                          " dilation: [3, 1], groups: 2, bias: false}"],
           [nn.Conv2d(4, 6, (2, 3), (1, 2), (1, 2), (3, 1), 2, False)])
    yield "max_pool2d", ["max_pool2d: {size: 2}"], [nn.MaxPool2d(2)]
    yield ("max_pool2d_ceil", ["max_pool2d: {size: [3, 2], stride: 2, padding: 1, ceil_mode: true}"],
           [nn.MaxPool2d((3, 2), 2, 1, ceil_mode=True)])
    yield "average_pool2d", ["average_pool2d"], [nn.AvgPool2d(2)]
    yield ("average_pool2d_ceil",
           ["average_pool2d: {size: [2, 3], stride: [2, 3], padding: 1, ceil_mode: true}"],
           [nn.AvgPool2d((2, 3), (2, 3), 1, ceil_mode=True)])
    yield "global_average_pool", ["global_average_pool"], [GlobalAverage()]
    yield ("adaptive_average_pool2d", ["adaptive_average_pool2d: {size: [4, 3]}"],
           [nn.AdaptiveAvgPool2d((4, 3))])
    yield ("batch_norm2d", ["batch_norm2d: {momentum: 0.3, epsilon: 0.01}"],
           [nn.BatchNorm2d(4, 0.01, 0.3)])
    yield "layer_norm", ["layer_norm: {dimensions: 3}"], [nn.LayerNorm([4, 5, 6])]
    yield "layer_norm_last", ["layer_norm: {dimensions: 1, epsilon: 0.001}"], [nn.LayerNorm(6, 0.001)]
    yield "group_norm", ["group_norm: {groups: 2}"], [nn.GroupNorm(2, 4)]
    yield ("reshape", ["reshape: {shape: [-1, 12]}", "conv1d: {filters: 2, kernel: 3}"],
           [Shape(10, 12), nn.Conv1d(10, 2, 3)])
    yield "softmax", ["softmax"], [nn.Softmax(1)]
    yield "log_softmax", ["log_softmax: {axis: 2}"], [nn.LogSoftmax(2)]


def sequences():
    """On one dimension; each begins with 4 channels of 11."""
    yield "conv1d", ["conv1d: {filters: 3, kernel: 3, padding: same}"], [nn.Conv1d(4, 3, 3, padding=1)]
    yield ("conv1d_all",
           ["conv1d: {filters: 4, kernel: 2, stride: 2, padding: 1, dilation: 3, groups: 4, bias: false}"],
           [nn.Conv1d(4, 4, 2, 2, 1, 3, 4, False)])
    yield "max_pool1d", ["max_pool1d: {size: 3, padding: 1}"], [nn.MaxPool1d(3, padding=1)]
    yield ("average_pool1d", ["average_pool1d: {size: 3, stride: 2, ceil_mode: true}"],
           [nn.AvgPool1d(3, 2, ceil_mode=True)])
    yield "global_average_pool1d", ["global_average_pool"], [GlobalAverage()]
    yield "batch_norm1d_sequence", ["batch_norm1d"], [nn.BatchNorm1d(4)]


def vectors():
    """Each begins with 6 features."""
    yield "dense", ["dense: {units: 5, bias: false}"], [nn.Linear(6, 5, False)]
    yield "batch_norm1d", ["batch_norm1d"], [nn.BatchNorm1d(6)]
    yield "layer_norm_features", ["layer_norm"], [nn.LayerNorm(6)]
    for line, module in (
            ("relu", nn.ReLU()), ("leaky_relu", nn.LeakyReLU()), ("leaky_relu: {slope: 0.2}", nn.LeakyReLU(0.2)),
            ("elu: {alpha: 0.7}", nn.ELU(0.7)), ("gelu", nn.GELU()),
            ("gelu: {approximate: tanh}", nn.GELU("tanh")), ("silu", nn.SiLU()), ("tanh", nn.Tanh()),
            ("sigmoid", nn.Sigmoid()), ("hard_tanh: {min: -0.4, max: 0.3}", nn.Hardtanh(-0.4, 0.3)),
            ("softplus: {beta: 2}", nn.Softplus(2))):
        yield line, [line], [module]


def blocks():
    """On 4 channels of 5 x 6."""
    yield ("residual", ["residual: {layers: [{conv2d: {filters: 4, padding: same}}, batch_norm2d]}", "relu"],
           [Residual([nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)]), nn.ReLU()])
    yield ("residual_projection",
           ["residual: {layers: [{conv2d: {filters: 6, stride: 2, padding: 1, bias: false}}, batch_norm2d,"
            " relu, {conv2d: {filters: 6, padding: same, bias: false}}, batch_norm2d],"
            " shortcut: [{conv2d: {filters: 6, kernel: 1, stride: 2, bias: false}}, batch_norm2d]}", "relu"],
           [Residual([nn.Conv2d(4, 6, 3, 2, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU(),
                      nn.Conv2d(6, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6)],
                     [nn.Conv2d(4, 6, 1, 2, bias=False), nn.BatchNorm2d(6)]), nn.ReLU()])
    yield ("parallel_concat",
           ["parallel: {branches: [[{conv2d: {filters: 2, kernel: 1}}, tanh],"
            " [{conv2d: {filters: 3, padding: same}}], []]}"],
           [Parallel([[nn.Conv2d(4, 2, 1), nn.Tanh()], [nn.Conv2d(4, 3, 3, padding=1)], []], 1)])
    yield ("parallel_axis",
           ["parallel: {branches: [[max_pool2d], [average_pool2d]], axis: 3}"],
           [Parallel([[nn.MaxPool2d(2)], [nn.AvgPool2d(2)]], 3)])
    yield ("parallel_add",
           ["parallel: {branches: [[{conv2d: {filters: 4, kernel: 1}}], [sigmoid], []], merge: add}"],
           [Parallel([[nn.Conv2d(4, 4, 1)], [nn.Sigmoid()], []])])
    yield ("nested",
           ["residual: {layers: [{parallel: {branches: [[{conv2d: {filters: 2, kernel: 1}}],"
            " [{residual: {layers: [{conv2d: {filters: 4, padding: same}}, batch_norm2d]}}, relu]]}},"
            " {conv2d: {filters: 4, kernel: 1}}]}", "max_pool2d"],
           [Residual([Parallel([[nn.Conv2d(4, 2, 1)],
                                [Residual([nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)]), nn.ReLU()]], 1),
                      nn.Conv2d(6, 4, 1)]), nn.MaxPool2d(2)])


def plain(tensor):
    """Seven digits: what is compared with float32."""
    return [float(f"{value:.7g}") for value in tensor.detach().flatten().tolist()]


def figures(shape, stem, name, lines, modules):
    torch.manual_seed(sum(map(ord, name)))
    features = torch.randint(0, 256, [RECORDS, *shape])
    labels = torch.randint(0, CLASSES, [RECORDS])
    inputs = features.double() / 255
    body = nn.Sequential(stem[1], *modules).double()
    with torch.no_grad():
        width = body(inputs[:BATCH]).flatten(1).shape[1]
    network = nn.Sequential(*body, nn.Flatten(), nn.Linear(width, CLASSES)).double()
    for module in network.modules():
        if hasattr(module, "reset_running_stats"):
            module.reset_running_stats()
    with torch.no_grad():  # short in text, exact in both programs
        for parameter in network.parameters():
            values = torch.rand_like(parameter) - (0.5 if parameter.dim() > 1 else 0.3)
            parameter.copy_(((values * 256).round() / 256).float().double())
    weights = {key: plain(value) for key, value in network.named_parameters()}
    output = plain(network[:-2](inputs[:BATCH]))
    for module in network.modules():
        if hasattr(module, "reset_running_stats"):
            module.reset_running_stats()
    losses, gradients = [], {}
    for step in range(STEPS):
        rows = slice(step * BATCH % RECORDS, step * BATCH % RECORDS + BATCH)
        network.zero_grad()
        loss = nn.functional.cross_entropy(network(inputs[rows]), labels[rows], reduction="sum")
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            gradients = {key: plain(value.grad) for key, value in network.named_parameters()}
        with torch.no_grad():
            for parameter in network.parameters():
                parameter -= RATE / BATCH * parameter.grad
    trained = {key: plain(value) for key, value in network.state_dict().items()
               if not key.endswith("num_batches_tracked")}
    return {"name": name, "layers": [stem[0], *lines, "flatten", f"dense: {{units: {CLASSES}}}"],
            "input": shape, "features": features.flatten().tolist(), "labels": labels.tolist(),
            "weights": weights, "output": output, "losses": plain(torch.tensor(losses)),
            "gradients": gradients, "trained": trained}


def main():
    made = []
    for shape, line, stem, cases in (
            (IMAGE, "conv2d: {filters: 4, kernel: 1}", lambda: nn.Conv2d(2, 4, 1), [*images(), *blocks()]),
            (SEQUENCE, "conv1d: {filters: 4, kernel: 1}", lambda: nn.Conv1d(2, 4, 1), sequences()),
            (VECTOR, "dense: {units: 6}", lambda: nn.Linear(7, 6), vectors())):
        made += [figures(shape, (line, stem()), *case) for case in cases]
    print(json.dumps({"torch": torch.__version__, "batch": BATCH, "rate": RATE, "cases": made},
                     separators=(",", ":")).replace('{"name"', '\n{"name"'))


if __name__ == "__main__":
    main()
