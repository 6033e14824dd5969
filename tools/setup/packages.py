"""Pinned packages: fetched by pip, npm or apt-get, checked against their SHA-256, made into a folder of
the cache.

Such a folder appears by one rename. A package that arrived whole is kept until then, so that an
interrupted download costs one package at most.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from setup.errors import SetupError

REPOSITORY = Path(__file__).resolve().parents[2]
_PYTHON = "/usr/bin/python3"  # the one that Debian's pip, setuptools and wheel belong to


@dataclass(frozen=True)
class Folder:
    """What is made from the packages of one lock file of third_party/."""

    lock: str  # "arrow.lock"
    named_after: str  # the package whose version the folder's name bears
    prefix: str  # "arrow": the folder is arrow-<version>
    needed_bytes: int
    unpack: Callable[[list[Path], Path], None]  # (package files, empty folder)
    download: str = ""  # "539 MB", for the first package's message
    source: bool = False  # pip: a source package instead of a wheel
    client: str = "pip"  # or "npm", "apt-get"

    @property
    def lock_path(self) -> Path:
        return REPOSITORY / "third_party" / self.lock

    def path(self, cache: Path) -> Path:
        return cache / f"{self.prefix}-{read_lock(self.lock_path)[self.named_after][0]}"


def ensure(folder: Folder, cache: Path) -> Path:
    pins = read_lock(folder.lock_path)
    target = folder.path(cache)
    stamp = hashlib.sha256(folder.lock_path.read_bytes()).hexdigest()
    if _stamped(target, stamp):
        return target
    partial = target.with_name(target.name + ".partial")
    (partial / "packages").mkdir(parents=True, exist_ok=True)
    with open(partial / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _stamped(target, stamp):  # somebody else did it while we waited
            return target
        free = shutil.disk_usage(partial).free
        if free < folder.needed_bytes:
            raise SetupError(f"{cache}: {free / 1e9:.1f} GB free, {folder.prefix} needs "
                             f"{folder.needed_bytes / 1e9:.1f} GB: make room or set HOWDAH_CACHE")
        note = f" ({folder.download}, once)" if folder.download else ""
        files = []
        for name, pin in pins.items():
            files.append(_fetch(name, *pin, partial, folder, note))
            note = ""
        tree = partial / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir()
        folder.unpack(files, tree)
        (tree / "stamp").write_text(stamp)
        shutil.rmtree(target, ignore_errors=True)
        tree.rename(target)
    shutil.rmtree(partial, ignore_errors=True)
    return target


def read_lock(lock: Path) -> dict[str, tuple[str, str]]:
    """name -> (version, SHA-256)."""
    pins = {}
    for line in lock.read_text().splitlines():
        if line and not line.startswith("#"):
            name, version, digest = re.fullmatch(
                r"([a-z0-9@/-]+)==(\S+) --hash=sha256:([0-9a-f]{64})", line).groups()
            pins[name] = (version, digest)
    return pins


def _stamped(target: Path, stamp: str) -> bool:
    try:
        return (target / "stamp").read_text() == stamp
    except OSError:
        return False


def _fetch(name: str, version: str, digest: str, partial: Path, folder: Folder, note: str) -> Path:
    """The package, from an earlier attempt or by its client, with the pinned digest either way."""
    packages = partial / "packages"
    stem = name.removeprefix("@").replace("/", "-")
    if folder.client == "pip":
        stem = stem.replace("-", "_")
    for file in packages.glob(f"{stem}[-_]{version}[-._]*"):
        if _digest(file) == digest:
            return file
        file.unlink()
    arriving = partial / "arriving"
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir()
    print(f"fetching {name} {version}{note}", flush=True)
    command = {"pip": _pip, "npm": _npm, "apt-get": _apt_get}[folder.client](
        name, version, digest, arriving, folder.source)
    if not shutil.which(command[0]):
        raise SetupError(f"{name} {version}: {command[0]} is not installed: run  sudo apt-get install "
                         f"-y {command[0]}  and then this again")
    # pip unpacks nothing, but what it downloads goes through TMPDIR first.
    done = subprocess.run(command, cwd=arriving, env=os.environ | {"TMPDIR": str(arriving)}, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    found = [file for pattern in ("*.whl", "*.tar.gz", "*.tgz", "*.deb")
             for file in arriving.glob(pattern)]
    if done.returncode != 0 or len(found) != 1:
        raise SetupError(f"{name} {version}: {reason(done.stdout, folder.client)}: run it again; "
                         "what arrived is kept")
    if _digest(found[0]) != digest:
        raise SetupError(f"{name} {version}: the download arrived broken (its SHA-256 is not the "
                         "pinned one): run it again; what arrived is kept")
    file = packages / found[0].name
    found[0].rename(file)
    return file


def _pip(name: str, version: str, digest: str, arriving: Path, source: bool) -> list[str]:
    requirement = arriving / "requirement.txt"
    requirement.write_text(f"{name}=={version} --hash=sha256:{digest}\n")
    command = [_PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir",
               "download", "--no-deps", "--require-hashes"]
    if source:  # without isolation it needs nothing that is not pinned
        command += ["--no-binary=:all:", "--no-build-isolation"]
    else:
        command += ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11",
                    "--abi=cp311", "--abi=abi3", "--abi=none"]
        command += [f"--platform=manylinux_2_{glibc}_x86_64" for glibc in range(28, 4, -1)]
        command += ["--platform=manylinux2014_x86_64"]
    return command + ["--dest", str(arriving), "-r", str(requirement)]


def _npm(name: str, version: str, digest: str, arriving: Path, source: bool) -> list[str]:
    return ["npm", "pack", "--silent", "--ignore-scripts", f"{name}@{version}"]


def _apt_get(name: str, version: str, digest: str, arriving: Path, source: bool) -> list[str]:
    return ["apt-get", "-qq", "download", f"{name}={version}"]


def reason(output: str, client: str = "pip") -> str:
    """The client's own reason, in one line."""
    if "DO NOT MATCH THE HASHES" in output:
        return "the download arrived broken (its SHA-256 is not the pinned one)"
    lines = [line.strip() for line in output.splitlines()
             if line.startswith(("ERROR", "WARNING", "npm ERR!", "npm error", "E:"))]
    errors = [line for line in lines if not line.startswith("WARNING")]
    return (errors or lines or [f"{client} failed"])[-1].removeprefix("ERROR: ")[:300]


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
