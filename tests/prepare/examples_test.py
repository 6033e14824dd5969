"""The examples' own preparations on their real data: what training reads is what the job files name.

The data are fetched into the cache where they are missing (200 MB); those that do not arrive are skipped.
"""

import pathlib
import sys
import unittest

from howdah_prepare import FLIGHTS, Output, PrepareTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/examples"))
from raw_data import raw  # noqa: E402


class Examples(PrepareTest):
    def frame(self, example, source):
        self.prepared(ROOT / "examples" / example / "prepare.yaml", "--set",
                      f"prepare.source=file://{source}", "--set",
                      f"prepare.output.uri=file://{self.output}")
        return Output(self.output).frame()

    def rows(self, frame, *columns):
        """Rows by part and those columns."""
        return frame.groupby(["part", *columns]).size().to_dict()

    def test_cifar10_keeps_its_own_parts(self):
        frame = self.frame("cifar10", raw("cifar10"))
        self.assertEqual(set(frame.columns),
                         {"image", "height", "width", "channels", "label", "part"})
        counts = self.rows(frame, "label")
        self.assertEqual({part: sorted(n for (of, _), n in counts.items() if of == part)
                          for part in ("train", "test")},
                         {"train": [5000] * 10, "test": [1000] * 10})
        self.assertEqual(set(map(len, frame["image"])), {3 * 32 * 32})

    def test_imdb_keeps_its_own_parts(self):
        frame = self.frame("imdb", raw("imdb"))
        self.assertEqual(self.rows(frame, "set", "label"),
                         {(part, part, label): 12_500 for part in ("train", "test")
                          for label in ("neg", "pos")})
        self.assertFalse(frame["text"].str.contains("<br").any())

    def test_spam_has_no_mail_in_two_parts(self):
        frame = self.frame("spam", raw("spam"))
        self.assertEqual(set(frame.columns), {"text", "label", "part"})
        self.assertEqual(set(frame["label"]), {"ham", "spam"})
        self.assertEqual(set(frame["part"]), {"train", "validation", "test"})
        self.assertFalse(frame["text"].duplicated().any())
        self.assertGreater(len(frame), 5_800)

    def test_translation_has_both_texts_of_each_verse(self):
        frame = self.frame("translation", raw("verses"))
        self.assertEqual(set(frame.columns), {"en", "es", "part"})
        self.assertEqual(set(frame["part"]), {"train", "validation", "test"})
        self.assertGreater(len(frame), 22_000)
        for text in (frame["en"], frame["es"]):
            self.assertTrue(text.str.len().between(1, 160).all())

    def test_flights_delay_says_who_is_late(self):
        frame = self.frame("flights-delay", FLIGHTS)
        self.assertEqual(set(frame.columns),
                         {"month", "dep_delay", "arr_delay", "carrier", "origin", "dest",
                          "distance", "late", "hour", "weekday", "part"})
        self.assertTrue((frame["late"] == (frame["arr_delay"] > 15)).all())
        self.assertFalse(frame.isna().any().any())


if __name__ == "__main__":
    unittest.main()
