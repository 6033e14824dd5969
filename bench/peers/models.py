"""The networks of the examples, as somebody who writes PyTorch would write them."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def masked(values, lengths, fill):
    """`fill` beyond each text's length. values: [batch, length, features]."""
    beyond = torch.arange(values.shape[1])[None, :] >= lengths[:, None]
    return values.masked_fill(beyond[..., None], fill)


def over_time(values, lengths, how):
    if how == "max":
        return masked(values, lengths, float("-inf")).amax(1)
    if how == "mean":
        return masked(values, lengths, 0).sum(1) / lengths[:, None]
    return values[torch.arange(len(values)), lengths - 1]


class RecurrentClassifier(nn.Module):
    """kind: lstm, gru. Tokens [batch, length] -> [batch, classes]."""

    def __init__(self, kind, vocabulary, classes, embedding=64, units=64, dropout=0.4,
                 bidirectional=False, pooling="max", layers=1):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding, padding_idx=0)
        self.recurrent = {"lstm": nn.LSTM, "gru": nn.GRU}[kind](
            embedding, units, layers, batch_first=True, bidirectional=bidirectional)
        self.dropout, self.pooling = nn.Dropout(dropout), pooling
        self.dense = nn.Linear(units * (1 + bidirectional), classes)

    def forward(self, tokens, lengths):
        embedded = self.dropout(self.embedding(tokens))
        if self.recurrent.bidirectional:
            packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True,
                                                       enforce_sorted=False)
            states, _ = nn.utils.rnn.pad_packed_sequence(self.recurrent(packed)[0],
                                                         batch_first=True)
        else:  # what follows a text's end changes nothing before it
            states, _ = self.recurrent(embedded)
        return self.dense(self.dropout(over_time(states, lengths, self.pooling)))


class TextCnn(nn.Module):
    """Kim 2014: windows of 3, 4 and 5 tokens, the highest answer of each filter over time."""

    def __init__(self, vocabulary, classes, embedding=64, filters=64, windows=(3, 4, 5),
                 dropout=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding, padding_idx=0)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(embedding, filters, window) for window in windows)
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(filters * len(windows), classes)
        self.widest = max(windows)

    def forward(self, tokens, lengths):
        if tokens.shape[1] < self.widest:
            tokens = F.pad(tokens, (0, self.widest - tokens.shape[1]))
        embedded = self.embedding(tokens).transpose(1, 2)
        found = [F.relu(convolution(embedded)).amax(2) for convolution in self.convolutions]
        return self.dense(self.dropout(torch.cat(found, 1)))


class AttentionTranslator(nn.Module):
    """kind: lstm, gru. A bidirectional encoder, and a decoder that attends by dot products (Luong)."""

    def __init__(self, kind, vocabulary, width=256, dropout=0.2):
        super().__init__()
        recurrent = {"lstm": nn.LSTM, "gru": nn.GRU}[kind]
        self.embedding = nn.Embedding(vocabulary, width, padding_idx=0)
        self.encoder = recurrent(width, width // 2, batch_first=True, bidirectional=True)
        self.decoder = recurrent(width, width, batch_first=True)
        self.attended = nn.Linear(2 * width, width)
        self.output = nn.Linear(width, vocabulary)
        self.dropout = nn.Dropout(dropout)

    def encode(self, source):
        lengths = (source != 0).sum(1).clamp(min=1)
        packed = nn.utils.rnn.pack_padded_sequence(self.dropout(self.embedding(source)), lengths,
                                                   batch_first=True, enforce_sorted=False)
        memory, _ = nn.utils.rnn.pad_packed_sequence(self.encoder(packed)[0], batch_first=True)
        return memory, source[:, :memory.shape[1]] == 0

    def decode(self, memory, target, state=None):
        values, padding = memory
        states, state = self.decoder(self.dropout(self.embedding(target)), state)
        scores = torch.bmm(states, values.transpose(1, 2)) / math.sqrt(states.shape[2])
        weights = scores.masked_fill(padding[:, None, :], float("-inf")).softmax(2)
        both = torch.cat([states, torch.bmm(weights, values)], 2)
        return self.output(self.dropout(torch.tanh(self.attended(both)))), state

    @staticmethod
    def reordered(state, index):
        if isinstance(state, tuple):
            return tuple(part[:, index] for part in state)
        return state[:, index]

    def forward(self, source, target):
        return self.decode(self.encode(source), target)[0]


def positions(length, width):
    """Sines and cosines (Vaswani 2017): [length, width]."""
    at = torch.arange(length)[:, None] * torch.exp(
        torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    return torch.stack([at.sin(), at.cos()], 2).reshape(length, width)


class TransformerTranslator(nn.Module):
    def __init__(self, vocabulary, width=256, heads=4, layers=3, feed_forward=512, dropout=0.1):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width, padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=width ** -0.5)
        shape = dict(d_model=width, nhead=heads, dim_feedforward=feed_forward, dropout=dropout,
                     batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(**shape), layers,
                                             nn.LayerNorm(width), enable_nested_tensor=False)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**shape), layers,
                                             nn.LayerNorm(width))
        self.output = nn.Linear(width, vocabulary)
        self.output.weight = self.embedding.weight
        self.dropout, self.width = nn.Dropout(dropout), width

    def _embed(self, tokens):
        at = positions(tokens.shape[1], self.width)
        return self.dropout(self.embedding(tokens) * math.sqrt(self.width) + at)

    def encode(self, source):
        padding = source == 0
        return self.encoder(self._embed(source), src_key_padding_mask=padding), padding

    def decode(self, memory, target, state=None):
        # One token at a time: what came before is in the state.
        whole = target if state is None else torch.cat([state, target], 1)
        values, padding = memory
        later = torch.ones(whole.shape[1], whole.shape[1], dtype=torch.bool).triu(1)
        states = self.decoder(self._embed(whole), values, tgt_mask=later,
                                          memory_key_padding_mask=padding)
        return self.output(states[:, -target.shape[1]:]), whole

    @staticmethod
    def reordered(state, index):
        return state[index]

    def forward(self, source, target):
        return self.decode(self.encode(source), target)[0]


def small_cnn(channels, side, classes):
    rest = (side // 4) ** 2 * 64
    return nn.Sequential(nn.Conv2d(channels, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(rest, 128), nn.ReLU(), nn.Dropout(0.25),
                         nn.Linear(128, classes))


class BasicBlock(nn.Module):
    def __init__(self, before, channels, stride):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(before, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels),
            nn.ReLU(), nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels))
        self.shortcut = nn.Sequential() if stride == 1 and before == channels else nn.Sequential(
            nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return F.relu(self.layers(x) + self.shortcut(x))


def _stages(first, widths, blocks, classes):
    layers, before = [*first], widths[0]
    for stage, channels in enumerate(widths):
        for block in range(blocks):
            layers.append(BasicBlock(before, channels, 2 if stage and not block else 1))
            before = channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, classes))


def resnet18(classes=1000):
    first = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
             nn.MaxPool2d(3, 2, 1)]
    return _stages(first, [64, 128, 256, 512], 2, classes)


def resnet20(classes=10):
    first = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    return _stages(first, [16, 32, 64], 3, classes)
