"""The same as MapReduce on a real cluster: to the byte, whatever the tasks, and also when some die."""

import contextlib
import glob
import json
import os
import pathlib
import signal
import unittest

from howdah_prepare import FLIGHTS, Output, PrepareTest, example, prepare, run, start, wait_until
from synthetic import csv, lines

ROOT = f"/tmp/prepare-{os.getpid()}"
CLUSTER = {}  # the environment as it is

# Its groups are shuffled, and it learns twice: three jobs.
BODY = """
steps:
  - clean: {drop_missing: [x], drop_duplicates: true}
  - normalize: {columns: [x], method: standard}
  - normalize: {columns: [class], method: onehot}
split: {train: 0.7, validation: 0.2, test: 0.1, seed: 3, stratify: class}
partition: {hash: group, buckets: 4}
quarantine: true
"""
# Two jobs: one that learns, one that writes.
SHORT = BODY.replace(", drop_duplicates: true", "")


def fs(*arguments):
    done = run("fs", *arguments, env=CLUSTER)
    assert done.code == 0, done.err
    return done.out


@unittest.skipUnless(os.environ.get("HADOOP_CONF_DIR"), "HADOOP_CONF_DIR is not set")
class OnCluster(PrepareTest):
    @classmethod
    def setUpClass(cls):
        fs("mkdir", "-p", ROOT)
        cls.addClassCleanup(fs, "rm", "-r", "-f", ROOT)

    def put(self, folder, *files):
        fs("mkdir", "-p", f"{ROOT}/{folder}")
        for file in files:
            fs("put", file, f"{ROOT}/{folder}/{file.name}")
        return f"hdfs://{ROOT}/{folder}"

    def fetch(self, name):
        """A result, copied to this machine."""
        here = self.path / f"fetched-{name}"
        fs("get", f"{ROOT}/{name}", here)
        return Output(here)

    def assert_same(self, here, there):
        self.assertEqual(there.manifest(), here.manifest())
        ours, theirs = here.json("transform.json"), there.json("transform.json")
        self.assertEqual(theirs["pipeline"], ours["pipeline"])
        ours, theirs = here.json("report.json"), there.json("report.json")
        for key in set(ours) - {"run", "output", "sources", "fingerprint"}:
            self.assertEqual(theirs[key], ours[key], key)


class FlightsOnCluster(OnCluster):
    LAYOUTS = ("month", "carrier", "hash", "range")

    def test_all_layouts_are_the_same_in_both_places(self):
        source = self.put("raw", FLIGHTS)
        # Side by side, as users of a cluster are.
        there = {name: start("prepare", *example(name, source + "/*.csv", f"hdfs://{ROOT}/{name}"),
                             "--on", "mapreduce", "--json", env=CLUSTER) for name in self.LAYOUTS}
        for name, process in there.items():
            self.addCleanup(process.kill)
            self.prepared(*example(name, f"file://{FLIGHTS}", f"file://{self.path}/{name}"))
        for name, process in there.items():
            with self.subTest(layout=name):
                out, err = process.communicate(timeout=300)
                self.assertEqual(process.returncode, 0, err)
                report = json.loads(out)
                self.assertEqual(report["rows_read"], 336_776)
                self.assertEqual(report["run"]["on"], "mapreduce")
                self.assertRegex(report["run"]["applications"][-1], r"^application_\d+_\d+$")
                self.assertIn(report["run"]["applications"][-1], err)
                here, there = Output(self.path / name), self.fetch(name)
                self.assert_same(here, there)
                self.assertEqual(there.digests("records-*"), here.digests("records-*"))


