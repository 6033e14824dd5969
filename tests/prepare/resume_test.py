"""A preparation that is broken off goes on where it was, and shows nothing before it is whole."""

import json
import shutil
import signal
import subprocess
import unittest

from howdah_prepare import Output, PrepareTest, prepare, start, wait_until
from synthetic import csv, lines

BODY = """
steps:
  - clean: {drop_missing: [x], drop_duplicates: true}
  - normalize: {columns: [x, y], method: standard}
split: {train: 0.7, validation: 0.2, test: 0.1, seed: 3, stratify: class}
partition: {hash: group, buckets: 8}
quarantine: true
"""


class Resume(PrepareTest):
    def setUp(self):
        super().setUp()
        records = lines(100_000, words=10)
        for number in range(3):
            self.raw(f"{number}.csv", csv(records[number * 30_000:(number + 1) * 30_000]))
        self.undisturbed = self.path / "undisturbed"
        self.prepared(self.job(BODY, output=self.target(self.undisturbed)))
        self.file = self.job(BODY, output=self.target(self.output))

    def target(self, folder):
        # Small files, so that many are complete while others are not begun.
        return f"{{uri: file://{folder}, target_file: 64 KiB}}"

    def broken_off_at(self, *patterns, signal_number=signal.SIGKILL):
        """Starts, and ends the process as soon as such files are there."""
        for _ in range(5):
            process = start("prepare", self.file, stderr=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL)
            wait_until(lambda: process.poll() is not None
                       or all(self.working(pattern) for pattern in patterns))
            process.send_signal(signal_number)
            if process.wait() != 0:
                break
            shutil.rmtree(self.output)  # it was faster than this test: once more
        self.assertEqual(process.returncode, -9 if signal_number == signal.SIGKILL else 4)
        self.assertFalse(self.output.exists())
        self.assertEqual(self.working("_MANIFEST.json"), [])

    def assert_the_same_in_the_end(self):
        done = prepare(self.file)
        self.assertEqual(done.code, 0, done.err)
        here, there = Output(self.output), Output(self.undisturbed)
        self.assertEqual(here.manifest(), there.manifest())
        self.assertEqual(here.transform(), there.transform())
        self.assertEqual(here.digests("records-*"), there.digests("records-*"))
        self.assertEqual(self.working("*"), [])
        report, due = done.report(), there.json("report.json")
        for key in ("rows_read", "rows_kept", "rules", "parts", "partitions", "columns"):
            self.assertEqual(report[key], due[key], key)
        return done

    def test_killed_while_it_writes(self):
        self.broken_off_at("train/*/part-00002.parquet")
        done = self.assert_the_same_in_the_end()
        self.assertIn("going on after a break", done.err)
        self.assertTrue(done.report()["run"]["resumed"])

    def test_killed_again_and_again(self):
        self.broken_off_at("_state/state.json")
        self.broken_off_at("train/*/part-00001.parquet")
        self.broken_off_at("train/*/part-00003.parquet")
        self.assertIn("going on after a break", self.assert_the_same_in_the_end().err)

    def test_killed_before_it_knows_anything(self):
        self.broken_off_at("_OWNER")
        self.assertFalse(self.assert_the_same_in_the_end().report()["run"]["resumed"])

    def test_a_file_that_was_half_written_is_written_anew(self):
        self.broken_off_at("train/*/part-00002.parquet")
        for path in self.working("*/*/part-*"):
            content = path.read_bytes()
            path.write_bytes(content[:len(content) // 2])
        self.assert_the_same_in_the_end()

    def test_a_source_that_changed_meanwhile_starts_anew(self):
        self.broken_off_at("train/*/part-00002.parquet")
        self.raw("3.csv", csv(lines(5, seed=9, first=500_000)))
        done = prepare(self.file)
        self.assertEqual(done.code, 0, done.err)
        self.assertFalse(done.report()["run"]["resumed"])
        self.assertEqual(done.report()["files_read"], 4)

    def test_interrupted_by_the_user(self):
        self.broken_off_at("_state/state.json", signal_number=signal.SIGINT)
        self.assert_the_same_in_the_end()

    def test_two_runs_at_once_do_the_work_once(self):
        first = start("prepare", self.file, "--json")
        wait_until(lambda: self.working("_state/state.json"), first)
        second = prepare(self.file)
        out, err = first.communicate(timeout=120)
        self.assertEqual((first.returncode, second.code), (0, 0), err + second.err)
        self.assertFalse(json.loads(out)["run"]["reused"])
        self.assertIn("another run holds the output", second.err)
        self.assertTrue(second.report()["run"]["reused"])
        self.assertEqual(Output(self.output).manifest(), Output(self.undisturbed).manifest())
        self.assertEqual(self.working("*"), [])

    def test_an_output_that_is_replaced_stays_until_the_new_one_is_whole(self):
        self.prepared(self.file)
        before = Output(self.output).digests()
        process = start("prepare", self.file, "--overwrite", "--set", "prepare.split.seed=4",
                        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_until(lambda: self.working("train/*/part-00002.parquet"), process)
        process.kill()
        process.wait()
        self.assertEqual(Output(self.output).digests(), before)


if __name__ == "__main__":
    unittest.main()
