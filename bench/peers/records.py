"""What `howdah prepare` wrote, as PyTorch's tensors; tokens as the job file's `data.tokens` means."""

import collections
import pathlib
import re

import numpy
import pyarrow.parquet
import torch

PADDING, UNKNOWN, BEGIN, END = range(4)
_WORD = re.compile(r"[^\W_]+")


def columns(folder, part, names):
    """One list a column, in the order of the files."""
    files = sorted(pathlib.Path(folder, part).rglob("*.parquet"))
    tables = [pyarrow.parquet.read_table(file, columns=names) for file in files]
    return [[value for table in tables for value in table[name].to_pylist()] for name in names]


def has(folder, part):
    return pathlib.Path(folder, part).is_dir()


def images(folder, part):
    """uint8 [records, channels, height, width]; int64 [records]."""
    pixels, heights, channels, labels = columns(folder, part,
                                                ["image", "height", "channels", "label"])
    array = numpy.frombuffer(b"".join(pixels), numpy.uint8)
    array = array.reshape(len(pixels), heights[0], -1, channels[0]).transpose(0, 3, 1, 2)
    return torch.from_numpy(array.copy()), classes_of(labels, sorted(set(labels)))


def classes_of(labels, names):
    numbers = {name: i for i, name in enumerate(names)}
    return torch.tensor([numbers[label] for label in labels])


def words(text):
    return _WORD.findall(text.lower())


class Vocabulary:
    """The most frequent tokens of the part `train`, numbered from 4; ties by bytes."""

    def __init__(self, lists, size, min_count=1):
        counts = collections.Counter(token for tokens in lists for token in tokens)
        ranked = sorted((item for item in counts.items() if item[1] >= min_count),
                        key=lambda item: (-item[1], item[0].encode()))
        self.tokens = ["", "", "", ""] + [token for token, _ in ranked[:size - 4]]
        self.numbers = {token: i for i, token in enumerate(self.tokens) if token}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, length):
        return [self.numbers.get(token, UNKNOWN) for token in tokens[:length]]


def padded(lists):
    """int64 [lists, longest]: padding at the end; and the lengths."""
    lengths = torch.tensor([max(len(one), 1) for one in lists])
    out = torch.zeros(len(lists), int(lengths.max()), dtype=torch.int64)
    for row, one in zip(out, lists):
        row[:len(one)] = torch.tensor(one)
    return out, lengths


def batches(lengths, size, generator):
    """Shuffled lists of records, each of records about as long: blocks of 50 batches are sorted."""
    order = torch.randperm(len(lengths), generator=generator).tolist()
    made = []
    for begin in range(0, len(order), size * 50):
        block = sorted(order[begin:begin + size * 50], key=lambda i: lengths[i])
        made += [block[i:i + size] for i in range(0, len(block), size)]
    return [made[i] for i in torch.randperm(len(made), generator=generator).tolist()]
