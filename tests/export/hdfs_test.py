"""Exports of a job on this machine into a real HDFS: the same bytes as here, whole or not at all."""

import os
import unittest

from howdah_export import Scratch, howdah, make_dataset, train

MODEL = "model: {layers: [flatten, {dense: {units: 10}}]}\n"


class Hdfs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        dataset = make_dataset(cls.scratch.path / "data", train=600, test=100)
        cls.job = train(cls.scratch, dataset, "small", MODEL)
        cls.there = f"hdfs:///tmp/{cls.scratch.path.name}"

    @classmethod
    def tearDownClass(cls):
        howdah("fs", "rm", "-r", cls.there)
        cls.scratch.close()

    def export(self, form, output, *more, code=0):
        folder = f"file://{self.scratch.path}/home/jobs/{self.job}"
        run = howdah("export", folder, "--to", form, "--output", output, *more)
        self.assertEqual(run.returncode, code, run.stderr)
        return run

    def test_a_file_and_a_folder_are_the_same_as_here(self):
        for form in ("onnx", "pytorch"):
            here = self.scratch.path / f"here-{form}"
            back = self.scratch.path / f"back-{form}"
            self.export(form, f"file://{here}")
            for more in ((), ("--overwrite",)):
                said = self.export(form, f"{self.there}/{form}", *more).stdout
            self.export(form, f"{self.there}/{form}", code=2)
            got = howdah("fs", "get", f"{self.there}/{form}", back)
            self.assertEqual(got.returncode, 0, got.stderr)
            if form == "onnx":
                self.assertEqual(back.read_bytes(), here.read_bytes())
                continue
            self.assertIn("howdah fs get hdfs://", said)
            self.assertEqual(sorted(os.listdir(back)), sorted(os.listdir(here)))
            for name in os.listdir(here):
                self.assertEqual((back / name).read_bytes(), (here / name).read_bytes())
        listed = howdah("fs", "ls", self.there).stdout
        self.assertEqual(len(listed.strip().splitlines()), 2, listed)


if __name__ == "__main__":
    unittest.main()
