"""`howdah mapreduce` as a person types it, on a real cluster."""

import collections
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["HOWDAH_BIN"])
ROOT = f"/tmp/mapreduce-verb-{os.getpid()}"


def howdah(*arguments):
    return subprocess.run([BIN / "howdah", *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=240)


@unittest.skipUnless(os.environ.get("HADOOP_CONF_DIR"), "HADOOP_CONF_DIR is not set")
class MapReduceVerb(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.text = "the quick fox\nthe lazy dog\nthe end\n"
        words = pathlib.Path(cls.scratch.name) / "words"
        words.write_text(cls.text)
        for arguments in (("mkdir", "-p", ROOT), ("put", words, ROOT + "/words")):
            done = howdah("fs", *arguments)
            assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        howdah("fs", "rm", "-r", "-f", ROOT)
        cls.scratch.cleanup()

    def output(self, name):
        return howdah("fs", "cat", f"{ROOT}/{name}/part-00000").stdout

    def test_a_script_counts_words_and_the_counters_are_shown(self):
        script = pathlib.Path(self.scratch.name) / "count.sh"
        script.write_text("#!/bin/sh\nuniq -c | awk -v g=$GREETING '{print g $2, $1}'\n")
        run = howdah("mapreduce", "-input", ROOT + "/words", "-output", ROOT + "/counts",
                     "-mapper", "tr -s ' ' '\\n'", "-reducer", "count.sh", "-file", script,
                     "-cmdenv", "GREETING=hi-", "-D", "mapreduce.job.name=counting",
                     "-numReduceTasks", 1)
        self.assertEqual(run.returncode, 0, run.stderr)
        expected = collections.Counter(self.text.split())
        found = dict(line.rstrip("\t").split() for line in self.output("counts").splitlines())
        self.assertEqual(found, {f"hi-{word}": str(n) for word, n in expected.items()})
        self.assertIn("MAP_INPUT_RECORDS = 3", run.stdout)
        self.assertIn("SUCCEEDED", run.stdout)
        self.assertIn("submitted application_", run.stderr)

    def test_lines_are_handed_out_and_options_may_have_two_dashes(self):
        run = howdah("mapreduce", "--input", ROOT + "/{words,none}", "--output", ROOT + "/lines",
                     "--mapper", "wc -l", "--reducer", "NONE", "--inputformat", "NLineInputFormat",
                     "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(json.loads(run.stdout)["counters"]
                         ["org.apache.hadoop.mapreduce.JobCounter"]["TOTAL_LAUNCHED_MAPS"], 3)
        self.assertEqual(self.output("lines"), "1\t\n")

    def test_a_failing_command_ends_with_its_words_and_exit_code_1(self):
        run = howdah("mapreduce", "-input", ROOT + "/words", "-output", ROOT + "/failed",
                     "-mapper", "echo something dreadful >&2; exit 9", "-reducer", "NONE",
                     "-D", "mapreduce.map.maxattempts=1")
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("something dreadful", run.stderr)
        self.assertIn("code 9", run.stderr)
        self.assertEqual(howdah("fs", "ls", ROOT + "/failed").returncode, 2)

    def test_wrong_usage_is_one_line_and_exit_code_2(self):
        for arguments, wanted in (
                (["-mapper", "cat"], "--input"),
                (["-input", ROOT + "/none", "-output", "x", "-mapper", "cat"], "none"),
                (["-input", ROOT + "/words", "-output", ROOT, "-mapper", "cat"], "there already"),
                (["-input", ROOT + "/words", "-output", "x", "-mapper", "cat", "-D", "a"], "'='"),
                (["-input", ROOT + "/words", "-output", "x", "-mapper",
                  "org.apache.hadoop.mapred.lib.IdentityMapper"], "Java"),
                (["-input", ROOT + "/words", "-output", "x", "-mapper", "cat", "-file", "/no/x"],
                 "/no/x")):
            run = howdah("mapreduce", *arguments)
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
            self.assertIn(wanted, run.stderr)


if __name__ == "__main__":
    unittest.main()
