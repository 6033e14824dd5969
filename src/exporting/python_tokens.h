// tokens.py of an exported folder: in Python what src/text does.
#pragma once

#include <string_view>

namespace howdah::exporting {

inline constexpr std::string_view kTokensPy =
    R"py("""Texts as the numbers of tokens that the network takes, and back."""

import json
import os
import re
import unicodedata

PADDING, UNKNOWN, BEGIN, END = range(4)


class Tokenizer:
    """By what model.json says of tokens. target: of the texts that a translation writes."""

    def __init__(self, folder, target=False):
        with open(os.path.join(folder, "model.json"), encoding="utf-8") as file:
            said = json.load(file)["tokens"]
        self.rule, self.lowercase = said["tokenizer"], said["lowercase"]
        self.length = said["target_length" if target else "length"]
        self.begins = target or said["begins_with_2"]
        path = os.path.join(folder, said["target_file" if target else "file"])
        if self.rule == "sentencepiece":
            import sentencepiece
            self.pieces = sentencepiece.SentencePieceProcessor(model_file=path)
            return
        with open(path, encoding="utf-8", newline="\n") as file:
            self.tokens = [unescaped(line) for line in file.read().split("\n")[:-1]]
        self.numbers = {token: n for n, token in enumerate(self.tokens) if n > END}

    def encode(self, text):
        """The numbers of a text's tokens, `length` at most."""
        if self.rule == "sentencepiece":
            numbers = [n if n > END else UNKNOWN for n in self.pieces.encode(text)]
        else:
            numbers = [self.numbers.get(token, UNKNOWN) for token in self.split(text)]
        return ([BEGIN] * self.begins + numbers)[:self.length] or [UNKNOWN]

    def batch(self, texts):
        """Rows of one length: torch.tensor makes the network's input of them."""
        rows = [self.encode(text) for text in texts]
        longest = max(map(len, rows))
        return [row + [PADDING] * (longest - len(row)) for row in rows]

    def decode(self, numbers):
        """As a person would write it, without what is reserved."""
        numbers = [int(n) for n in numbers if n == UNKNOWN or n > END]
        if self.rule == "sentencepiece":
            return self.pieces.decode(numbers)
        tokens = [self.tokens[n] for n in numbers]
        if self.rule != "words":
            return ("" if self.rule == "characters" else " ").join(tokens)
        text, close = "", True
        for token in tokens:
            text += ("" if close or token in CLOSE_BEFORE else " ") + token
            close = token in CLOSE_BEHIND
        return text

    def split(self, text):
        small = (lambda c: c.lower()[0]) if self.lowercase else (lambda c: c)
        if self.rule == "characters":
            return [small(c) for c in text]
        if self.rule == "blanks":
            return ["".join(map(small, word)) for word in re.split("[ \t\n\r]+", text) if word]
        return list(words(text, small))


CLOSE_BEFORE = set(".,!?;:)]}%\u2026\u201d\u00bb")
CLOSE_BEHIND = set("([{\u00bf\u00a1\u201c\u00ab")


def words(text, small):
    """Runs of letters, marks and digits, and every other visible character by itself."""
    token = ""
    for at, c in enumerate(text):
        kind = kind_of(c)
        joins = token and c in "'\u2019" and kind_of(text[at + 1:at + 2]) == "word"
        if token and kind != "word" and not joins:
            yield token
            token = ""
        if kind == "parts":
            continue
        token += small(c)
        if kind == "alone" and not joins:
            yield token
            token = ""
    if token:
        yield token


def kind_of(c):
    category = unicodedata.category(c) if c else "Cn"
    if category[0] == "L":
        return "alone" if WITHOUT_BLANKS.match(c) else "word"
    if category[0] in "MN":
        return "word"
    return "parts" if category[0] == "Z" or category in ("Cc", "Cf", "Cn") else "alone"


# Han, kana, and their extensions.
WITHOUT_BLANKS = re.compile(
    "[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def unescaped(line):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], line)
)py";

}  // namespace howdah::exporting
