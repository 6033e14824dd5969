"""Every layer type in every format gives the outputs of Howdah's own layers: networks with random
weights (src/exporting/test_models.h). TorchScript is compared in torchscript_module_test."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from howdah_export import BIN

sys.path[:0] = [os.environ["HOWDAH_ONNXRUNTIME"], os.environ["HOWDAH_READERS"]]

import numpy  # noqa: E402
import onnxruntime  # noqa: E402

TOLERANCE = 1e-5
TORCH = pathlib.Path(os.environ.get("HOWDAH_TORCH_PEER", "none"))
PROGRAM = """
import importlib.util, json, pathlib, sys
import numpy
import torch
for folder in map(pathlib.Path, sys.argv[1:]):
    spec = importlib.util.spec_from_file_location(folder.name, folder / "pytorch" / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.Model()
    model.load_state_dict(module.load_weights(folder / "pytorch" / "model.safetensors"))
    model.eval()
    said = json.loads((folder / "sample.json").read_text())
    inputs = [torch.from_numpy(numpy.fromfile(folder / name, said["dtypes"][name]).reshape(shape))
              for name, shape in said["shapes"].items() if name != "output"]
    with torch.no_grad():
        numpy.save(folder / "found.npy", model(*inputs).numpy())
"""


class Layers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        subprocess.run([BIN.parent / "tests" / "howdah_examples", cls.folder], check=True, timeout=200)
        cls.samples = {}
        for folder in sorted(cls.folder.iterdir()):
            said = json.loads((folder / "sample.json").read_text())
            cls.samples[folder.name] = {
                name: numpy.frombuffer((folder / name).read_bytes(), dtype=said["dtypes"][name])
                .reshape(shape) for name, shape in said["shapes"].items()}

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def inputs(self, name):
        return {key: value for key, value in self.samples[name].items() if key != "output"}

    @staticmethod
    def counted(output, inputs):
        """The outputs that are not of padding."""
        tokens = list(inputs.values())[-1]
        return output[tokens != 0] if output.ndim == 3 else output

    def same(self, name, output, inputs, records=slice(None)):
        own = self.samples[name]["output"][records]
        own = own[:, :output.shape[1]] if own.ndim == 3 else own
        own, found = self.counted(own, inputs), self.counted(output, inputs)
        self.assertEqual(found.shape, own.shape, name)
        self.assertGreater(own.std(), 1e-3, name)
        self.assertLess(abs(found - own).max(), TOLERANCE * abs(own).max(), name)

    def test_onnx(self):
        self.assertGreaterEqual(len(self.samples), 9)
        for name in self.samples:
            session = onnxruntime.InferenceSession(str(self.folder / name / "model.onnx"),
                                                   providers=["CPUExecutionProvider"])
            inputs = self.inputs(name)
            self.same(name, session.run(["output"], inputs)[0], inputs)
            # A text alone, without the padding that it had beside others.
            for record in range(1, 4):
                alone = {key: value[record:record + 1] for key, value in inputs.items()}
                for key, value in alone.items():
                    if value.dtype == numpy.int64:
                        alone[key] = value[:, :(value != 0).sum()]
                self.same(name, session.run(["output"], alone)[0], alone, slice(record, record + 1))

    @unittest.skipUnless(TORCH.is_dir(), "there is no torch for Python")
    def test_pytorch(self):
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, *(self.folder / name for name in self.samples)],
            capture_output=True, text=True, timeout=250,
            env={**os.environ, "PYTHONPATH": f"{TORCH}:{os.environ['HOWDAH_READERS']}"})
        self.assertEqual(run.returncode, 0, run.stderr)
        for name in self.samples:
            self.same(name, numpy.load(self.folder / name / "found.npy"), self.inputs(name))


if __name__ == "__main__":
    unittest.main()
