"""Every format gives the outputs of Howdah's own layers for raw pixels, whoever runs it."""

import hashlib
import json
import os
import subprocess
import sys
import unittest

from howdah_export import NO_HADOOP, Scratch, howdah, layers, make_dataset, outputs, train

sys.path[:0] = [os.environ["HOWDAH_ONNXRUNTIME"], os.environ["HOWDAH_READERS"]]

import numpy  # noqa: E402
import onnxruntime  # noqa: E402

TOLERANCE = 1e-5
MODELS = {"images": "model:\n  layers:\n" + layers("kImageLayers"),
          "rows": "model:\n  layers:\n" + layers("kRowLayers"),
          "resnet": "model: {type: resnet20}\n"}
SYSTEM_PYTHON = "/usr/bin/python3"


def has_torch():
    return subprocess.run([SYSTEM_PYTHON, "-c", "import torch"], capture_output=True,
                          timeout=120).returncode == 0


class Formats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        dataset = make_dataset(cls.scratch.path / "data", train=600, test=100)
        cls.jobs = {name: train(cls.scratch, dataset, name, model) for name, model in MODELS.items()}
        cls.pixels = numpy.random.default_rng(5).integers(0, 256, (7, 1, 28, 28), dtype=numpy.uint8)
        cls.records = cls.scratch.path / "records"
        cls.records.write_bytes(cls.pixels.tobytes())
        cls.own = {name: cls.outputs_of("own", f"file://{cls.folder(job)}")
                   for name, job in cls.jobs.items()}

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    @classmethod
    def folder(cls, job):
        return cls.scratch.path / "home" / "jobs" / job

    @classmethod
    def outputs_of(cls, mode, model, *shape):
        out = cls.scratch.path / "outputs"
        outputs(mode, model, cls.records, out, *shape)
        return numpy.frombuffer(out.read_bytes(), dtype=numpy.float32).reshape(7, 10)

    def export(self, name, form, *more):
        target = self.scratch.path / f"{name}.{form}"
        run = howdah("export", self.jobs[name], "--home", f"file://{self.scratch.path}/home",
                     "--to", form, "--output", f"file://{target}", "--overwrite", *more,
                     env=NO_HADOOP)
        self.assertEqual(run.returncode, 0, run.stderr)
        return target, run.stdout

    def same(self, found, name):
        own = self.own[name]
        self.assertEqual(found.shape, own.shape)
        self.assertGreater(own.std(), 1e-4)
        self.assertLess(abs(found - own).max(), TOLERANCE * abs(own).max(), name)

    def test_onnx(self):
        for name in MODELS:
            file, _ = self.export(name, "onnx")
            session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
            self.assertEqual([i.type for i in session.get_inputs()], ["tensor(uint8)"])
            self.same(session.run(["output"], {"input": self.pixels})[0], name)
            one = session.run(None, {"input": self.pixels[:1]})[0]  # any batch
            self.assertEqual(one.shape, (1, 10))

    def test_torchscript(self):
        for name in MODELS:
            file, _ = self.export(name, "torchscript")
            self.same(self.outputs_of("torchscript", file, "1,28,28"), name)

    def test_safetensors_is_the_jobs_own_file(self):
        for name, job in self.jobs.items():
            file, _ = self.export(name, "safetensors")
            self.assertEqual(file.read_bytes(), (self.folder(job) / "model.safetensors").read_bytes())

    def test_the_last_checkpoint_is_the_model(self):
        step = json.loads((self.folder(self.jobs["rows"]) / "summary.json").read_text())["steps"]
        whole, _ = self.export("rows", "onnx")
        content = whole.read_bytes()
        again, _ = self.export("rows", "onnx", "--checkpoint", f"step-{step}")
        self.assertEqual(again.read_bytes(), content)

    def test_pytorch_is_a_folder_of_four_files(self):
        for name in MODELS:
            folder, said = self.export(name, "pytorch")
            self.assertEqual(sorted(os.listdir(folder)),
                             ["README.md", "model.json", "model.py", "model.safetensors"])
            compile((folder / "model.py").read_text(), "model.py", "exec")
            lines = said[said.index("import sys"):].splitlines()
            self.assertEqual(len(lines), 10, said)

    @unittest.skipUnless(has_torch(), "Python has no torch")
    def test_pytorch_loads_with_the_lines_printed(self):
        for name in MODELS:
            _, said = self.export(name, "pytorch")
            lines = said[said.index("import sys"):].splitlines()
            sample = next(i for i, line in enumerate(lines) if line.startswith("sample = "))
            read = (f"torch.frombuffer(bytearray(open({str(self.records)!r}, 'rb').read()),"
                    " dtype=torch.uint8).reshape(7, 1, 28, 28)")
            program = "\n".join(lines).replace(lines[sample], f"sample = {read}")
            program = program.replace("print(model(sample))", "print(model(sample).tolist())")
            run = subprocess.run([SYSTEM_PYTHON, "-c", "\n".join(lines)], capture_output=True,
                                 text=True, timeout=120)
            self.assertEqual(run.returncode, 0, run.stderr)
            run = subprocess.run([SYSTEM_PYTHON, "-c", program], capture_output=True, text=True,
                                 timeout=120)
            self.same(numpy.array(json.loads(run.stdout), dtype=numpy.float32), name)

    def test_json_says_what_was_written(self):
        file, said = self.export("rows", "onnx", "--json")
        told = json.loads(said)
        self.assertEqual(told["output"], f"file://{file}")
        self.assertEqual(told["files"], [{
            "uri": f"file://{file}", "bytes": file.stat().st_size,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}])
        self.assertEqual(told["input"]["dtype"], "uint8")
        self.assertEqual(told["input"]["shape"], ["batch", "1", "28", "28"])

    def test_the_same_export_is_the_same_bytes(self):
        for form in ("onnx", "safetensors", "torchscript"):
            first = self.export("images", form)[0].read_bytes()
            self.assertEqual(self.export("images", form)[0].read_bytes(), first, form)


if __name__ == "__main__":
    unittest.main()
