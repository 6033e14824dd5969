import hashlib
import tempfile
import unittest
from pathlib import Path

from cluster import jars
from cluster.errors import ClusterError


class Verify(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Path(folder.name) / "tree"
        (self.tree / "jars").mkdir(parents=True)
        (self.tree / "jars" / "a.jar").write_bytes(b"a")
        self.lock = Path(folder.name) / "lock"
        self.lock.write_text(f"{hashlib.sha256(b'a').hexdigest()}  jars/a.jar\n")

    def test_accepts_what_is_pinned(self):
        jars.verify(self.tree, self.lock)

    def test_names_a_broken_jar_and_what_to_do(self):
        (self.tree / "jars" / "a.jar").write_bytes(b"b")
        with self.assertRaisesRegex(ClusterError, r"jars/a\.jar.*broken.*run the same command again"):
            jars.verify(self.tree, self.lock)

    def test_names_a_missing_jar(self):
        (self.tree / "jars" / "a.jar").unlink()
        with self.assertRaisesRegex(ClusterError, r"jars/a\.jar.*did not arrive"):
            jars.verify(self.tree, self.lock)

    def test_refuses_a_jar_that_is_not_pinned(self):
        (self.tree / "jars" / "b.jar").write_bytes(b"b")
        with self.assertRaisesRegex(ClusterError, r"jars/b\.jar.*not pinned"):
            jars.verify(self.tree, self.lock)

    def test_every_line_of_the_lock_is_a_digest_and_a_path(self):
        for line in jars.LOCK.read_text().splitlines():
            self.assertRegex(line, r"^[0-9a-f]{64}  (jars|parts)/[^/ ]+\.jar$")


if __name__ == "__main__":
    unittest.main()
