"""Models of the user's own: a plug-in that is built as its example says, and TorchScript archives."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from howdah_job import JOB, Run, Scratch, end_now, howdah, make_dataset, processes_of

NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": ""}
EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "plugin"


def build_example(folder):
    """As its README says; the library's path."""
    for command in (["cmake", "-G", "Ninja", "-S", EXAMPLE, "-B", folder], ["cmake", "--build", folder]):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
    return pathlib.Path(folder) / "libmynet.so"


def with_model(text, model):
    """The job file with another model."""
    return re.sub(r"model:\n.*?optimizer:", lambda _: f"model: {model}\noptimizer:", text, flags=re.DOTALL)


class OwnModels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.dataset = make_dataset(cls.scratch.path / "data", train=2400, test=300)
        cls.home = f"file://{cls.scratch.path}/home"
        cls.text = JOB.format(home=cls.home, source=f"file://{cls.dataset}")
        cls.plugin = build_example(cls.scratch.path / "build")
        cls.job = cls.scratch.write("plugin.yaml", with_model(
            cls.text, "{plugin: build/libmynet.so, options: {width: 8}}"))
        code, cls.trained = cls.run_job(cls.job)
        assert code == 0, cls.trained

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    @classmethod
    def run_job(cls, job, *arguments):
        return Run(job, "--on", "local", *arguments, env=NO_HADOOP).end()

    def verb(self, *arguments, code=0):
        done = howdah(*arguments, env=NO_HADOOP)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def export(self, job_id, form, code=0):
        file = self.scratch.path / f"{job_id}.{form}"
        done = self.verb("export", job_id, "--home", self.home, "--to", form, "--output",
                         f"file://{file}", "--overwrite", code=code)
        return file, done

    def refused(self, model, *wanted):
        """One line with the place, nothing staged."""
        job = self.scratch.write("refused.yaml", with_model(self.text, model))
        jobs = self.scratch.path / "home" / "jobs"
        before = sorted(os.listdir(jobs))
        done = self.verb("run", job, "--on", "local", code=2)
        line = done.stderr.strip().split("\n")[-1]
        for text in ("howdah: ", "refused.yaml:9:", *wanted):
            self.assertIn(text, line)
        self.assertEqual(sorted(os.listdir(jobs)), before)
        return line

    # ---- a plug-in ----

    def test_a_plugin_learns(self):
        self.assertEqual(self.trained["outcome"], "SUCCEEDED")
        self.assertGreater(self.trained["metrics"]["test"]["accuracy"], 0.6)

    def test_a_plugin_makes_the_same_model_with_one_and_four_workers(self):
        for workers in (1, 4):
            with self.subTest(workers=workers):
                code, summary = self.run_job(
                    self.job, "--set", f"resources.workers={{min: {workers}, max: {workers}}}")
                self.assertEqual(code, 0, summary)
                self.assertEqual(summary["model"]["sha256"], self.trained["model"]["sha256"])

    def test_a_plugin_goes_on_after_all_workers_were_lost(self):
        run = Run(self.job, "--on", "local", "--set", "checkpoint.every=10 steps", env=NO_HADOOP)
        run.wait_for("checkpoint at step")
        for pid in processes_of(run.job_id(), "howdah-train"):
            end_now(pid)
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assertEqual(summary["model"]["sha256"], self.trained["model"]["sha256"])

    def test_a_finished_job_is_asked_and_exported_by_the_copy_that_it_keeps(self):
        job = self.scratch.write("moved.yaml", with_model(self.text, "{plugin: moved.so, options: {width: 8}}"))
        moved = self.scratch.path / "moved.so"
        shutil.copy(self.plugin, moved)
        code, summary = self.run_job(job)
        self.assertEqual(code, 0, summary)
        self.assertEqual(summary["model"]["sha256"], self.trained["model"]["sha256"])
        moved.unlink()
        asked = self.verb("evaluate", summary["job_id"], "--home", self.home, "--on", "local", "--json")
        self.assertEqual(json.loads(asked.stdout)["metrics"]["test"], summary["metrics"]["test"])
        answers = self.scratch.path / "answers"
        self.verb("predict", summary["job_id"], "--home", self.home, "--on", "local", "--output",
                  f"file://{answers}")
        lines = [line for file in answers.glob("*.jsonl") for line in file.read_text().splitlines()]
        self.assertEqual(len(lines), 300)
        weights, _ = self.export(summary["job_id"], "safetensors")
        model = self.scratch.path / "home" / "jobs" / summary["job_id"] / "model.safetensors"
        self.assertEqual(weights.read_bytes(), model.read_bytes())
        for form in ("torchscript", "onnx", "pytorch"):
            _, refused = self.export(summary["job_id"], form, code=2)
            self.assertIn(f"a model of your own (plugin) cannot be written as {form}", refused.stderr)

        # Nobody trains on with another file than the job began with.
        staged = model.parent / "module.so"
        staged.write_bytes(staged.read_bytes() + b"x")
        asked = self.verb("evaluate", summary["job_id"], "--home", self.home, "--on", "local", code=1)
        self.assertIn("SHA-256", asked.stdout + asked.stderr)

    def test_the_weights_of_another_job_are_taken_by_name(self):
        weights, _ = self.export(self.trained["job_id"], "safetensors")
        job = self.scratch.write("pretrained.yaml", with_model(
            self.text, "{plugin: build/libmynet.so, options: {width: 8}, pretrained: "
                       f"{{weights: 'file://{weights}', skip: ['head.*']}}}}").replace(
                           "optimizer: {type: adam}",
                           "optimizer: {type: adam, ema: {decay: 0.9}, clip: {norm: 1}, groups: "
                           "[{match: first.*, freeze: true}, "
                           "{match: norm.*, freeze: true, freeze_statistics: true}]}"))
        code, summary = self.run_job(job, "--set", "train.epochs=1")
        self.assertEqual(code, 0, summary)

    def test_what_a_plugin_holds_is_told(self):
        told = self.verb("config", self.job, "--summary", "--input", "1x28x28", "--set",
                         "data.classes=10").stdout
        self.assertRegex(told, r"head +1,290 *\n")
        self.assertRegex(told, r"norm +16 +16\n")
        self.assertRegex(told, r"total +1,954 +16\n")
        self.assertIn("The layers are the module's own (plugin)", told)
        self.assertIn("plugin: \"file://", self.verb("config", self.job).stdout)

    def test_what_is_wrong_with_a_plugin_is_said_before_anything_is_submitted(self):
        self.refused("{plugin: build/nowhere.so}", "build/nowhere.so")
        self.scratch.write("text.so", "no library")
        self.refused("{plugin: text.so}", "text.so: is no plug-in: ")
        self.refused("{plugin: build/libmynet.so, options: {widht: 8}}",
                     "it knows no option 'widht'; it asked for dropout, width")
        self.refused("{plugin: build/libmynet.so, options: {width: many}}",
                     "the option 'width' is a whole number, not 'many'")
        self.refused("{plugin: build/libmynet.so, sha256: " + "0" * 64 + "}", "its SHA-256 is ")
        source = self.scratch.write("crash.c", "#include <stdlib.h>\n"
                                    "__attribute__((constructor)) static void crash(void) { abort(); }\n")
        subprocess.run(["cc", "-shared", "-o", self.scratch.path / "crash.so", source], check=True)
        self.refused("{plugin: crash.so}", "crash.so: it crashes when it is tried")

    def test_groups_and_weights_are_checked_against_what_it_holds(self):
        job = self.scratch.write("groups.yaml", with_model(self.text, "{plugin: build/libmynet.so}").replace(
            "optimizer: {type: adam}", "optimizer: {type: adam, groups: [{match: tail.*, rate: 2}]}"))
        done = self.verb("run", job, "--on", "local", code=2)
        self.assertIn("tail.*", done.stderr)
        weights, _ = self.export(self.trained["job_id"], "safetensors")
        self.refused(f"{{plugin: build/libmynet.so, options: {{width: 9}}, pretrained: {{weights: 'file://{weights}'}}}}",
                     "'first.weight' is [8, 1, 3, 3], the network expects [9, 1, 3, 3]")

    # ---- an archive ----

    def test_an_archive_is_trained_further_and_written_again(self):
        layers = ("\n  layers: [conv2d: {filters: 8, kernel: 3}, relu, max_pool2d: {size: 4}, flatten,"
                  " dense: {units: 10}]")
        code, first = self.run_job(self.scratch.write("first.yaml", with_model(self.text, layers)),
                                   "--set", "train.epochs=1")
        self.assertEqual(code, 0, first)
        archive, _ = self.export(first["job_id"], "torchscript")
        # What was exported normalizes raw pixels by itself.
        plain = with_model(self.text, f"{{torchscript: {archive.name}}}").replace(
            "  preprocess:\n    - normalize: {method: standard}\n", "")
        job = self.scratch.write("archive.yaml", plain)
        code, further = self.run_job(job, "--set", "train.epochs=4")
        self.assertEqual(code, 0, further)
        code, alone = self.run_job(job, "--set", "train.epochs=4", "--set",
                                   "resources.workers={min: 1, max: 1}")
        self.assertEqual(alone["model"]["sha256"], further["model"]["sha256"])
        written, _ = self.export(further["job_id"], "torchscript")
        again = self.scratch.write("again.yaml", plain.replace(archive.name, written.name))
        code, last = self.run_job(again, "--set", "train.epochs=1", "--set", "learning_rate.initial=0.0001")
        self.assertEqual(code, 0, last)
        self.assertGreater(last["metrics"]["test"]["accuracy"],
                           further["metrics"]["test"]["accuracy"] - 0.05)
        told = self.verb("config", job, "--summary").stdout
        self.assertRegex(told, r"total +2,970")
        _, refused = self.export(further["job_id"], "onnx", code=2)
        self.assertIn("take torchscript", refused.stderr)

    def test_what_is_wrong_with_an_archive_is_said_before_anything_is_submitted(self):
        self.scratch.write("text.pt", "no archive")
        self.refused("{torchscript: text.pt}", "text.pt: is no TorchScript archive: ",
                     "torch.jit.script(model).save(...)")
        weights, _ = self.export(self.trained["job_id"], "safetensors")
        self.refused(f"{{torchscript: {weights.name}}}", "is no TorchScript archive: ")


if __name__ == "__main__":
    unittest.main()
