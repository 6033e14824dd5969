#!/usr/bin/env python3
"""Writes figures.json: small networks for texts whose lengths differ, and for tables, and what PyTorch
makes of them in float64.

    apt-get install python3-torch      (1.13 was used)
    python3 make_figures.py > figures.json

The layers are written as in a job file; the modules beside them have the names that Howdah promises.
Recurrent modules see packed sequences, so PyTorch computes no padding. Figures: the output before the
last dense layer, the loss (cross-entropy, summed) and all gradients for the first batch, and weights
after 20 steps of plain SGD on the mean gradient, with the loss of each.
"""
import json

import torch
from torch import nn

CLASSES, RECORDS, BATCH, STEPS, RATE = 3, 12, 4, 20, 0.1
LENGTH, VOCABULARY, FEATURES = 9, 11, 4
COLUMNS, CODES = 5, {3: 3, 1: 4}


class OfTexts:
    """Its forward takes [batch, length, features] and the lengths."""


def padding(x, lengths):
    return (torch.arange(x.shape[1])[None] >= lengths[:, None])[:, :, None]


class Recurrent(OfTexts):
    last = False

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, state = super().forward(packed)
        if self.last:
            state = state[0] if isinstance(state, tuple) else state
            directions = 2 if self.bidirectional else 1
            return torch.cat(list(state[-directions:]), 1)
        return nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])[0]


class Rnn(Recurrent, nn.RNN):
    pass


class Lstm(Recurrent, nn.LSTM):
    pass


class Gru(Recurrent, nn.GRU):
    pass


