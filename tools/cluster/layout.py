"""Where things lie: the cache of downloads, and one folder per cluster that holds all of it."""

import fcntl
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cluster.errors import ClusterError

REPOSITORY = Path(__file__).resolve().parents[2]


def cache() -> Path:
    """HOWDAH_CACHE, else XDG_CACHE_HOME/howdah, else ~/.cache/howdah; as cmake/Dependencies.cmake."""
    if os.environ.get("HOWDAH_CACHE"):
        return Path(os.environ["HOWDAH_CACHE"]).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base).absolute() / "howdah"


def clusters() -> Path:
    return cache() / "clusters"


@dataclass(frozen=True)
class Layout:
    """The folder of one cluster. Everything that the cluster writes is below `root`."""

    name: str
    root: Path

    @property
    def state_file(self) -> Path:
        return self.root / "cluster.json"

    @property
    def conf(self) -> Path:
        """The client's configuration: HADOOP_CONF_DIR."""
        return self.root / "conf"

    @property
    def sockets(self) -> Path:
        return self.root / "sockets"

    def daemon_conf(self, daemon: str) -> Path:
        return self.root / "daemons" / daemon / "conf"

    def log(self, daemon: str) -> Path:
        return self.root / "logs" / f"{daemon}.log"

    def data(self, daemon: str) -> Path:
        return self.root / "data" / daemon


def layout_of(name: str, directory: str | None) -> Layout:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise ClusterError(
            f"cluster name '{name}': use letters, digits, '.', '_' and '-', 64 at most", 2)
    root = Path(directory).absolute() if directory else clusters() / name
    if re.search(r"[\s,:%$*\"'\\<>&]", str(root)):
        raise ClusterError(f"{root}: Hadoop cannot live in a folder with such a name: set "
                           "HOWDAH_CACHE or --dir to one of letters, digits, '/', '.', '_', '-'", 2)
    return Layout(name, root)


@contextmanager
def locked(folder: Path):
    """Holds `folder`'s lock, made if missing. Whoever waited while the folder was removed gets the
    new one."""
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise ClusterError(f"{folder}: {error.strerror}: set HOWDAH_CACHE or --dir to a "
                               "folder that you may write") from None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            try:
                same = os.path.samestat(os.fstat(fd), os.stat(folder))
            except FileNotFoundError:
                same = False
            if same:
                yield
                return
        finally:
            os.close(fd)
