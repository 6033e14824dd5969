"""Learning rates as a person sees them: drawn before the training, and in the metrics of a job whose
rate waits for a plateau."""

import json
import unittest

from howdah_job import JOB, Run, Scratch, end_now, howdah, make_dataset, processes_of

NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": "", "LC_ALL": "C"}
FIXED = "{schedule: exponential, initial: 0.005, decay: 0.8, every: 1 epoch}"
# No validation after the first is better by all of the best loss: the rate falls after each.
PLATEAU = "{schedule: plateau, initial: 0.004, factor: 0.5, patience: 0, threshold: 1}"


class LearningRates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.dataset = make_dataset(cls.scratch.path / "data", train=6000, test=500)
        cls.home = cls.scratch.path / "home"

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    def job(self, learning_rate, *changes):
        text = JOB.format(home=f"file://{self.home}", source=f"file://{self.dataset}")
        for old, new in [(FIXED, learning_rate), *changes]:
            assert old in text, old
            text = text.replace(old, new)
        return self.scratch.write("job.yaml", text)

    def config(self, learning_rate, *arguments, env=None):
        run = howdah("config", self.job(learning_rate), "--plot-lr", *arguments,
                     env={**NO_HADOOP, **(env or {})})
        return run.returncode, run.stdout, run.stderr

    def test_a_curve_over_epochs_or_steps(self):
        code, out, error = self.config("{schedule: cosine, initial: 0.1, warmup: 1 epoch}")
        self.assertEqual((code, error), (0, ""))
        self.assertIn("learning rate: cosine: first 0, highest 0.1", out)
        self.assertIn("3 epochs", out)
        self.assertTrue(out.isascii(), out)
        self.assertLessEqual(max(map(len, out.splitlines())), 72)
        steps = "{schedule: cosine, initial: 0.1, warmup: 50 steps}"
        code, out, error = self.config(steps, "--steps-per-epoch", "100", env={"LC_ALL": "C.UTF-8"})
        self.assertEqual((code, error), (0, ""))
        self.assertIn("300 steps", out)
        self.assertTrue(any("\u2800" < letter < "\u2900" for letter in out), out)
        code, out, error = self.config(steps)
        self.assertEqual((code, out), (2, ""))
        self.assertIn("--steps-per-epoch N", error)

    def test_its_points(self):
        code, out, _ = self.config("{schedule: step, initial: 0.1, decay: 0.5, every: 10 steps}",
                                   "--steps-per-epoch", "10", "--json")
        self.assertEqual(code, 0)
        points = json.loads(out)["points"]
        self.assertEqual([point["learning_rate"] for point in points[::10]], [0.1, 0.05, 0.025])
        self.assertEqual(len(points), 30)

    def test_a_rate_that_is_not_a_number(self):
        for rate, complaint in (("fast", "'learning_rate' must be a number, not 'fast'"),
                                ("{schedule: cosine, end: nan}", "'learning_rate.end' must be a number")):
            job = self.job(rate)
            run = howdah("run", job, "--on", "local", env=NO_HADOOP)
            self.assertEqual(run.returncode, 2)
            self.assertRegex(run.stderr, rf"^howdah: .*job.yaml:\d+:\d+: {complaint}")

    def test_a_plateau_lowers_the_rate_and_a_lost_worker_changes_nothing(self):
        job = self.job(PLATEAU)
        code, undisturbed = Run(job, "--on", "local", env=NO_HADOOP).end()
        self.assertEqual(code, 0, undisturbed)
        folder = self.home / "jobs" / undisturbed["job_id"]
        rates = []
        for file in sorted(folder.rglob("*.jsonl")):
            for line in map(json.loads, file.read_text().splitlines()):
                if "learning_rate" in line:
                    rates.append(line["learning_rate"])
        self.assertEqual(rates[0], 0.004)
        self.assertEqual(rates[-1], 0.002)
        run = Run(job, "--on", "local", env=NO_HADOOP)
        run.wait_for("epoch 2")
        end_now(processes_of(run.job_id(), "howdah-train")[-1])
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assertEqual(summary["model"]["sha256"], undisturbed["model"]["sha256"])

    def test_a_plateau_without_validation(self):
        job = self.job(PLATEAU, ("{train: 0.9, validation: 0.1, seed: 7}", "{train: 1}"))
        run = howdah("run", job, "--on", "local", env=NO_HADOOP)
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn("there is no validation part", run.stderr)


if __name__ == "__main__":
    unittest.main()
