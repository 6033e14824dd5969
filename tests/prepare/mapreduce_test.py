"""The same as MapReduce on a real cluster: to the byte, whatever the tasks, and also when some die."""

import glob
import os
import pathlib
import signal
import unittest

from howdah_prepare import FLIGHTS, Output, PrepareTest, example, prepare, run, start, wait_until
from synthetic import csv, lines

ROOT = f"/tmp/prepare-{os.getpid()}"
CLUSTER = {}  # the environment as it is

BODY = """
steps:
  - clean: {drop_missing: [x], drop_duplicates: true}
  - normalize: {columns: [x], method: standard}
  - normalize: {columns: [class], method: onehot}
split: {train: 0.7, validation: 0.2, test: 0.1, seed: 3, stratify: class}
partition: {hash: group, buckets: 4}
quarantine: true
"""


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

    def cluster_prepared(self, job, *arguments):
        return self.prepared(job, "--on", "mapreduce", *arguments, env=CLUSTER)

    def assert_same(self, here, there):
        self.assertEqual(there.manifest(), here.manifest())
        ours, theirs = here.json("transform.json"), there.json("transform.json")
        self.assertEqual(theirs["pipeline"], ours["pipeline"])
        ours, theirs = here.json("report.json"), there.json("report.json")
        for key in set(ours) - {"run", "output", "sources", "fingerprint"}:
            self.assertEqual(theirs[key], ours[key], key)


class FlightsOnCluster(OnCluster):
    def test_all_layouts_are_the_same_in_both_places(self):
        source = self.put("raw", FLIGHTS)
        for name in ("month", "carrier", "hash", "range"):
            with self.subTest(layout=name):
                here = self.path / name
                self.prepared(*example(name, f"file://{FLIGHTS}", f"file://{here}"))
                report = self.cluster_prepared(
                    *example(name, source + "/*.csv", f"hdfs://{ROOT}/{name}"))
                self.assertEqual(report["rows_read"], 336_776)
                self.assertEqual(report["run"]["on"], "mapreduce")
                self.assertRegex(report["run"]["applications"][-1], r"^application_\d+_\d+$")
                there = self.fetch(name)
                self.assert_same(Output(here), there)
                self.assertEqual(there.digests("records-*"), Output(here).digests("records-*"))


class Tasks(OnCluster):
    """Some 25 MB in three files: more chunks than one, and more tasks."""

    def setUp(self):
        super().setUp()
        records = lines(150_000, words=12)
        for number in range(3):
            self.raw(f"{number}.csv", csv(records[number * 50_000:(number + 1) * 50_000]
                                          + records[:100]))
        self.raw("3.csv", csv(["torn\n"]))
        self.prepared(self.job(BODY))
        self.here = Output(self.output)
        self.source = self.put(self._testMethodName, *sorted((self.path / "raw").iterdir()))

    def cluster_job(self, name):
        return self.job(BODY, source=self.source, output=f"{{uri: 'hdfs://{ROOT}/{name}'}}")

    def test_the_number_of_tasks_does_not_matter(self):
        for maps, reduces in ((1, 1), (7, 3)):
            with self.subTest(maps=maps, reduces=reduces):
                name = f"out-{maps}-{reduces}"
                self.cluster_prepared(self.cluster_job(name), "--maps", maps, "--reduces", reduces)
                self.assert_same(self.here, self.fetch(name))

    def tasks(self, verb):
        """Pids of this preparation's tasks."""
        found = []
        for folder in glob.glob("/proc/[0-9]*"):
            try:
                words = pathlib.Path(folder, "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if verb in words and f"{ROOT}/" in " ".join(words) and "howdah-data" in words[0]:
                found.append(int(folder.rsplit("/", 1)[1]))
        return found

    def test_attempts_that_are_killed_leave_no_doubles(self):
        process = start("prepare", self.cluster_job("killed"), "--json", "--on", "mapreduce",
                        "--maps", 3, "--reduces", 2, env=CLUSTER)
        for verb in ("prepare-map", "prepare-reduce"):
            os.kill(wait_until(lambda: self.tasks(verb), process)[0], signal.SIGKILL)
        _, err = process.communicate(timeout=240)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("failed on", err)
        self.assert_same(self.here, self.fetch("killed"))

    def test_a_client_that_is_killed_is_gone_on_with(self):
        job = self.cluster_job("resumed")
        process = start("prepare", job, "--on", "mapreduce", env=CLUSTER)
        # The first round is over when the second job's tasks are there.
        wait_until(lambda: "state.json" in run("fs", "ls", self.work("resumed") + "/_state",
                                               env=CLUSTER).out, process)
        wait_until(lambda: self.tasks("prepare-map"), process)
        process.kill()
        process.communicate()
        self.assertNotEqual(run("fs", "ls", f"{ROOT}/resumed", env=CLUSTER).code, 0)
        self.cluster_prepared(job)
        self.assert_same(self.here, self.fetch("resumed"))

    def work(self, name):
        """The work folder; empty where there is none."""
        return next((word for word in run("fs", "ls", ROOT, env=CLUSTER).out.split()
                     if f".{name}.preparing-" in word), "")

    def test_an_error_in_the_data_comes_back_with_its_place(self):
        job = self.cluster_job("strict")
        done = prepare(job, "--on", "mapreduce", "--set", "prepare.bad_records=fail", env=CLUSTER)
        self.assertEqual(done.code, 2, done.err)
        line = done.err.strip().split("\n")[-1]
        self.assertIn("3.csv", line)
        self.assertIn("1 fields where 7 are due", line)
        self.assertNotEqual(run("fs", "ls", f"{ROOT}/strict", env=CLUSTER).code, 0)

    def test_a_second_run_changes_nothing(self):
        job = self.cluster_job("twice")
        self.cluster_prepared(job)
        before = fs("ls", "-R", f"{ROOT}/twice")
        done = prepare(job, "--on", "mapreduce", env=CLUSTER)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("already prepared", done.err)
        self.assertEqual(fs("ls", "-R", f"{ROOT}/twice"), before)


if __name__ == "__main__":
    unittest.main()
