import tempfile
import unittest
import zipfile
from pathlib import Path

from setup import folders, packages, wheels
from setup.errors import SetupError


class Take(unittest.TestCase):
    def test_takes_headers_and_needed_libraries_only(self):
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "tree"
            wheel = self._wheel(folder, [
                "torch/include/ATen/ATen.h", "torch/include/google/protobuf/any.h",
                "torch/lib/libc10.so", "torch/lib/libtorch_cuda.so",
                "nvidia/cu13/lib/libcudart.so.13", "torch/nn/__init__.py"])
            wheels.take([wheel], tree, {"torch/lib/libc10.so", "nvidia/cu13/lib/libcudart.so.13"},
                        "torch/include/", "torch/include/google/")
            self.assertEqual(
                sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()),
                ["include/ATen/ATen.h", "lib/libc10.so", "lib/libcudart.so.13"])

    def test_names_the_library_that_is_not_there(self):
        with tempfile.TemporaryDirectory() as folder:
            wheel = self._wheel(folder, ["torch/include/ATen/ATen.h"])
            with self.assertRaisesRegex(SetupError, "lack libc10.so"):
                wheels.take([wheel], Path(folder) / "tree", {"torch/lib/libc10.so"}, "torch/include/")

    def _wheel(self, folder: str, names: list[str]) -> Path:
        wheel = Path(folder) / "torch.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name in names:
                archive.writestr(name, name)
        return wheel


class Lock(unittest.TestCase):
    def test_every_package_is_pinned_by_version_and_digest(self):
        for folder in (folders.LIBTORCH, folders.ARROW, folders.READERS, folders.PEERS,
                       folders.TORCH, *folders.DATA.values()):
            self.assertIn(folder.named_after, packages.read_lock(folder.lock_path))

    def test_the_library_and_its_reader_are_of_one_version(self):
        pins = [packages.read_lock(folder.lock_path)["pyarrow"]
                for folder in (folders.ARROW, folders.READERS)]
        self.assertEqual(*pins)

    def test_the_peer_is_of_the_version_of_libtorch(self):
        pins = [packages.read_lock(folder.lock_path)["torch"]
                for folder in (folders.LIBTORCH, folders.TORCH)]
        self.assertEqual(*pins)

    def test_a_broken_download_is_told_in_one_line(self):
        output = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n  more"
        self.assertIn("arrived broken", packages.reason(output))

    def test_each_client_has_a_reason_of_its_own(self):
        self.assertEqual(packages.reason("npm ERR! code E404\nnpm ERR! 404 Not Found", "npm"),
                         "npm ERR! 404 Not Found")
        self.assertEqual(packages.reason("E: Unable to locate package x", "apt-get"),
                         "E: Unable to locate package x")
        self.assertEqual(packages.reason("", "npm"), "npm failed")


if __name__ == "__main__":
    unittest.main()
