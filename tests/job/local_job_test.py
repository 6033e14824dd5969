"""Whole jobs with --on local: workers are processes of this machine, no Hadoop anywhere."""

import json
import os
import signal
import unittest

from howdah_job import JOB, Run, Scratch, end_now, howdah, make_dataset, processes_of

# No cluster, whoever started the tests.
NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": ""}


class LocalJobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.dataset = make_dataset(cls.scratch.path / "data")
        cls.home = cls.scratch.path / "home"
        cls.job = cls.scratch.write("job.yaml", JOB.format(home=f"file://{cls.home}",
                                                           source=f"file://{cls.dataset}"))
        code, cls.undisturbed = cls.start().end()
        assert code == 0, cls.undisturbed

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    @classmethod
    def start(cls, *arguments):
        return Run(cls.job, "--on", "local", *arguments, env=NO_HADOOP)

    def assert_same_model(self, summary):
        self.assertEqual(summary["outcome"], "SUCCEEDED", summary)
        self.assertEqual(summary["model"]["sha256"], self.undisturbed["model"]["sha256"])
        self.assertEqual(summary["metrics"]["test"], self.undisturbed["metrics"]["test"])

    def test_learns_and_leaves_what_is_promised(self):
        summary = self.undisturbed
        self.assertGreater(summary["metrics"]["test"]["accuracy"], 0.7)
        self.assertEqual(summary["metrics"]["test"]["records"], 1000)
        self.assertEqual(summary["workers"], {"requested": 2, "granted": 2, "lost": 0})
        self.assertEqual(summary["generations"], 1)
        self.assertGreater(summary["input_bytes"]["local"], 0)
        phases = summary["phases_s"]
        self.assertGreater(phases["total"], phases["training"])
        folder = self.home / "jobs" / summary["job_id"]
        for name in ("job.yaml", "summary.json", "model.safetensors", "journal"):
            self.assertTrue((folder / name).exists(), name)
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        checkpoints = sorted(path.name for path in (folder / "checkpoints").iterdir())
        self.assertEqual(len(checkpoints), 2, checkpoints)

    def test_one_and_four_workers_make_the_same_model(self):
        for workers in (1, 4):
            with self.subTest(workers=workers):
                code, summary = self.start("--set", f"resources.workers={{min: {workers}, max: {workers}}}").end()
                self.assertEqual(code, 0)
                self.assert_same_model(summary)

    def test_what_was_read_stays_at_hand_for_the_next_epochs(self):
        def input_bytes(cache):
            code, summary = self.start("--set", "resources.workers={min: 1, max: 1}", "--set",
                                       "parallel.streams=1", "--set", f"data.cache={cache}").end()
            self.assertEqual(code, 0, summary)
            models.add(summary["model"]["sha256"])
            return summary["input_bytes"]

        models = set()
        records = 9000 * (28 * 28 + 4)
        none = input_bytes("{memory: 0}")
        self.assertGreater(none["local"], 2.5 * records, "three epochs")
        self.assertEqual(none["cached"], 0)
        for cache in ("{memory: 64 MiB}", "{memory: 0, disk: 64 MiB}", "{memory: 3 MiB, disk: 5 MiB}"):
            with self.subTest(cache=cache):
                kept = input_bytes(cache)
                self.assertLessEqual(kept["local"], records, "the second epoch reads nothing")
                self.assertGreater(kept["cached"], 1.7 * records)
        some = input_bytes("{memory: 3 MiB}")
        self.assertGreater(some["local"], records)
        self.assertGreater(some["cached"], 0)
        self.assertEqual(len(models), 1, "what is kept is what was read")

    def test_trains_from_what_its_own_section_prepares(self):
        prepared = self.scratch.path / "prepared"
        text = JOB.format(home=f"file://{self.home}", source="")
        lines = text.replace("  source: \n", "").replace(
            "  split: {train: 0.9, validation: 0.1, seed: 7}\n", "")
        job = self.scratch.write("prepared.yaml", lines + f"""
prepare:
  source: file://{self.dataset}
  format: idx
  steps:
    - clean: {{drop_duplicates: [image]}}
  split: {{train: 0.8, validation: 0.1, test: 0.1, seed: 7, stratify: label}}
  output: file://{prepared}
""")
        code, summary = Run(job, "--on", "local", env=NO_HADOOP).end()
        self.assertEqual(code, 0, summary)
        report = json.loads((prepared / "report.json").read_text())
        self.assertEqual(report["rows_read"], 10000)
        rows = {part["name"]: part["rows"] for part in report["parts"]}
        for part in ("validation", "test"):
            self.assertEqual(summary["metrics"][part]["records"], rows[part])
        self.assertGreater(summary["metrics"]["test"]["accuracy"], 0.7)
        manifest = (prepared / "_MANIFEST.json").stat().st_mtime_ns
        code, again = Run(job, "--on", "local", env=NO_HADOOP).end()
        self.assertEqual(code, 0, again)
        self.assertEqual(again["model"]["sha256"], summary["model"]["sha256"])
        self.assertEqual((prepared / "_MANIFEST.json").stat().st_mtime_ns, manifest)

    def test_tcp_makes_the_same_model(self):
        code, summary = self.start("--set", "communication.transport=tcp").end()
        self.assertEqual(code, 0)
        self.assert_same_model(summary)

    def test_a_killed_worker_changes_nothing_in_the_model(self):
        run = self.start()
        run.wait_for("first step")
        end_now(processes_of(run.job_id(), "howdah-train")[-1])
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assert_same_model(summary)
        self.assertEqual(summary["workers"]["lost"], 1, run.output())
        self.assertGreater(summary["workers"]["granted"], 2)
        self.assertIn("was lost", run.output())

    def test_a_frozen_worker_changes_nothing_in_the_model(self):
        run = self.start()
        run.wait_for("first step")
        os.kill(processes_of(run.job_id(), "howdah-train")[0], signal.SIGSTOP)
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assert_same_model(summary)
        self.assertEqual(summary["workers"]["lost"], 1, run.output())

    def test_all_workers_lost_go_on_from_a_checkpoint(self):
        run = self.start("--set", "checkpoint.every=20 steps")
        run.wait_for("checkpoint at step")
        for pid in processes_of(run.job_id(), "howdah-train"):
            end_now(pid)
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assert_same_model(summary)

    def test_stop_ends_it_as_killed(self):
        run = self.start("--set", "train.epochs=1000")
        run.wait_for("first step")
        status = howdah("status", run.job_id(), "--home", f"file://{self.home}", "--json", env=NO_HADOOP)
        self.assertIn('"outcome": "RUNNING"', status.stdout)
        stopped = howdah("stop", run.job_id(), "--home", f"file://{self.home}", env=NO_HADOOP)
        self.assertEqual(stopped.returncode, 0, stopped.stderr)
        code, summary = run.end()
        self.assertEqual(code, 4)
        self.assertEqual(summary["outcome"], "KILLED")
        self.assertEqual(processes_of(summary["job_id"], "howdah-train"), [])

    def test_a_person_finds_the_job_again(self):
        job_id = self.undisturbed["job_id"]
        home = f"file://{self.home}"
        self.assertIn(job_id, howdah("list", "--home", home, env=NO_HADOOP).stdout)
        self.assertIn("SUCCEEDED", howdah("status", job_id, "--home", home, env=NO_HADOOP).stdout)
        self.assertIn("generation 1", howdah("logs", job_id, "--worker", 0, "--home", home, env=NO_HADOOP).stdout)
        unknown = howdah("status", job_id[:-1] + "x", "--home", home, env=NO_HADOOP)
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("did you mean " + job_id, unknown.stderr)


if __name__ == "__main__":
    unittest.main()
