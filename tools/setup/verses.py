"""sword-text-web and sword-text-sparv -> verses.jsonl: ref, en, es of the verses that both have.

mod2imp is of Debian's libsword-utils; it finds the unpacked texts by SWORD_PATH.
"""

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from setup.errors import SetupError

_NOTES = re.compile(r"<note\b.*?</note>|<title\b.*?</title>", re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_VERSE = re.compile(r".* [1-9][0-9]*:[1-9][0-9]*")


def unpack(packages: list[Path], tree: Path) -> None:
    if not shutil.which("mod2imp"):
        raise SetupError("mod2imp is not installed: run  sudo apt-get install -y libsword-utils  "
                         "and then this again")
    with tempfile.TemporaryDirectory(dir=tree) as folder:
        for package in packages:
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        sword = Path(folder) / "usr/share/sword"
        english, spanish = (_verses(sword, module) for module in ("engWEB2015eb", "spaRV1909eb"))
    with open(tree / "verses.jsonl", "w", encoding="utf-8") as out:
        for reference in (name for name in english if name in spanish):
            line = {"ref": reference, "en": english[reference], "es": spanish[reference]}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _verses(sword: Path, module: str) -> dict[str, str]:
    done = subprocess.run(["mod2imp", module], env=os.environ | {"SWORD_PATH": str(sword)},
                          capture_output=True, check=True)
    verses: dict[str, str] = {}
    for entry in done.stdout.decode("utf-8").split("$$$")[1:]:
        reference, _, marked = entry.partition("\n")
        text = _plain(marked)
        if text and _VERSE.fullmatch(reference):
            verses[reference] = text
    if not verses:
        raise SetupError(f"mod2imp finds no verse of {module}: third_party/verses.lock")
    return verses


def _plain(marked: str) -> str:
    text = html.unescape(_TAGS.sub(" ", _NOTES.sub(" ", marked)))
    text = re.sub(r"\s+([,.;:?!’”»)])", r"\1", " ".join(text.split()))
    return re.sub(r"([“‘«(¿¡])\s+", r"\1", text)
