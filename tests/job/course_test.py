"""Trainings that take another course than their epochs say: resumed anywhere, stopped early, rolled
back, begun with the weights of another job."""

import json
import random
import struct
import unittest

from howdah_job import JOB, Run, Scratch, end_now, howdah, make_dataset, processes_of

NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": ""}
AUGMENT = ("  preprocess:", """  augment:
    crop: {padding: 2}
    flip: horizontal
    rotate: 5
    color: {brightness: 0.1, contrast: 0.1}
    cutout: {size: 6}
    mixup: {alpha: 0.2}
  preprocess:""")
# No validation after the first is better by all of the best loss: two more, and it ends.
EARLY = ("checkpoint: {every: 1 epoch, keep: 2}",
         "checkpoint: {every: 10 steps, keep: 2}\n"
         "stop_early: {measure: loss, patience: 2, threshold: 1}")
LONG = ("epochs: 3", "epochs: 9")


class Courses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.dataset = make_dataset(cls.scratch.path / "data", train=3000, test=300)
        cls.home = cls.scratch.path / "home"

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    def job(self, *changes):
        text = JOB.format(home=f"file://{self.home}", source=f"file://{self.dataset}")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        return self.scratch.write("job.yaml", text)

    def run_job(self, *changes):
        run = Run(self.job(*changes), "--on", "local", env=NO_HADOOP)
        code, summary = run.end()
        return code, summary, run.output()

    def folder(self, summary):
        return self.home / "jobs" / summary["job_id"]

    def test_killed_anywhere_it_ends_in_the_same_model(self):
        changes = (AUGMENT, EARLY, LONG)
        code, undisturbed, output = self.run_job(*changes)
        self.assertEqual(code, 0, output)
        self.assertEqual(undisturbed["stopped_early"]["epoch"], 3, output)
        seeded = random.Random(2026)
        last = undisturbed["steps"] // 10 - 1
        for _ in range(4):
            step = 10 * seeded.randint(1, last)
            with self.subTest(step=step):
                run = Run(self.job(*changes), "--on", "local", env=NO_HADOOP)
                run.wait_for(f"checkpoint at step {step}")
                for pid in processes_of(run.job_id(), "howdah-train"):
                    end_now(pid)
                code, summary = run.end()
                self.assertEqual(code, 0, run.output())
                self.assertGreaterEqual(summary["generations"], 2)
                for key in ("model", "best", "stopped_early"):
                    wanted, found = undisturbed[key], summary[key]
                    if key == "model":
                        wanted, found = wanted["sha256"], found["sha256"]
                    self.assertEqual(found, wanted, run.output())
                self.assertEqual(summary["metrics"]["test"], undisturbed["metrics"]["test"])

    def test_stops_early_and_keeps_the_best(self):
        code, summary, output = self.run_job(EARLY, LONG)
        self.assertEqual(code, 0, output)
        self.assertIn("stopped after epoch 3", output)
        self.assertEqual(summary["stopped_early"],
                         {"epoch": 3, "why": "the validation's loss was not better for 2 epochs"})
        best = summary["best"]
        self.assertTrue(best["used"])
        self.assertEqual(best["measure"], "loss")
        checkpoints = self.folder(summary) / "checkpoints"
        note = json.loads((checkpoints / "best.json").read_text())
        self.assertEqual((note["step"], note["epoch"], note["value"]),
                         (best["step"], best["epoch"], best["value"]))
        # The job's model is the best checkpoint's; the last one is there as well.
        model = self.folder(summary) / "model.safetensors"
        self.assertEqual(model.read_bytes(),
                         (checkpoints / f"step-{best['step']}" / "model.safetensors").read_bytes())
        self.assertTrue((checkpoints / f"step-{summary['steps']}" / "MANIFEST.json").exists())

    def test_the_best_stays_where_the_last_is_used(self):
        # A rate that soon is far too high: the best model is an early one.
        schedule = ("{schedule: exponential, initial: 0.005, decay: 0.8, every: 1 epoch}",
                    "{schedule: multi_step, initial: 0.005, decay: 1e-6, at: [1 epoch]}")
        keep = ("checkpoint: {every: 1 epoch, keep: 2}",
                "checkpoint: {every: 1 epoch, keep: 1, best: {measure: accuracy}}")
        code, summary, output = self.run_job(schedule, keep, LONG)
        self.assertEqual(code, 0, output)
        self.assertIsNone(summary["stopped_early"])
        best = summary["best"]
        self.assertFalse(best["used"])
        names = {path.name for path in (self.folder(summary) / "checkpoints").iterdir()}
        self.assertEqual(names, {"best.json", f"step-{best['step']}", f"step-{summary['steps']}"})

    def test_a_loss_that_explodes_ends_the_job(self):
        code, summary, output = self.run_job(("checkpoint:", "on_nan: {explodes_above: 0.001}\ncheckpoint:"))
        self.assertEqual(code, 1, output)
        self.assertEqual((summary["outcome"], summary["cause"]), ("FAILED", "numeric"))
        self.assertIn("the loss of step 0 (epoch 1) is", summary["message"])

    def test_it_rolls_back_and_goes_on(self):
        # Plain SGD at this rate diverges; a hundredth of it learns.
        changes = (("optimizer: {type: adam}", "optimizer: {type: sgd, momentum: 0.9}"),
                   ("initial: 0.005", "initial: 100"),
                   ("checkpoint: {every: 1 epoch", "on_nan: {roll_back: {rate: 0.01, times: 3}}\n"
                                                   "checkpoint: {every: 1 epoch"))
        code, summary, output = self.run_job(*changes)
        if code == 0:
            self.assertGreater(summary["roll_backs"], 0, output)
        self.assertIn("back to step", output)
        code, again, _ = self.run_job(*changes, ("workers: {min: 2, max: 2}", "workers: {min: 1, max: 1}"))
        self.assertEqual(again["outcome"], summary["outcome"])
        if code == 0:
            self.assertEqual(again["model"]["sha256"], summary["model"]["sha256"])

    def test_after_so_many_roll_backs_it_fails(self):
        code, summary, output = self.run_job(
            ("checkpoint:", "on_nan: {roll_back: {times: 2}, explodes_above: 0.001}\ncheckpoint:"))
        self.assertEqual(code, 1, output)
        self.assertEqual(summary["cause"], "numeric")
        self.assertIn("after 2 roll-backs", summary["message"])
        self.assertEqual(output.count("back to step 0"), 2, output)

    def test_it_begins_with_the_weights_of_another_job(self):
        code, first, output = self.run_job()
        self.assertEqual(code, 0, output)
        weights = self.folder(first) / "model.safetensors"
        tune = ("optimizer: {type: adam}",
                "optimizer: {type: adam, groups: [{match: '0.*', freeze: true}]}")
        code, tuned, output = self.run_job(
            ("model:\n", f"model:\n  pretrained: {{weights: 'file://{weights}', skip: ['5.*']}}\n"), tune,
            ("seed: 3}", "seed: 4}"))
        self.assertEqual(code, 0, output)
        self.assertNotEqual(tuned["model"]["sha256"], first["model"]["sha256"])

        def tensor(path, name):
            content = path.read_bytes()
            length = struct.unpack("<Q", content[:8])[0]
            begin, end = json.loads(content[8:8 + length])[name]["data_offsets"]
            return content[8 + length + begin:8 + length + end]
        mine = self.folder(tuned) / "model.safetensors"
        self.assertEqual(tensor(mine, "0.weight"), tensor(weights, "0.weight"))
        self.assertNotEqual(tensor(mine, "5.weight"), tensor(weights, "5.weight"))
        # Another network: told before anything is started.
        jobs = len(list((self.home / "jobs").iterdir()))
        job = self.job(("model:\n", f"model:\n  pretrained: {{weights: 'file://{weights}'}}\n"),
                       ("filters: 8", "filters: 4"))
        run = howdah("run", job, "--on", "local", env=NO_HADOOP)
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertRegex(run.stderr.splitlines()[-1],
                         r"job.yaml:\d+:\d+: .*tensor '0.weight' is \[8, 1, 3, 3\], the network expects"
                         r" \[4, 1, 3, 3\]")
        self.assertEqual(len(list((self.home / "jobs").iterdir())), jobs)

    def test_bfloat16_makes_the_same_model_on_any_number_of_workers(self):
        precision = ("train: {epochs: 3", "train: {precision: bfloat16, channels_last: true, epochs: 1")
        code, two, output = self.run_job(precision)
        self.assertEqual(code, 0, output)
        code, one, output = self.run_job(precision, ("workers: {min: 2, max: 2}", "workers: {min: 1, max: 1}"))
        self.assertEqual(code, 0, output)
        self.assertEqual(one["model"]["sha256"], two["model"]["sha256"])


if __name__ == "__main__":
    unittest.main()
