"""Arrows between modules go downwards only.

A file of src/<module> may include a header of another module only when its module reaches that one
over the USES of the howdah_module(...) calls (a test also over TEST_LINK howdah_<module>); USES
itself names lower modules only. The headers of libtorch, Arrow and gRPC stay in the modules that
own them.

    python3 -m lint.arrows ROOT      one line per violation, exit code 1 when there is one
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

# Bottom first, as in DESIGN's table of modules and in CMakeLists.txt.
ORDER = ("base net hadoop hdfs fs yarn runtime mapreduce statistics model measure prepare dataset text formats transform "
         "data comm train parallel job exporting cluster monitor roles worker cli").split()

# Third-party headers by their first folder, and the only modules that may see them.
OWNED = {
    "torch": ("libtorch", ("train", "parallel", "exporting")),
    "ATen": ("libtorch", ("train", "parallel", "exporting")),
    "c10": ("libtorch", ("train", "parallel", "exporting")),
    "caffe2": ("libtorch", ("train", "parallel", "exporting")),
    "arrow": ("Arrow", ("formats", "transform", "data")),
    "parquet": ("Arrow", ("formats", "transform", "data")),
    "grpc": ("gRPC", ("roles",)),
    "grpcpp": ("gRPC", ("roles",)),
}
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
_CALL = re.compile(r"howdah_module\s*\(([^)]*)\)")
_KEYWORDS = {"USES", "LINK", "TEST_LINK"}


@dataclass
class Module:
    uses: list[str]
    test_uses: list[str]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("arrows: usage: python3 -m lint.arrows ROOT", file=sys.stderr)
        return 2
    violations = check(Path(arguments[0]))
    for violation in violations:
        print(violation)
    return 1 if violations else 0


def check(root: Path) -> list[str]:
    """Every violation below root/src, as "path:line: what"."""
    found = []
    modules = {}
    for folder in sorted((root / "src").iterdir()):
        lists = folder / "CMakeLists.txt"
        if not lists.is_file():
            continue
        where = lists.relative_to(root)
        if folder.name not in ORDER:
            found.append(f"{where}:1: '{folder.name}' has no place in the order of modules: "
                         "give it one in tools/lint/arrows.py and in the design")
            continue
        modules[folder.name] = _parse(lists.read_text())
        for used in modules[folder.name].uses:
            if used not in ORDER:
                found.append(f"{where}:1: USES {used}: no such module")
            elif ORDER.index(used) >= ORDER.index(folder.name):
                found.append(f"{where}:1: USES {used}: it lies above {folder.name}")
    for name in modules:
        for file in sorted((root / "src" / name).rglob("*")):
            if file.suffix in (".h", ".cc", ".cpp", ".hpp", ".inc"):
                found += _check_file(file, name, modules, root)
    return found


def _parse(text: str) -> Module:
    text = re.sub(r"#.*", "", text)
    call = _CALL.search(text)
    lists: dict[str, list[str]] = {keyword: [] for keyword in _KEYWORDS}
    keyword = None
    for word in call.group(1).split() if call else []:
        if word in _KEYWORDS:
            keyword = word
        elif keyword is not None:
            lists[keyword].append(word)
    test_uses = [word.removeprefix("howdah_") for word in lists["TEST_LINK"]
                 if word.startswith("howdah_")]
    return Module(lists["USES"], test_uses)


def _reachable(start: list[str], modules: dict[str, Module]) -> set[str]:
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += modules[name].uses if name in modules else []
    return reached


def _check_file(file: Path, name: str, modules: dict[str, Module], root: Path) -> list[str]:
    start = [name, *modules[name].uses]
    if file.stem.endswith("_test"):
        start += modules[name].test_uses
    may = _reachable(start, modules)
    found = []
    text = file.read_text(errors="replace")
    for match in _INCLUDE.finditer(text):
        where = f"{file.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}"
        path = match.group(2)
        first = path.partition("/")[0]
        if ".." in path.split("/"):
            found.append(f'{where}: includes "{path}": write it from src/ on')
        elif match.group(1) == '"' and first in ORDER and "/" in path and first not in may:
            found.append(f'{where}: {name} may not include "{path}": {first} is not among what it '
                         "USES, directly or through others")
        elif path.endswith(".grpc.pb.h") and name not in OWNED["grpc"][1]:
            found.append(f"{where}: {path} is gRPC's: only roles/ may include it")
        elif "/" in path and first in OWNED and not _is_own(path, root):
            library, owners = OWNED[first]
            if name not in owners:
                found.append(f"{where}: {path} is {library}'s: only "
                             + " and ".join(f"{owner}/" for owner in owners) + " may include it")
    return found


def _is_own(path: str, root: Path) -> bool:
    return (root / "src" / path).is_file()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