class Convolution(OfTexts, nn.Conv1d):
    """What lies beyond a text is zeros."""

    def forward(self, x, lengths):
        reach = self.dilation[0] * (self.kernel_size[0] - 1)
        x = x.masked_fill(padding(x, lengths), 0).transpose(1, 2)
        return super().forward(nn.functional.pad(x, (reach // 2, reach - reach // 2))).transpose(1, 2)


class Average(OfTexts, nn.Module):
    def forward(self, x, lengths):
        return torch.stack([text[:length].mean(0) for text, length in zip(x, lengths)])


class Maximum(OfTexts, nn.Module):
    def forward(self, x, lengths):
        return torch.stack([text[:length].max(0)[0] for text, length in zip(x, lengths)])


class Layers(nn.Sequential):
    def forward(self, x, lengths):
        for module in self:
            x = module(x, lengths) if isinstance(module, (OfTexts, Layers, Residual, Parallel)) else module(x)
        return x


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = Layers(*layers)

    def forward(self, x, lengths):
        return self.layers(x, lengths) + x


class Parallel(nn.Module):
    def __init__(self, axis, *branches):
        super().__init__()
        self.branches = nn.ModuleList(Layers(*branch) for branch in branches)
        self.axis = axis

    def forward(self, x, lengths):
        return torch.cat([branch(x, lengths) for branch in self.branches], self.axis)


def codes(x, column):
    """Those that the column does not have are 0."""
    return torch.where(x[:, column] < CODES[column], x[:, column], torch.zeros_like(x[:, column])).long()


def others(x):
    return x[:, [column for column in range(COLUMNS) if column not in CODES]]


class EmbedColumns(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(size, features) for size in CODES.values())

    def forward(self, x):
        parts = [table(codes(x, column)) for table, column in zip(self.embeddings, CODES)]
        return torch.cat([others(x), *parts], 1)


class OneHotColumns(nn.Module):
    def forward(self, x):
        parts = [nn.functional.one_hot(codes(x, column), size) for column, size in CODES.items()]
        return torch.cat([others(x), *parts], 1)


class Shape(nn.Module):
    def forward(self, x):
        return x.reshape(x.shape[0], 2, -1)


class MaximumOfChannels(nn.Module):
    def forward(self, x):
        return x.flatten(2).max(2)[0]


def recurrent():
    for word, kind, keys, options in (("rnn", Rnn, "", {}), ("rnn", Rnn, "activation: relu, ", {"nonlinearity": "relu"}),
                                      ("lstm", Lstm, "", {}), ("gru", Gru, "", {})):
        for bidirectional in (False, True):
            for layers in (1, 2):
                for last in (False, True):
                    module = kind(FEATURES, 3, layers, bidirectional=bidirectional, batch_first=True, **options)
                    module.last = last
                    name = "_".join([word, *options.values(), *["both"][:bidirectional], str(layers),
                                     *["last"][:last]])
                    line = (f"{word}: {{units: 3, {keys}layers: {layers}, bidirectional:"
                            f" {str(bidirectional).lower()}, return: {'last' if last else 'sequence'}}}")
                    yield (name, [line] if last else [line, "global_average_pool"],
                           [module] if last else [module, Average()])


def texts():
    """Each begins with a sequence of FEATURES."""
    average, maximum = ["global_average_pool"], ["global_max_pool"]
    yield "embedding", average, [Average()]
    yield "maximum", maximum, [Maximum()]
    yield ("convolution", ["conv1d: {filters: 3, kernel: 3, padding: same}", "relu", *maximum],
           [Convolution(FEATURES, 3, 3), nn.ReLU(), Maximum()])
    yield ("convolution_even",
           ["conv1d: {filters: 6, kernel: 4, padding: same, dilation: 2, groups: 2, bias: false}", *average],
           [Convolution(FEATURES, 6, 4, dilation=2, groups=2, bias=False), Average()])
    yield ("convolutions", ["conv1d: {filters: 3, kernel: 5, padding: same}", "tanh",
                            "conv1d: {filters: 4, kernel: 2, padding: same}", *maximum],
           [Convolution(FEATURES, 3, 5), nn.Tanh(), Convolution(3, 4, 2), Maximum()])
    yield ("dense", ["dense: {units: 5}", "sigmoid", *average], [nn.Linear(FEATURES, 5), nn.Sigmoid(), Average()])
    yield "layer_norm", ["layer_norm", *maximum], [nn.LayerNorm(FEATURES), Maximum()]
    yield ("text_cnn", ["parallel: {branches: [[{conv1d: {filters: 2, kernel: 2, padding: same}}, relu, global_max_pool],"
                        " [{conv1d: {filters: 3, kernel: 3, padding: same}}, relu, global_max_pool]]}"],
           [Parallel(1, [Convolution(FEATURES, 2, 2), nn.ReLU(), Maximum()],
                     [Convolution(FEATURES, 3, 3), nn.ReLU(), Maximum()])])
    yield ("beside", ["parallel: {branches: [[{lstm: {units: 3}}], [{dense: {units: 2}}], []], axis: 2}",
                      "gru: {units: 4, return: last}"],
           [Parallel(2, [Lstm(FEATURES, 3, batch_first=True)], [nn.Linear(FEATURES, 2)], []),
            last_of(Gru(FEATURES + 5, 4, batch_first=True))])
    yield ("around", ["residual: {layers: [{lstm: {units: 2, bidirectional: true}}, layer_norm]}", *average],
           [Residual(Lstm(FEATURES, 2, bidirectional=True, batch_first=True), nn.LayerNorm(4)), Average()])
    yield from recurrent()


def last_of(module):
    module.last = True
    return module


def tables():
    keys = f"columns: {list(CODES)}, sizes: {list(CODES.values())}"
    yield ("embed_columns", [f"embed_columns: {{features: 3, {keys}}}", "dense: {units: 4}", "tanh"],
           [EmbedColumns(3), nn.Linear(9, 4), nn.Tanh()])
    yield ("one_hot_columns", [f"one_hot_columns: {{{keys}}}", "dense: {units: 4}", "tanh"],
           [OneHotColumns(), nn.Linear(10, 4), nn.Tanh()])
    yield ("global_max_pool", ["dense: {units: 8}", "reshape: {shape: [2, 4]}", "global_max_pool"],
           [nn.Linear(5, 8), Shape(), MaximumOfChannels()])


def plain(tensor):
    """Seven digits: what is compared with float32."""
    return [float(f"{value:.7g}") for value in tensor.detach().flatten().tolist()]


def short(tensor):
    """Few digits in text, exact in both programs."""
    return ((tensor * 64).round() / 64).float().double()


def records(of_texts):
    labels = torch.randint(0, CLASSES, [RECORDS])
    if not of_texts:
        x = short(torch.rand(RECORDS, COLUMNS).double())
        for column, size in CODES.items():
            x[:, column] = torch.randint(0, size + 1, [RECORDS])
        return x, None, labels
    lengths = torch.randint(1, LENGTH + 1, [RECORDS])
    lengths[0], lengths[1] = 1, LENGTH
    x = torch.randint(1, VOCABULARY, [RECORDS, LENGTH])
    return x * (torch.arange(LENGTH)[None] < lengths[:, None]), lengths, labels


def figures(of_texts, name, lines, modules):
    torch.manual_seed(sum(map(ord, name)))
    x, lengths, labels = records(of_texts)
    stem = [nn.Embedding(VOCABULARY, FEATURES, padding_idx=0)] if of_texts else []
    body = Layers(*stem, *modules).double()
    width = body(x[:BATCH], lengths if lengths is None else lengths[:BATCH]).shape[1]
    network = Layers(*body, nn.Linear(width, CLASSES)).double()
    with torch.no_grad():
        for parameter in network.parameters():
            values = torch.rand_like(parameter) - (0.5 if parameter.dim() > 1 else 0.3)
            parameter.copy_(short(2 * values))
    weights = {key: plain(value) for key, value in network.named_parameters()}

    def part(step):
        rows = slice(step * BATCH % RECORDS, step * BATCH % RECORDS + BATCH)
        return x[rows], None if lengths is None else lengths[rows], labels[rows]

    output = plain(network[:-1](*part(0)[:2]))
    losses, gradients = [], {}
    for step in range(STEPS):
        inputs, own, truth = part(step)
        network.zero_grad()
        loss = nn.functional.cross_entropy(network(inputs, own), truth, reduction="sum")
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            gradients = {key: plain(value.grad) for key, value in network.named_parameters()}
        with torch.no_grad():
            for parameter in network.parameters():
                parameter -= RATE / BATCH * parameter.grad
    embedding = [f"embedding: {{features: {FEATURES}, vocabulary: {VOCABULARY}}}"] if of_texts else []
    return {"name": name, "layers": [*embedding, *lines, f"dense: {{units: {CLASSES}}}"],
            "tokens" if of_texts else "values": plain(x) if not of_texts else x.flatten().tolist(),
            "labels": labels.tolist(), "weights": weights, "output": output,
            "losses": plain(torch.tensor(losses)), "gradients": gradients,
            "trained": {key: plain(value) for key, value in network.named_parameters()}}


def main():
    made = [figures(True, *case) for case in texts()] + [figures(False, *case) for case in tables()]
    print(json.dumps({"torch": torch.__version__, "batch": BATCH, "rate": RATE, "cases": made},
                     separators=(",", ":")).replace('{"name"', '\n{"name"'))


if __name__ == "__main__":
    main()