class Tasks(OnCluster):
    """Some 25 MB in four files: more chunks than one, more tasks, and one record that is torn."""

    def setUp(self):
        super().setUp()
        records = lines(150_000, words=12)
        for number in range(3):
            self.raw(f"{number}.csv", csv(records[number * 50_000:(number + 1) * 50_000]
                                          + records[:100]))
        self.raw("3.csv", csv(["torn\n"]))
        self.source = self.put(self._testMethodName, *sorted((self.path / "raw").iterdir()))

    def jobs(self, name, body):
        """The same for the cluster, after it was done here."""
        self.prepared(self.job(body))
        return self.job(body, source=self.source, output=f"{{uri: 'hdfs://{ROOT}/{name}'}}")

    def assert_absent(self, name):
        self.assertEqual(run("fs", "ls", f"{ROOT}/{name}", env=CLUSTER).code, 2)

    def tasks(self, verb):
        """Pids of this preparation's tasks."""
        found = []
        for folder in glob.glob("/proc/[0-9]*"):
            with contextlib.suppress(OSError):
                words = pathlib.Path(folder, "cmdline").read_bytes().decode().split("\0")
                if verb in words and f"{ROOT}/" in " ".join(words) and "howdah-data" in words[0]:
                    found.append(int(folder.rsplit("/", 1)[1]))
        return found

    def test_neither_the_number_of_tasks_matters_nor_attempts_that_are_killed(self):
        job = self.jobs("killed", BODY)
        process = start("prepare", job, "--json", "--on", "mapreduce", "--maps", 7, "--reduces", 3,
                        env=CLUSTER)
        for verb in ("prepare-map", "prepare-reduce"):
            os.kill(wait_until(lambda: self.tasks(verb), process)[0], signal.SIGKILL)
        _, err = process.communicate(timeout=400)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("failed on", err)
        self.assert_same(Output(self.output), self.fetch("killed"))
        # Once more: nothing is done.
        before = fs("stat", f"{ROOT}/killed/_MANIFEST.json")
        again = prepare(job, "--on", "mapreduce", env=CLUSTER)
        self.assertEqual(again.code, 0, again.err)
        self.assertIn("already prepared", again.err)
        self.assertEqual(fs("stat", f"{ROOT}/killed/_MANIFEST.json"), before)

    def test_a_client_that_is_killed_is_gone_on_with(self):
        job = self.jobs("resumed", SHORT)
        process = start("prepare", job, "--on", "mapreduce", env=CLUSTER)
        # What was learnt is there when the job that writes has tasks.
        line = next(line for line in process.stderr if line.startswith("writing"))
        wait_until(lambda: self.tasks("prepare-map"), process)
        process.kill()
        process.communicate()
        self.assert_absent("resumed")
        done = prepare(job, "--on", "mapreduce", env=CLUSTER)
        self.assertEqual(done.code, 0, done.err)
        # HDFS gives the dead one's lease away within a minute.
        self.assertIn("another run holds the output", done.err)
        self.assertIn("going on after a break: 1 readings of the data", done.err)
        self.assertTrue(done.report()["run"]["resumed"])
        self.assert_same(Output(self.output), self.fetch("resumed"))
        self.assertNotIn(line.split()[-1], done.report()["run"]["applications"])

    def test_this_machine_alone_makes_the_same_of_files_in_hdfs(self):
        job = self.jobs("alone", SHORT)
        report = self.prepared(job, env=CLUSTER)
        self.assertEqual(report["run"]["applications"], [])
        self.assert_same(Output(self.output), self.fetch("alone"))
        # Another user may read them, and not write here.
        fs("mkdir", f"{ROOT}/closed")
        mallory = {"HADOOP_USER_NAME": "mallory"}
        for where in ([], ["--on", "mapreduce"]):
            done = prepare(job, "--set", f"prepare.output.uri=hdfs://{ROOT}/closed/out", *where,
                           env=mallory)
            self.assertEqual((done.code, done.err.count("\n")), (5, 1), done.err)
            self.assertIn(f"{ROOT}/closed", done.err)

    def test_an_error_in_the_data_comes_back_with_its_place(self):
        job = self.jobs("strict", SHORT)
        done = prepare(job, "--on", "mapreduce", "--set", "prepare.bad_records=fail", env=CLUSTER)
        self.assertEqual(done.code, 2, done.err)
        line = done.err.strip().split("\n")[-1]
        self.assertIn("3.csv", line)
        self.assertIn("1 fields where 7 are due", line)
        self.assert_absent("strict")


if __name__ == "__main__":
    unittest.main()
