import email
import random
import struct
import unittest
import zlib

from setup import cifar10, spam, verses


def filtered(kind: int, row: bytes, above: bytes) -> bytes:
    """PNG's filters by their definition; three bytes a pixel."""
    def at(i: int, values: bytes) -> int:
        return values[i] if i >= 0 else 0

    def paeth(a: int, b: int, c: int) -> int:
        return min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]

    guess = {0: lambda i: 0, 1: lambda i: at(i - 3, row), 2: lambda i: above[i],
             4: lambda i: paeth(at(i - 3, row), above[i], at(i - 3, above))}[kind]
    return bytes(value - guess(i) & 255 for i, value in enumerate(row))


class Cifar10(unittest.TestCase):
    def test_gives_back_each_row_of_a_picture(self):
        dice = random.Random(1)
        rows = [dice.randbytes(3072) for _ in range(12)]
        packed, above = b"", bytes(3072)
        for row, kind in zip(rows, [4, 1, 4, 2, 0, 1] * 2):
            packed += bytes([kind]) + filtered(kind, row, above)
            above = row
        header = struct.pack(">IIBBBBB", 1024, 10_000, 8, 2, 0, 0, 0)
        png = b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(content)) + kind + content + bytes(4)
            for kind, content in [(b"IHDR", header), (b"IDAT", zlib.compress(packed)), (b"IEND", b"")])
        self.assertEqual(list(cifar10._images(png)), rows)


class Spam(unittest.TestCase):
    def test_takes_the_subject_and_the_texts_as_they_are_read(self):
        mail = ("From: a@b.c\nSubject: =?iso-8859-1?q?caf=E9?=\nMIME-Version: 1.0\n"
                "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nplain\n"
                "--x\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
                "PGI+w6Q8L2I+\n--x\nContent-Type: image/png\n\nnot this\n--x--\n")
        self.assertEqual(spam._text(mail), "café\nplain\n<b>ä</b>")

    def test_an_unknown_encoding_is_no_reason_to_stop(self):
        mail = ("Subject: =?x-none?q?a?=\nContent-Type: text/plain; charset=x-none\n"
                "Content-Transfer-Encoding: quoted-printable\n\nb=20c\n")
        self.assertTrue(spam._text(mail).endswith("b c"))
        self.assertIsNotNone(email.message_from_string(mail))


class Verses(unittest.TestCase):
    def test_leaves_out_marks_and_notes_and_closes_up_before_a_comma(self):
        marked = ('<w lemma="strong:H0430">God</w><note placement="foot">A <b>note</b></note>\n'
                  '<w>said</w> , “ <w>Let</w> &amp; be</w> ”')
        self.assertEqual(verses._plain(marked), "God said, “Let & be”")


if __name__ == "__main__":
    unittest.main()
