#!/usr/bin/env python3
"""Records a second that PyTorch's DataLoader delivers as batches of tensors, as JSON; nothing is trained.

`load_s` is what comes before the first epoch, without the imports: listing files, reading Parquet
into memory, learning the vocabulary.

images    a folder of JPEG or PNG files, a folder a class: decoded (Pillow), cropped and flipped at
          random, float32
parquet   a prepared dataset of images (pixels): float32, normalized
text      a prepared dataset of texts: cut into words, numbered, padded

--threads 1 loads in the process itself, more in as many worker processes: the way to use more cores
that the DataLoader has.
"""

import argparse
import json
import pathlib
import time

import numpy
import torch
from torch.utils.data import DataLoader, Dataset

import records


class ImageFolder(Dataset):
    def __init__(self, folder, side):
        self.files = sorted(file for file in pathlib.Path(folder).rglob("*")
                            if file.suffix in (".jpg", ".jpeg", ".png"))
        names = sorted({file.parent.name for file in self.files})
        self.classes = [names.index(file.parent.name) for file in self.files]
        self.side = side

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        from PIL import Image
        with Image.open(self.files[i]) as file:
            image = file.convert("RGB")
            if image.size != (self.side, self.side):
                image = image.resize((self.side, self.side), Image.BILINEAR)
        return augmented(torch.from_numpy(numpy.array(image)).permute(2, 0, 1)), self.classes[i]


class ImageTable(Dataset):
    def __init__(self, folder):
        self.images, self.classes = records.images(folder, "train")

    def __len__(self):
        return len(self.classes)

    def __getitem__(self, i):
        return augmented(self.images[i]), self.classes[i]


def augmented(image):
    """A crop of the image with a frame of 4 zeros, flipped half of the times; float32 around 0."""
    framed = torch.nn.functional.pad(image, (4, 4, 4, 4))
    top, left = torch.randint(0, 9, (2,)).tolist()
    image = framed[:, top:top + image.shape[1], left:left + image.shape[2]]
    if torch.rand(()) < 0.5:
        image = image.flip(2)
    return (image.float() / 255 - 0.5) / 0.25


class Texts(Dataset):
    def __init__(self, folder, vocabulary, length):
        self.texts, labels = records.columns(folder, "train", ["text", "label"])
        self.classes = records.classes_of(labels, sorted(set(labels)))
        self.vocabulary = records.Vocabulary(map(records.words, self.texts), vocabulary)
        self.length = length

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, i):
        return self.vocabulary.encode(records.words(self.texts[i]), self.length), self.classes[i]


def text_batch(items):
    lists, classes = zip(*items)
    return *records.padded(lists), torch.stack(classes)


def one_thread(_):
    torch.set_num_threads(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=["images", "parquet", "text"], required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--side", type=int, default=32, help="of images, after decoding")
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--vocabulary", type=int, default=20000)
    parser.add_argument("--epochs", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    begin = time.perf_counter()
    data = {"images": lambda: ImageFolder(options.data, options.side),
            "parquet": lambda: ImageTable(options.data),
            "text": lambda: Texts(options.data, options.vocabulary, options.length)}[options.kind]()
    loader = DataLoader(data, options.batch, shuffle=True,
                        num_workers=0 if options.threads == 1 else options.threads,
                        collate_fn=text_batch if options.kind == "text" else None,
                        worker_init_fn=one_thread)
    load_s, epochs_s = time.perf_counter() - begin, []
    for _ in range(options.epochs):
        begin = time.perf_counter()
        count = sum(len(batch[0]) for batch in loader)
        epochs_s.append(time.perf_counter() - begin)
    print(json.dumps({"kind": options.kind, "threads": options.threads, "records": count,
                      "load_s": load_s, "epochs_s": epochs_s}))


if __name__ == "__main__":
    main()
