#!/usr/bin/env python3
"""Writes figures.json: layers of attention on texts of several lengths, and what PyTorch makes of
them in float64.

    apt-get install python3-torch      (1.13 was used)
    python3 make_figures.py > figures.json

The layers are written as in a job file; the modules beside them have the names that Howdah promises.
Figures: the output at places that are no padding, the loss (cross-entropy of the outputs there,
summed), and all gradients; and weights, input and memory after 20 steps of plain SGD, with the loss
of each. Input and memory are trained like weights: that holds their gradients.
"""
import json
import math

import torch
from torch import nn

BATCH, STEPS, RATE = 3, 20, 0.1
# At 0.1 the loss of this one jumps, and rounding weights as float32 does after each step moves it by
# 1 %; at 0.005 by 6e-7. Of the others it moves none by more than 7e-6 at 0.1.
GENTLE = {"transformer_decoder": 0.005}
LENGTH, FEATURES, LENGTHS = 5, 6, [5, 3, 1]
MEMORY_LENGTH, MEMORY_LENGTHS = 4, [2, 4, 3]


def padding(lengths, length):
    return torch.arange(length)[None] >= torch.tensor(lengths)[:, None]


def later(length):
    """True where a place must not look."""
    return torch.ones(length, length, dtype=torch.bool).triu(1)


class SelfAttention(nn.MultiheadAttention):
    def __init__(self, features, heads, causal=False):
        super().__init__(features, heads, batch_first=True)
        self.causal = causal

    def forward(self, x, pad, memory, memory_pad):
        mask = later(x.shape[1]) if self.causal else None
        return super().forward(x, x, x, key_padding_mask=pad, attn_mask=mask)[0]


class CrossAttention(nn.MultiheadAttention):
    def __init__(self, features, heads, others):
        super().__init__(features, heads, kdim=others, vdim=others, batch_first=True)

    def forward(self, x, pad, memory, memory_pad):
        return super().forward(x, memory, memory, key_padding_mask=memory_pad)[0]


