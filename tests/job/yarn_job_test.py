"""Whole jobs on a real cluster: data in HDFS, workers in YARN's containers."""

import os
import pathlib
import re
import signal
import subprocess
import unittest

from howdah_job import JOB, Run, Scratch, end_now, howdah, make_dataset, processes_of
from own_model_test import build_example, with_model

MASTER_RESIDENT_KIB = 32 * 1024


def resident_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def hdfs_dfsadmin(*arguments):
    """Hadoop's own tool, of the same jars."""
    conf, jars = os.environ["HADOOP_CONF_DIR"], os.environ["HADOOP_CLASSPATH"]
    subprocess.run(["java", "-cp", f"{conf}:{jars}", "org.apache.hadoop.hdfs.tools.DFSAdmin",
                    *arguments], check=True, capture_output=True, timeout=120)


class YarnJobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        local = make_dataset(cls.scratch.path / "data")
        cls.root = f"hdfs:///tmp/howdah-test-{os.getpid()}"
        made = howdah("fs", "mkdir", "-p", cls.root)
        assert made.returncode == 0, made.stderr
        put = howdah("fs", "put", local, cls.root + "/data")
        assert put.returncode == 0, put.stderr
        cls.home = cls.root + "/home"
        cls.job = cls.scratch.write("job.yaml", JOB.format(home=cls.home, source=cls.root + "/data"))
        # The same job on this machine: what every other run must equal, to the bit.
        local_job = cls.scratch.write("local.yaml", JOB.format(home=f"file://{cls.scratch.path}/home",
                                                               source=f"file://{local}"))
        code, cls.undisturbed = Run(local_job, "--on", "local").end()
        assert code == 0, cls.undisturbed

    @classmethod
    def tearDownClass(cls):
        howdah("fs", "rm", "-r", "-f", cls.root)
        cls.scratch.close()

    def assert_same_model(self, summary):
        self.assertEqual(summary["outcome"], "SUCCEEDED", summary)
        self.assertEqual(summary["model"]["sha256"], self.undisturbed["model"]["sha256"])

    def test_a_plugin_of_this_machine_trains_in_containers(self):
        build_example(self.scratch.path / "build")
        model = "{plugin: build/libmynet.so, options: {width: 4}}"
        local = self.scratch.write("plugin-local.yaml", with_model(
            (self.scratch.path / "local.yaml").read_text(), model))
        code, expected = Run(local, "--on", "local", "--set", "train.epochs=1").end()
        self.assertEqual(code, 0, expected)
        job = self.scratch.write("plugin.yaml", with_model(self.job.read_text(), model))
        run = Run(job, "--set", "train.epochs=1")
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assertEqual(summary["model"]["sha256"], expected["model"]["sha256"])
        asked = howdah("evaluate", summary["job_id"], "--home", self.home)
        self.assertEqual(asked.returncode, 0, asked.stderr)

    def test_two_workers_on_two_nodes_make_the_model_of_this_machine(self):
        run = Run(self.job)
        run.wait_for("first step")
        job_id = run.job_id()
        masters = processes_of(job_id, "howdah")
        self.assertEqual(len(masters), 1)
        master_kib = resident_kib(masters[0])
        workers = processes_of(job_id, "howdah-train")
        self.assertEqual(len(workers), 2)
        for pid in masters + workers:
            self.assertNotIn("libjvm", pathlib.Path(f"/proc/{pid}/maps").read_text())
        nodes = {pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"NM_PORT=")[1].split(b"\0")[0]
                 for pid in workers}
        self.assertEqual(len(nodes), 2, "both workers on one NodeManager")
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assert_same_model(summary)
        self.assertEqual(summary["workers"], {"requested": 2, "granted": 2, "lost": 0})
        self.assertTrue(summary["application_id"].startswith("application_"))
        self.assertTrue(all(value is not None for value in summary["phases_s"].values()), summary)
        print(f"\nmaster's resident memory: {master_kib / 1024:.1f} MB")
        self.assertLessEqual(master_kib, MASTER_RESIDENT_KIB)
        model = howdah("fs", "stat", summary["model"]["uri"])
        self.assertEqual(model.returncode, 0, model.stderr)
        log = howdah("logs", job_id, "--worker", 0, "--home", self.home)
        self.assertIn("generation 1", log.stdout, log.stderr)
        status = howdah("status", summary["application_id"], "--home", self.home)
        self.assertIn("SUCCEEDED", status.stdout)

    def test_a_killed_worker_is_replaced_and_changes_nothing_in_the_model(self):
        run = Run(self.job, "--set", "train.epochs=3")
        run.wait_for("first step")
        end_now(processes_of(run.job_id(), "howdah-train")[-1])
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assert_same_model(summary)
        self.assertEqual(summary["workers"]["lost"], 1, run.output())

    def test_a_frozen_worker_changes_nothing_in_the_model(self):
        run = Run(self.job)
        run.wait_for("first step")
        os.kill(processes_of(run.job_id(), "howdah-train")[0], signal.SIGSTOP)
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assert_same_model(summary)
        self.assertEqual(summary["workers"]["lost"], 1, run.output())

    def test_a_killed_master_is_replaced_and_its_job_ends_with_the_same_model(self):
        run = Run(self.job, "--set", "checkpoint.every=20 steps")
        run.wait_for("checkpoint at step")
        first = processes_of(run.job_id(), "howdah")
        end_now(first[0])
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assert_same_model(summary)

    def test_stop_kills_the_application(self):
        run = Run(self.job, "--set", "train.epochs=1000")
        run.wait_for("first step")
        stopped = howdah("stop", run.job_id(), "--home", self.home)
        self.assertEqual(stopped.returncode, 0, stopped.stderr)
        code, summary = run.end()
        self.assertEqual((code, summary["outcome"]), (4, "KILLED"))

    def refused(self, code, *wanted, arguments):
        run = howdah("run", self.job, *arguments)
        last = run.stderr.strip().split("\n")[-1]
        self.assertEqual(run.returncode, code, run.stderr)
        for text in wanted:
            self.assertIn(text, last)

    def test_a_queue_that_does_not_exist(self):
        self.refused(2, "defualt", "default", arguments=["--set", "resources.queue=defualt"])

    def test_more_memory_than_the_cluster_has(self):
        self.refused(2, "MiB", arguments=["--set", "resources.memory=500 GiB"])

    def test_hdfs_in_safe_mode(self):
        hdfs_dfsadmin("-safemode", "enter")
        try:
            self.refused(3, "afe mode", arguments=[])
        finally:
            hdfs_dfsadmin("-safemode", "leave")

    def test_a_home_of_somebody_else(self):
        howdah("fs", "mkdir", self.root + "/closed")
        run = howdah("run", self.job, "--set", f"home={self.root}/closed/home",
                     env={"HADOOP_USER_NAME": "mallory"})
        self.assertEqual(run.returncode, 5, run.stderr)
        self.assertIn("closed", run.stderr)


if __name__ == "__main__":
    unittest.main()
