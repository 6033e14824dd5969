"""What a person sees: progress on a terminal, plain lines elsewhere, the report at the end."""

import json
import os
import pty
import re
import unittest

from howdah_prepare import Output, PrepareTest, prepare, run, start
from synthetic import csv, lines

BODY = """
steps:
  - clean: {drop_missing: [x], drop_duplicates: true}
  - normalize: {columns: [x, y], method: standard}
split: {train: 0.8, test: 0.2}
"""


class Terminal(PrepareTest):
    def setUp(self):
        super().setUp()
        self.raw("a.csv", csv(lines(1000)))

    def on_terminal(self, *arguments):
        """What a terminal gets on standard error, and standard output."""
        ours, theirs = pty.openpty()
        process = start("prepare", *arguments, stderr=theirs)
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # Linux's word for the end of a terminal
                piece = b""
            if not piece:
                break
            shown += piece
        os.close(ours)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, shown)
        return shown.decode(), out

    def test_a_terminal_sees_one_line_that_moves(self):
        records = csv(lines(60_000, words=10))
        for number in range(30):  # enough for more than a moment
            self.raw(f"{number}.csv", records)
        shown, out = self.on_terminal(self.job(BODY), "--memory", "64 MiB")
        self.assertRegex(shown, r"\r\x1b\[K(reading|writing) +\d+%  [\d.]+ MiB")
        self.assertRegex(shown, r"iB/s  \d+(:\d\d)? (s|min) left")
        # It is gone in the end, and only it was there.
        self.assertTrue(shown.endswith("\r\x1b[K"), shown[-80:])
        self.assertNotIn("\n", shown)
        self.assertIn("1,801,000 rows read", out)

    def test_others_see_plain_lines(self):
        done = run("prepare", self.job(BODY))
        self.assertEqual(done.code, 0)
        self.assertNotRegex(done.err + done.out, r"[\x00-\x08\x0b-\x1f\x7f]")
        for word in ("rows", "train", "test", "clean.drop_missing(x)", str(self.output)):
            self.assertIn(word, done.out)
        for line in done.out.splitlines():
            self.assertLessEqual(len(line), 100)

    def test_json_ends_with_the_report_and_nothing_else(self):
        done = prepare(self.job(BODY))
        self.assertEqual(done.code, 0)
        self.assertEqual(json.loads(done.out), Output(self.output).json("report.json"))
        self.assertEqual(done.err, "")

    def test_check_reads_no_data_and_writes_none(self):
        job = self.job(BODY, source="file:///nowhere")
        shown = run("prepare", job, "--check")
        self.assertEqual((shown.code, shown.err), (0, ""))
        for word in ("/nowhere", "clean.drop_missing(x)", "train 80%", str(self.output)):
            self.assertIn(word, shown.out)
        spec = json.loads(run("prepare", job, "--check", "--json").out)
        self.assertEqual(spec["output"]["uri"], f"file://{self.output}")
        self.assertFalse(self.output.exists())

    def test_control_characters_in_data_do_not_reach_the_terminal(self):
        self.raw("a.csv", "id,x\n" + "1,a\x1b[31mred\n" * 3 + "2,\x07bell,\x1b]0;title\x07\n")
        self.output = self.path / "evil"
        done = run("prepare", self.job("bad_records: fail\n"))
        self.assertEqual(done.code, 2)
        self.assertNotRegex(done.err, r"[\x00-\x08\x0b-\x1f\x7f]")
        done = run("prepare", self.job("partition: {by: [x]}\n"))
        self.assertEqual(done.code, 0, done.err)
        self.assertNotRegex(done.out + done.err, r"[\x00-\x08\x0b-\x1f\x7f]")
        page = (self.output / "report.html").read_text()
        self.assertIsNone(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", page))


if __name__ == "__main__":
    unittest.main()
