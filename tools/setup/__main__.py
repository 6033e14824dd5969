"""python3 -m setup [peers | torch | data NAME...]: makes the cache's folders and prints nothing when
they are there; of data, the folders."""

import contextlib
import os
import shutil
import sys
from pathlib import Path

from setup import folders
from setup.errors import SetupError
from setup.packages import ensure


def main(arguments: list[str]) -> int:
    cache = Path(os.environ["HOWDAH_CACHE"])
    try:
        if arguments[:1] == ["data"]:
            _data(arguments[1:], cache)
        else:
            wanted = {"peers": [folders.PEERS], "torch": [folders.TORCH]}.get(
                "".join(arguments),
                [folders.LIBTORCH, folders.ARROW, folders.READERS, folders.ONNXRUNTIME,
                 folders.FLIGHTS])
            for folder in wanted:
                ensure(folder, cache)
        return 0
    except SetupError as error:
        print(f"dev setup: {error}", file=sys.stderr)
    except OSError as error:
        print(f"dev setup: {error.filename}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print("dev setup: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 1


def _data(names: list[str], cache: Path) -> None:
    for name in names:
        if name not in folders.DATA:
            raise SetupError(f"no data '{name}': {', '.join(folders.DATA)}")
    for name in names:
        with contextlib.redirect_stdout(sys.stderr):  # what is fetched
            # pyarrow writes CIFAR-10's files.
            sys.path.append(str(ensure(folders.READERS, cache)))
            if folders.DATA[name].client == "npm" and not shutil.which("npm"):
                os.environ["PATH"] += f":{ensure(folders.NPM, cache) / 'bin'}"
            folder = ensure(folders.DATA[name], cache)
        print(folder if folders.DATA[name] is folders.FLIGHTS else folder / "raw")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