class WideAttention(nn.Module):
    """As nn.MultiheadAttention, with more units than features."""

    def __init__(self, features, heads, units):
        super().__init__()
        for name in ("q", "k", "v"):
            setattr(self, name + "_proj_weight", nn.Parameter(torch.zeros(units, features)))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * units))
        self.out_proj = nn.Linear(units, units)
        self.heads = heads

    def forward(self, x, pad, memory, memory_pad):
        bias = self.in_proj_bias.chunk(3)
        weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        q, k, v = (nn.functional.linear(x, w, b).view(*x.shape[:2], self.heads, -1).transpose(1, 2)
                   for w, b in zip(weights, bias))
        scores = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).masked_fill(pad[:, None, None], -math.inf)
        return self.out_proj((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


class Pooled(nn.Module):
    def __init__(self, features, units=None):
        super().__init__()
        if units:
            self.key = nn.Linear(features, units)
        self.score = nn.Linear(units or features, 1, bias=False)

    def forward(self, x, pad, memory, memory_pad):
        keys = torch.tanh(self.key(x)) if hasattr(self, "key") else x
        scores = self.score(keys).squeeze(2).masked_fill(pad, -math.inf)
        return (scores.softmax(1).unsqueeze(2) * x).sum(1)


class DotAttention(nn.Module):
    def __init__(self, causal=False):
        super().__init__()
        self.causal = causal

    def forward(self, x, pad, memory, memory_pad):
        scores = (x @ x.transpose(1, 2) / math.sqrt(x.shape[2])).masked_fill(pad[:, None], -math.inf)
        if self.causal:
            scores = scores.masked_fill(later(x.shape[1]), -math.inf)
        return scores.softmax(2) @ x


class AdditiveAttention(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.query = nn.Linear(features, units, bias=False)
        self.key = nn.Linear(features, units)
        self.score = nn.Linear(units, 1, bias=False)

    def forward(self, x, pad, memory, memory_pad):
        scores = self.score(torch.tanh(self.query(x)[:, :, None] + self.key(x)[:, None])).squeeze(3)
        return scores.masked_fill(pad[:, None], -math.inf).softmax(2) @ x


class Luong(nn.Module):
    def __init__(self, features, others, units, general=True):
        super().__init__()
        if general:
            self.query = nn.Linear(features, others, bias=False)
        self.combine = nn.Linear(others + features, units, bias=False)

    def forward(self, x, pad, memory, memory_pad):
        queries = self.query(x) if hasattr(self, "query") else x
        scores = (queries @ memory.transpose(1, 2)).masked_fill(memory_pad[:, None], -math.inf)
        return torch.tanh(self.combine(torch.cat([scores.softmax(2) @ memory, x], 2)))


class Sinusoids(nn.Module):
    def forward(self, x, pad, memory, memory_pad):
        table = torch.tensor([[(math.cos if i % 2 else math.sin)(place / 10000 ** ((i - i % 2) / x.shape[2]))
                               for i in range(x.shape[2])] for place in range(x.shape[1])])
        return x + table.to(x.dtype)


class Learned(nn.Module):
    def __init__(self, length, features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(length, features))

    def forward(self, x, pad, memory, memory_pad):
        return x + self.weight[:x.shape[1]]


class Encoder(nn.TransformerEncoder):
    def __init__(self, layers, causal=False, **keys):
        super().__init__(nn.TransformerEncoderLayer(FEATURES, dropout=0, batch_first=True, **keys), layers,
                         enable_nested_tensor=False)
        self.causal = causal

    def forward(self, x, pad, memory, memory_pad):
        return super().forward(x, later(x.shape[1]) if self.causal else None, pad)


class Decoder(nn.TransformerDecoder):
    def __init__(self, layers, **keys):
        super().__init__(nn.TransformerDecoderLayer(FEATURES, dropout=0, batch_first=True, **keys), layers)

    def forward(self, x, pad, memory, memory_pad):
        return super().forward(x, memory, later(x.shape[1]), None, pad, memory_pad)


def cases():
    """Name, the layer, the module, the features of its memory."""
    yield "multi_head_attention", "multi_head_attention: {heads: 2}", SelfAttention(FEATURES, 2), 0
    yield ("multi_head_attention_causal", "multi_head_attention: {heads: 3, causal: true}",
           SelfAttention(FEATURES, 3, True), 0)
    yield "multi_head_attention_units", "multi_head_attention: {heads: 2, units: 8}", WideAttention(FEATURES, 2, 8), 0
    yield "cross_attention", "cross_attention: {heads: 2}", CrossAttention(FEATURES, 2, 6), 6
    yield "cross_attention_other_features", "cross_attention: {heads: 2}", CrossAttention(FEATURES, 2, 4), 4
    yield "attention", "attention", Pooled(FEATURES, FEATURES), 0
    yield "attention_units", "attention: {units: 4}", Pooled(FEATURES, 4), 0
    yield "attention_dot", "attention: {score: dot}", Pooled(FEATURES), 0
    yield "attention_sequence_dot", "attention: {score: dot, output: sequence}", DotAttention(), 0
    yield ("attention_sequence_dot_causal", "attention: {score: dot, output: sequence, causal: true}",
           DotAttention(True), 0)
    yield ("attention_sequence_additive", "attention: {output: sequence, units: 4}",
           AdditiveAttention(FEATURES, 4), 0)
    yield "luong_attention", "luong_attention: {units: 5}", Luong(FEATURES, 4, 5), 4
    yield "luong_attention_dot", "luong_attention: {score: dot}", Luong(FEATURES, 6, FEATURES, False), 6
    yield "positional_encoding", "positional_encoding", Sinusoids(), 0
    yield "positional_encoding_learned", "positional_encoding: {type: learned}", Learned(LENGTH, FEATURES), 0
    yield ("transformer_encoder", "transformer_encoder: {heads: 2, feed_forward: 10, dropout: 0, layers: 2}",
           Encoder(2, nhead=2, dim_feedforward=10), 0)
    yield ("transformer_encoder_pre",
           "transformer_encoder: {heads: 3, dropout: 0, norm: pre, activation: gelu, epsilon: 0.001}",
           Encoder(1, nhead=3, dim_feedforward=24, norm_first=True, activation="gelu", layer_norm_eps=0.001), 0)
    yield ("transformer_encoder_causal",
           "transformer_encoder: {heads: 2, feed_forward: 7, dropout: 0, causal: true}",
           Encoder(1, True, nhead=2, dim_feedforward=7), 0)
    yield ("transformer_decoder", "transformer_decoder: {heads: 2, feed_forward: 10, dropout: 0, layers: 2}",
           Decoder(2, nhead=2, dim_feedforward=10), 6)
    yield ("transformer_decoder_pre",
           "transformer_decoder: {heads: 3, feed_forward: 8, dropout: 0, norm: pre, activation: gelu}",
           Decoder(1, nhead=3, dim_feedforward=8, norm_first=True, activation="gelu"), 6)


def plain(tensor):
    """Seven digits: what is compared with float32."""
    return [float(f"{value:.7g}") for value in tensor.detach().flatten().tolist()]


def short(tensor):
    """Short in text, exact in both programs."""
    return ((tensor * 256).round() / 256).float().double()


def train(trained, run, seen, rate=RATE):
    """Output, losses, gradients and what is left after the steps of what `run` gives where it is seen."""
    output = run()
    seen = seen if output.dim() == 3 else slice(None)
    labels = torch.randint(0, output.shape[-1], output[seen].shape[:1])
    figure = {"labels": labels.tolist(), "weights": {key: plain(value) for key, value in trained.items()},
              "output": plain(output[seen])}
    losses = []
    for step in range(STEPS):
        for value in trained.values():
            value.grad = None
        loss = nn.functional.cross_entropy(run()[seen], labels, reduction="sum")
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            figure["gradients"] = {key: plain(value.grad) for key, value in trained.items()}
        with torch.no_grad():
            for value in trained.values():
                value -= rate / BATCH * value.grad
    return {**figure, "rate": rate, "losses": plain(torch.tensor(losses)),
            "trained": {key: plain(value) for key, value in trained.items()}}


def draw(network):
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(short(torch.rand_like(parameter) - (0.5 if parameter.dim() > 1 else 0.3)))


def figures(name, line, module, memory_features):
    torch.manual_seed(sum(map(ord, name)))
    network = nn.ModuleList([module]).double()
    draw(network)
    trained = {("decoder." if memory_features else "") + key: value for key, value in network.named_parameters()}
    trained["input"] = nn.Parameter(short(torch.rand(BATCH, LENGTH, FEATURES) - 0.5))
    pad, memory, memory_pad = padding(LENGTHS, LENGTH), None, None
    if memory_features:
        trained["memory"] = nn.Parameter(short(torch.rand(BATCH, MEMORY_LENGTH, memory_features) - 0.5))
        memory, memory_pad = trained["memory"], padding(MEMORY_LENGTHS, MEMORY_LENGTH)
    return {"name": name, "line": line, "memory_features": memory_features,
            **train(trained, lambda: module(trained["input"], pad, memory, memory_pad), ~pad,
                    GENTLE.get(name, RATE))}


class Embedding(nn.Embedding):
    def __init__(self, tokens):
        super().__init__(tokens, FEATURES, padding_idx=0)

    def forward(self, x, pad, memory, memory_pad):
        return super().forward(x)


class Norm(nn.LayerNorm):
    def forward(self, x, pad, memory, memory_pad):
        return super().forward(x)


class Dense(nn.Linear):
    def forward(self, x, pad, memory, memory_pad):
        return super().forward(x)


def recurrent(kind):
    class Recurrent(kind):
        def __init__(self, units, others=0, **keys):
            super().__init__(FEATURES, units, batch_first=True, **keys)
            if others:
                self.bridge = nn.Linear(2 * others, FEATURES)

        def forward(self, x, pad, memory, memory_pad):
            lengths, first = (~pad).sum(1), 0
            if hasattr(self, "bridge"):  # a step before the first one, with what the encoder ends with
                last = memory[torch.arange(len(memory)), (~memory_pad).sum(1) - 1]
                x = torch.cat([self.bridge(torch.cat([last, memory[:, 0]], 1))[:, None], x], 1)
                lengths, first = lengths + 1, 1
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, True, False)
            return nn.utils.rnn.pad_packed_sequence(super().forward(packed)[0], True)[0][:, first:]
    return Recurrent


def networks():
    """Name, lines and modules of an encoder, and of a decoder. They read 11 tokens, and write 9."""
    read, write = "embedding: {features: 6, vocabulary: 11}", "embedding: {features: 6, vocabulary: 9}"
    keys = {"nhead": 2, "dim_feedforward": 10, "norm_first": True}
    line = "{heads: 2, feed_forward: 10, dropout: 0, norm: pre, layers: 2}"
    norm = "layer_norm: {dimensions: 1}"
    yield ("transformer", [read, "positional_encoding", "transformer_encoder: " + line, norm],
           [Embedding(11), Sinusoids(), Encoder(2, **keys), Norm(6)],
           [write, "positional_encoding", "transformer_decoder: " + line, norm, "dense: {units: 9}"],
           [Embedding(9), Sinusoids(), Decoder(2, **keys), Norm(6), Dense(6, 9)])
    for kind in ("lstm", "gru"):
        layer = recurrent(getattr(nn, kind.upper()))
        yield (kind + "_attention", [read, kind + ": {units: 5, bidirectional: true}"],
               [Embedding(11), layer(5, bidirectional=True)],
               [write, kind + ": {units: 7, initial: memory, layers: 2}", "luong_attention: {units: 6}",
                "dense: {units: 9}"],
               [Embedding(9), layer(7, 10, num_layers=2), Luong(7, 10, 6), Dense(6, 9)])


def network_figures(name, lines, modules, decoder_lines, decoder_modules):
    torch.manual_seed(sum(map(ord, name)))
    encoder, decoder = nn.ModuleList(modules).double(), nn.ModuleList(decoder_modules).double()
    draw(encoder)
    draw(decoder)
    pad, memory_pad = padding(LENGTHS, LENGTH), padding(MEMORY_LENGTHS, MEMORY_LENGTH)
    text = torch.randint(1, 11, [BATCH, MEMORY_LENGTH]).masked_fill(memory_pad, 0)
    target = torch.randint(1, 9, [BATCH, LENGTH]).masked_fill(pad, 0)

    def run():
        memory, x = text, target
        for module in encoder:
            memory = module(memory, memory_pad, None, None)
        for module in decoder:
            x = module(x, pad, memory, memory_pad)
        return x

    trained = dict(encoder.named_parameters())
    trained.update({"decoder." + key: value for key, value in decoder.named_parameters()})
    return {"name": name, "layers": lines, "decoder": decoder_lines, "text": text.flatten().tolist(),
            "target": target.flatten().tolist(), **train(trained, run, ~pad)}


def main():
    made = [figures(*case) for case in cases()]
    whole = [network_figures(*network) for network in networks()]
    print(json.dumps({"torch": torch.__version__, "batch": BATCH, "length": LENGTH,
                      "features": FEATURES, "lengths": LENGTHS, "memory_length": MEMORY_LENGTH,
                      "memory_lengths": MEMORY_LENGTHS, "cases": made, "networks": whole},
                     separators=(",", ":")).replace('{"name"', '\n{"name"'))


if __name__ == "__main__":
    main()
