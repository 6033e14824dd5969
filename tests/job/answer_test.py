"""A finished job's model is asked: `howdah evaluate` and `howdah predict`."""

import gzip
import json
import shutil
import unittest

from howdah_job import JOB, Run, Scratch, howdah, make_dataset

NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": ""}


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.dataset = make_dataset(cls.scratch.path / "data", train=3000, test=501)
        cls.home = f"file://{cls.scratch.path}/home"
        job = cls.scratch.write("job.yaml", JOB.format(home=cls.home, source=f"file://{cls.dataset}"))
        code, cls.trained = Run(job, "--on", "local", env=NO_HADOOP).end()
        assert code == 0, cls.trained
        with gzip.open(cls.dataset / "t10k-labels-idx1-ubyte.gz") as file:
            cls.labels = list(file.read()[8:])

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    def ask(self, verb, *arguments, code=0):
        done = howdah(verb, self.trained["job_id"], "--home", self.home, "--on", "local", *arguments,
                      env=NO_HADOOP)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def evaluate(self, *arguments):
        return json.loads(self.ask("evaluate", "--json", *arguments).stdout)["metrics"]

    def predict(self, name, *arguments):
        folder = self.scratch.path / name
        self.ask("predict", "--output", f"file://{folder}", *arguments)
        self.assertTrue((folder / "_SUCCESS").exists())
        files = sorted(folder.glob("*.jsonl"))
        self.assertEqual(sorted(path.name for path in folder.iterdir()),
                         ["_SUCCESS"] + [path.name for path in files], "nothing else is left there")
        return "".join(path.read_text() for path in files)

    def test_evaluation_says_what_the_training_said(self):
        for workers in (1, 2, 3):
            with self.subTest(workers=workers):
                self.assertEqual(self.evaluate("--workers", workers)["test"],
                                 self.trained["metrics"]["test"])
        self.assertEqual(self.evaluate("--part", "validation")["validation"],
                         self.trained["metrics"]["validation"])

    def test_predictions_are_the_answers_that_were_measured(self):
        text = self.predict("two")
        lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual([line["record"] for line in lines], list(range(501)), "in the data's order")
        right = sum(int(line["class"]) == label for line, label in zip(lines, self.labels))
        self.assertEqual(right / 501, self.trained["metrics"]["test"]["accuracy"])
        for line in lines:
            self.assertAlmostEqual(sum(line["probabilities"]), 1, 5)
            self.assertEqual(line["probability"], max(line["probabilities"]))
        self.assertEqual(text, self.predict("one", "--workers", 1), "whoever says it")

    def test_other_data_are_asked_about(self):
        other = make_dataset(self.scratch.path / "other", train=70, test=30)
        metrics = self.evaluate("--data", f"file://{other}")
        self.assertEqual(metrics["test"]["records"], 30)
        lines = self.predict("others", "--data", f"file://{other}", "--part", "train").splitlines()
        metrics = self.evaluate("--data", f"file://{other}", "--part", "train")
        self.assertEqual(len(lines), metrics["train"]["records"])

    def test_a_checkpoint_answers_too(self):
        folder = self.scratch.path / "home" / "jobs" / self.trained["job_id"] / "checkpoints"
        last = max(int(path.name.split("-")[1]) for path in folder.glob("step-*"))
        self.assertEqual(self.evaluate("--checkpoint", last)["test"], self.trained["metrics"]["test"])
        done = self.ask("evaluate", "--checkpoint", "7", code=2)
        self.assertIn("the job has no such checkpoint", done.stderr)

    def test_what_cannot_be_asked_is_said_in_a_line(self):
        folder = self.scratch.path / "full"
        folder.mkdir()
        (folder / "mine").write_text("kept")
        done = self.ask("predict", "--output", f"file://{folder}", code=2)
        self.assertIn("is there already, and not empty", done.stderr)
        self.assertEqual((folder / "mine").read_text(), "kept")
        done = self.ask("evaluate", "--part", "tests", code=2)
        done = howdah("evaluate", "small-none", "--home", self.home, "--on", "local", env=NO_HADOOP)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no such job", done.stderr)

    def test_a_damaged_model_is_refused(self):
        job = self.scratch.path / "home" / "jobs" / self.trained["job_id"]
        shutil.copy(job / "model.safetensors", self.scratch.path / "whole")
        try:
            (job / "model.safetensors").write_bytes(b"no tensors")
            done = self.ask("evaluate", code=1)
            self.assertIn("model.safetensors", done.stderr + done.stdout)
        finally:
            shutil.copy(self.scratch.path / "whole", job / "model.safetensors")


if __name__ == "__main__":
    unittest.main()
