"""Hadoop's jars: fetched once by Maven, checked against third_party/hadoop/jars.sha256, cached.

The cache's hadoop-<version>/ holds jars/ (the class path), web/webapps/ and native/libhadoop.so.
It appears by one rename when everything in it was checked; an interrupted download goes on where it
stopped.
"""

import hashlib
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from cluster.errors import ClusterError
from cluster.layout import REPOSITORY, cache, locked

PINS = REPOSITORY / "third_party" / "hadoop"
POM = PINS / "pom.xml"
LOCK = PINS / "jars.sha256"
NATIVE_MEMBER = "nativelib/Linux-amd64/libhadoop.so"


@dataclass(frozen=True)
class Hadoop:
    """An installed Hadoop."""

    root: Path

    @property
    def jars(self) -> Path:
        return self.root / "jars"

    @property
    def classpath(self) -> str:
        """What a client needs, besides its configuration."""
        return f"{self.jars}/*"

    @property
    def daemon_classpath(self) -> str:
        return f"{self.root / 'web'}:{self.jars}/*"

    @property
    def native(self) -> Path:
        return self.root / "native"


def version() -> str:
    return re.search(r"<hadoop\.version>(.*?)<", POM.read_text()).group(1)


def ensure(say=print) -> Hadoop:
    """The installed Hadoop, fetched first where it is missing or was pinned otherwise."""
    root = cache() / f"hadoop-{version()}"
    stamp = hashlib.sha256(LOCK.read_bytes() + POM.read_bytes()).hexdigest()
    if _stamped(root, stamp):
        return Hadoop(root)
    partial = root.with_name(root.name + ".partial")
    with locked(partial):
        if _stamped(root, stamp):  # somebody else did it while we waited
            shutil.rmtree(partial)
            return Hadoop(root)
        say(f"fetching Hadoop {version()} (about 120 MB, once) into {root}")
        shutil.rmtree(partial / "tree", ignore_errors=True)
        _fetch(partial)
        verify(partial / "tree", LOCK)
        _unpack(partial / "tree")
        (partial / "tree" / "stamp").write_text(stamp)
        shutil.rmtree(root, ignore_errors=True)
        (partial / "tree").rename(root)
        shutil.rmtree(partial)
    return Hadoop(root)


def _stamped(root: Path, stamp: str) -> bool:
    try:
        return (root / "stamp").read_text() == stamp
    except OSError:
        return False


def _fetch(partial: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise ClusterError("mvn is not installed: run ./dev setup")
    # A local repository of our own: the user's stays as it is, and what arrived is kept for the next
    # attempt.
    done = subprocess.run(
        [maven, "-B", "-q", "-Dstyle.color=never", "-f", str(POM),
         f"-Dmaven.repo.local={partial / 'repository'}", f"-Dout={partial / 'tree'}",
         "generate-resources"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if "ERROR" in line]
        reason = re.sub(r"^.*?ERROR\]\s*", "", lines[0]) if lines else f"exit {done.returncode}"
        raise ClusterError(
            f"Maven could not fetch Hadoop {version()}: {reason[:300]}: check the network (or the "
            "mirror in ~/.m2/settings.xml) and run the same command again; what arrived is kept")


def verify(tree: Path, lock: Path) -> None:
    """Every file of `lock` is there with its digest, and no other file is."""
    pinned = {}
    for line in lock.read_text().splitlines():
        digest, name = line.split()
        pinned[name] = digest
    found = {str(path.relative_to(tree)): path for path in tree.rglob("*") if path.is_file()}
    again = f"remove {tree.parent} and run the same command again"
    for name, digest in pinned.items():
        if name not in found:
            raise ClusterError(f"{name} of Hadoop {version()} did not arrive: {again}")
        actual = hashlib.sha256(found[name].read_bytes()).hexdigest()
        if actual != digest:
            raise ClusterError(f"{name} of Hadoop {version()} arrived broken (SHA-256 {actual}, "
                               f"pinned {digest}): {again}")
    for name in sorted(found.keys() - pinned.keys()):
        raise ClusterError(f"{name} came along with Hadoop {version()} and is not pinned in "
                           f"{lock}: check it, then write the lock anew (docs/development.md)")


def _unpack(tree: Path) -> None:
    """Takes the two things that are needed out of parts/, and removes the rest."""
    tests, = (tree / "parts").glob("hadoop-hdfs-*-tests.jar")
    with zipfile.ZipFile(tests) as jar:
        jar.extractall(tree / "web", [n for n in jar.namelist() if n.startswith("webapps/")])
    native, = (tree / "parts").glob("hadoop-apache-*.jar")
    (tree / "native").mkdir()
    with zipfile.ZipFile(native) as jar:
        (tree / "native" / "libhadoop.so").write_bytes(jar.read(NATIVE_MEMBER))
    shutil.rmtree(tree / "parts")


def write_lock(scratch: Path) -> None:
    """Resolves the POM anew and writes what arrived into the lock: for whoever changes the POM."""
    _fetch(scratch)
    tree = scratch / "tree"
    files = sorted(path for path in tree.rglob("*") if path.is_file())
    LOCK.write_text("".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  "
                            f"{path.relative_to(tree)}\n" for path in files))


def java() -> tuple[Path, Path]:
    """(java, JAVA_HOME). Hadoop 3.4 needs 8 or newer; Debian's 17 is what is tested."""
    home = os.environ.get("JAVA_HOME")
    if home and os.access(Path(home) / "bin" / "java", os.X_OK):
        return Path(home) / "bin" / "java", Path(home)
    found = shutil.which("java")
    if found is None:
        raise ClusterError("java is not installed: run ./dev setup")
    real = Path(os.path.realpath(found))
    return real, real.parents[1]
