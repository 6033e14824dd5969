"""Which members of wheels become what: C++ headers and libraries, or whole Python packages."""

import shutil
import zipfile
from pathlib import Path

from setup.errors import SetupError


def take(wheels: list[Path], tree: Path, libraries: set[str], headers: str,
         shadowing: str | None = None) -> None:
    """Puts the headers under `headers` into tree/include and the libraries flat into tree/lib.

    Headers under `shadowing` stay out.
    """
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                name = member.filename
                if name in libraries:
                    target = tree / "lib" / Path(name).name
                elif name.startswith(headers) and not (shadowing and name.startswith(shadowing)):
                    target = tree / "include" / name.removeprefix(headers)
                else:
                    continue
                if not member.is_dir():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(member) as source, open(target, "wb") as sink:
                        shutil.copyfileobj(source, sink, 1 << 20)
    lacking = [Path(name).name for name in libraries if not (tree / "lib" / Path(name).name).exists()]
    if lacking:
        raise SetupError(f"the pinned wheels lack {', '.join(sorted(lacking))}: the lock files of "
                         "third_party/ name the wrong ones")


def whole(wheels: list[Path], tree: Path) -> None:
    """A folder for PYTHONPATH."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(tree)
