"""python3 -m setup [peers]: makes the cache's folders and prints nothing when they are there."""

import os
import sys
from pathlib import Path

from setup import folders
from setup.errors import SetupError
from setup.packages import ensure


def main(arguments: list[str]) -> int:
    wanted = [folders.PEERS] if arguments == ["peers"] else [
        folders.LIBTORCH, folders.ARROW, folders.READERS, folders.FLIGHTS]
    try:
        for folder in wanted:
            ensure(folder, Path(os.environ["HOWDAH_CACHE"]))
        return 0
    except SetupError as error:
        print(f"dev setup: {error}", file=sys.stderr)
    except OSError as error:
        print(f"dev setup: {error.filename}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print("dev setup: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
