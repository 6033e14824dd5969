import tempfile
import unittest
import zipfile
from pathlib import Path

from setup import libtorch


class Unpack(unittest.TestCase):
    def test_takes_headers_and_needed_libraries_only(self):
        with tempfile.TemporaryDirectory() as folder:
            wheel, tree = Path(folder) / "torch.whl", Path(folder) / "tree"
            with zipfile.ZipFile(wheel, "w") as archive:
                for name in ("torch/include/ATen/ATen.h", "torch/include/google/protobuf/any.h",
                             "torch/lib/libc10.so", "torch/lib/libtorch_cuda.so",
                             "nvidia/cu13/lib/libcudart.so.13", "torch/nn/__init__.py"):
                    archive.writestr(name, name)
            libtorch.unpack(wheel, tree)
            self.assertEqual(
                sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()),
                ["include/ATen/ATen.h", "lib/libc10.so", "lib/libcudart.so.13"])


class Lock(unittest.TestCase):
    def test_pins_every_wheel_by_version_and_digest(self):
        pins = libtorch.read_lock(libtorch._LOCK)
        self.assertEqual(set(pins), {"torch", "nvidia-cuda-cupti", "nvidia-cuda-runtime"})

    def test_a_broken_download_is_told_in_one_line(self):
        output = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n  more"
        self.assertIn("arrived broken", libtorch._reason(output))


if __name__ == "__main__":
    unittest.main()
