"""What a person gets wrong about an export: one clear line with what, where and what to do, the right
exit code, and nothing half-written."""

import os
import shutil
import unittest

from howdah_export import NO_HADOOP, Scratch, howdah, make_dataset, train

MODEL = "model: {layers: [flatten, {dense: {units: 10}}]}\n"


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        dataset = make_dataset(cls.scratch.path / "data", train=600, test=100)
        cls.job = train(cls.scratch, dataset, "small", MODEL)
        cls.folder = cls.scratch.path / "home" / "jobs" / cls.job
        cls.out = cls.scratch.path / "out"
        cls.out.mkdir()

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    def export(self, job, form, output, *more, env=None):
        return howdah("export", job, "--home", f"file://{self.scratch.path}/home", "--to", form,
                      "--output", output, *more, env=env or NO_HADOOP)

    def refused(self, code, *wanted, job=None, form="onnx", output=None, more=(), env=None):
        before = sorted(os.listdir(self.out))
        run = self.export(job or self.job, form, output or f"file://{self.out}/new", *more, env=env)
        lines = run.stderr.strip().split("\n")
        self.assertEqual(run.returncode, code, run.stderr)
        self.assertEqual(len(lines), 1, run.stderr)
        self.assertTrue(lines[0].startswith("howdah: "), run.stderr)
        for text in wanted:
            self.assertIn(text, lines[0])
        self.assertEqual(run.stdout, "")
        self.assertEqual(sorted(os.listdir(self.out)), before)

    def copy(self, name):
        folder = self.scratch.path / f"{name}-copy"
        shutil.copytree(self.folder, folder)
        return folder

    def test_an_unknown_format(self):
        self.refused(2, "unknown format 'onxn'", "did you mean 'onnx'?", form="onxn")
        self.refused(2, "one of safetensors, torchscript, onnx, pytorch", form="keras")

    def test_a_job_that_is_not_there(self):
        self.refused(2, "no such job", f"did you mean {self.job}?", job=self.job[:-1])
        self.refused(2, "no job's folder", job=f"file://{self.out}")

    def test_an_output_that_exists(self):
        for form, more in (("onnx", ()), ("pytorch", ())):
            output = f"file://{self.out}/{form}"
            self.assertEqual(self.export(self.job, form, output).returncode, 0)
            self.refused(2, "the output exists", "--overwrite", form=form, output=output)
            self.assertEqual(self.export(self.job, form, output, "--overwrite").returncode, 0)
        self.refused(2, "the output is a folder", output=f"file://{self.out}/pytorch",
                     more=["--overwrite"])
        self.refused(2, "no export", form="pytorch", output=f"file://{self.out}",
                     more=["--overwrite"])

    def test_a_checkpoint_that_is_not_there(self):
        self.refused(2, "no checkpoint step-1000000", "--checkpoint step-",
                     more=["--checkpoint", "step-1000000"])
        self.refused(2, "a checkpoint is named like",
                     more=["--checkpoint", "../x"])

    def test_a_job_without_a_model(self):
        folder = self.copy("running")
        (folder / "model.safetensors").unlink()
        self.refused(2, "the job has no model", "--checkpoint step-", job=f"file://{folder}")

    def test_a_damaged_model(self):
        folder = self.copy("damaged")
        content = bytearray((folder / "model.safetensors").read_bytes())
        content[-1] ^= 1
        (folder / "model.safetensors").write_bytes(content)
        self.refused(1, "SHA-256", "model.safetensors", job=f"file://{folder}")
        (folder / "summary.json").unlink()
        (folder / "model.safetensors").write_bytes(content[:100])
        self.refused(2, "not a safetensors file", job=f"file://{folder}")

    def test_names_that_do_not_fit(self):
        self.refused(2, "resnet18", form="safetensors", more=["--names", "torchvision"])
        self.refused(2, "--names is for", form="onnx", more=["--names", "torchvision"])

    def test_a_cluster_that_is_not_there(self):
        self.refused(3, "127.0.0.1:9", output="hdfs://127.0.0.1:9/out")

    def test_a_place_that_cannot_be_written(self):
        self.refused(2, "/dev/null", output="file:///dev/null/x")


if __name__ == "__main__":
    unittest.main()
