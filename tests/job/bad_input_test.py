"""What a person gets wrong: one clear line with what, where and what to do, the right exit code, and
nothing half-written."""

import gzip
import os
import signal
import subprocess
import unittest

from howdah_job import BIN, JOB, Scratch, howdah, make_dataset

NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": ""}


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.dataset = make_dataset(cls.scratch.path / "data", train=600, test=100)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    def job(self, **changes):
        """A job file in which texts are replaced."""
        text = JOB.format(home=f"file://{self.scratch.path}/home", source=f"file://{self.dataset}")
        for old, new in changes.values():
            assert old in text, old
            text = text.replace(old, new)
        return self.scratch.write("job.yaml", text)

    def refused(self, code, *wanted, arguments):
        run = howdah(*arguments, env=NO_HADOOP)
        lines = run.stderr.strip().split("\n")
        self.assertEqual(run.returncode, code, run.stderr)
        self.assertTrue(lines[-1].startswith("howdah: "), run.stderr)
        for text in wanted:
            self.assertIn(text, lines[-1])
        self.assertEqual(run.stdout, "")
        return lines

    def refused_job(self, code, *wanted, **changes):
        job = self.job(**changes)
        jobs = self.scratch.path / "home" / "jobs"
        before = sorted(os.listdir(jobs)) if jobs.exists() else []
        self.refused(code, *wanted, arguments=["run", job, "--on", "local"])
        self.assertEqual(sorted(os.listdir(jobs)) if jobs.exists() else [], before)
        return job

    def damaged(self, name, damage):
        """A copy of the data set with one file damaged."""
        folder = self.scratch.path / f"damaged-{self.id().rsplit('.', 1)[1]}"
        folder.mkdir()
        for file in self.dataset.iterdir():
            content = file.read_bytes()
            (folder / file.name).write_bytes(damage(content) if file.name == name else content)
        return (f"file://{self.dataset}", f"file://{folder}")

    def test_verbs_and_options(self):
        self.refused(2, "did you mean 'run'", arguments=["rnu", "job.yaml"])
        self.refused(2, "job", arguments=["run"])
        self.refused(2, "/nowhere/job.yaml", arguments=["run", "/nowhere/job.yaml"])

    def test_an_unknown_key(self):
        job = self.refused_job(2, "job.yaml:", "unknown key 'train.epohcs'", "did you mean 'epochs'",
                               key=("epochs: 3", "epohcs: 3"))
        self.assertTrue(job.exists())

    def test_a_wrong_type(self):
        self.refused_job(2, "job.yaml:", "'train.batch' must be a whole number",
                         key=("batch: 64", "batch: many"))

    def test_layers_that_do_not_fit(self):
        self.refused_job(2, "job.yaml:", "dense", change=("dense: {units: 10}", "dense: {units: 7}"))
        self.refused_job(2, "job.yaml:", "conv2d", change=("    - dense: {units: 10}",
                                                           "    - conv2d: {filters: 3}"))

    def test_augmentation_that_does_not_fit_the_images(self):
        def augment(text):
            return ("  preprocess:", f"  augment: {{{text}}}\n  preprocess:")
        self.refused_job(2, "job.yaml:", "'data.augment.flip' cannot be 'horizontl'",
                         "did you mean 'horizontal'?", change=augment("flip: horizontl"))
        self.refused_job(2, "job.yaml:", "'data.augment.crop.padding' is 40 for images of 28 x 28",
                         change=augment("crop: {padding: 40}"))
        self.refused_job(2, "job.yaml:", "'data.augment.color.saturation' is for 3 channels",
                         change=augment("color: {saturation: 0.5}"))

    def test_a_course_that_cannot_be(self):
        def course(text):
            return ("checkpoint: {every", text + "\ncheckpoint: {every")
        self.refused_job(2, "job.yaml:", "unknown measure 'acuracy'",
                         "did you mean 'accuracy'?", change=course("stop_early: {measure: acuracy}"))
        self.refused_job(2, "'stop_early' is by validation, but there is no validation part",
                         split=("train: 0.9, validation: 0.1", "train: 1, validation: 0"),
                         change=course("stop_early: {}"))
        self.refused_job(2, "job.yaml:", "'on_nan' cannot be 'ignore'", change=course("on_nan: ignore"))
        self.refused_job(2, "job.yaml:", "'checkpoint.every' must be an amount, not '3 moons'",
                         change=("checkpoint: {every: 1 epoch", "checkpoint: {every: 3 moons"))
        self.refused_job(2, "job.yaml:", "'train.precision' cannot be 'float61'",
                         change=("seed: 3}", "seed: 3, precision: float61}"))

    def test_weights_to_begin_with_that_are_none(self):
        def weights(uri, more=""):
            return ("model:\n", f"model:\n  pretrained: {{weights: '{uri}'{more}}}\n")
        self.refused_job(2, "job.yaml:", "file:///nowhere.safetensors",
                         change=weights("file:///nowhere.safetensors"))
        torn = self.scratch.write("torn.safetensors", "no such header")
        self.refused_job(2, "job.yaml:", "not a safetensors file", change=weights(f"file://{torn}"))
        self.refused_job(2, "job.yaml:", "'model.pretrained.map: torchvision' is for the types",
                         change=weights(f"file://{torn}", ", map: torchvision"))

    def test_data_that_is_not_there(self):
        self.refused_job(2, "/nowhere/at/all", "no such file",
                         source=(f"file://{self.dataset}", "file:///nowhere/at/all"))

    def test_a_corrupt_gzip(self):
        def flip(content):
            return content[:2000] + bytes([content[2000] ^ 0xFF]) + content[2001:]
        self.refused_job(2, "train-images-idx3-ubyte.gz",
                         source=self.damaged("train-images-idx3-ubyte.gz", flip))

    def test_a_truncated_gzip(self):
        self.refused_job(2, "t10k-labels-idx1-ubyte.gz",
                         source=self.damaged("t10k-labels-idx1-ubyte.gz", lambda c: c[:-20]))

    def test_a_corrupt_idx(self):
        def wrong_magic(content):
            return gzip.compress(b"\0\0\7\3" + gzip.decompress(content)[4:])
        self.refused_job(2, "train-images-idx3-ubyte.gz",
                         source=self.damaged("train-images-idx3-ubyte.gz", wrong_magic))

    def test_a_label_out_of_range(self):
        self.refused_job(2, "train-labels-idx1-ubyte.gz", "label",
                         format=("  split:", "  classes: 5\n  split:"))

    def test_a_home_that_cannot_be_written(self):
        blocker = self.scratch.write("blocker", "a file, not a folder")
        self.refused_job(2 if os.getuid() == 0 else 5, "blocker",
                         home=(f"file://{self.scratch.path}/home", f"file://{blocker}/home"))

    def test_no_cluster_at_the_address(self):
        job = self.job(source=(f"file://{self.dataset}", "hdfs://127.0.0.1:9/data"))
        self.refused(3, "127.0.0.1:9", "refused", arguments=["run", job, "--on", "local"])
        self.refused(3, "127.0.0.1:9", arguments=["fs", "ls", "hdfs://127.0.0.1:9/"])

    def test_yarn_without_a_configuration(self):
        self.refused(2, "yarn.resourcemanager", arguments=["run", self.job()])

    def test_job_files_that_never_end(self):
        levels = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
        for i in range(1, 12):
            levels.append(f"a{i}: &a{i} [" + ",".join([f"*a{i - 1}"] * 9) + "]")
        bomb = self.scratch.write("bomb.yaml", "\n".join(levels))
        self.refused(2, "bomb.yaml:", "100,000 values", arguments=["config", bomb])
        self.refused(2, "1 MiB", arguments=["config", "/dev/zero"])

    def test_a_second_document(self):
        two = self.scratch.write("two.yaml", "name: x\n---\nname: y\n")
        self.refused(2, "two.yaml:", "second document", arguments=["config", two])

    def test_an_empty_path_is_not_the_home_directory(self):
        home = self.scratch.path / "person"
        home.mkdir()
        kept = home / "kept"
        kept.write_text("kept")
        for path in ("", ".", str(home)):
            run = howdah("fs", "rm", "-r", path, env={**NO_HADOOP, "HOME": str(home)})
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertEqual(kept.read_text(), "kept")

    def test_a_slip_in_the_target_makes_no_folder(self):
        source = self.scratch.write("source", "x")
        slip = self.scratch.path / "slip"
        for target in (f"file://{slip}/source", f"file://{slip}/"):
            self.refused(2, "slip", "no such directory", arguments=["fs", "put", source, target])
        self.assertFalse(slip.exists())

    def test_a_pipe_is_no_file_to_put(self):
        pipe = self.scratch.path / "pipe"
        os.mkfifo(pipe)
        self.refused(2, "no regular file", arguments=["fs", "put", pipe,
                                                      f"file://{self.scratch.path}/from-pipe"])
        self.assertFalse((self.scratch.path / "from-pipe").exists())

    def test_an_output_that_cannot_be_written(self):
        folder = self.scratch.path / "many"
        folder.mkdir()
        for i in range(2000):
            (folder / str(i)).touch()
        command = [BIN / "howdah", "fs", "ls", f"file://{folder}"]
        environment = {**os.environ, **NO_HADOOP}
        with open("/dev/full", "w") as full:
            run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
        self.assertEqual(run.returncode, 1)
        self.assertIn("standard output: cannot write", run.stderr)
        # A reader that has had enough is no error.
        reader, writer = os.pipe()
        os.close(reader)
        run = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, env=environment)
        os.close(writer)
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_an_interrupted_put_leaves_nothing(self):
        source = self.scratch.path / "large"
        with open(source, "wb") as file:
            file.truncate(2 << 30)
        folder = self.scratch.path / "target"
        folder.mkdir()
        put = subprocess.Popen([BIN / "howdah", "fs", "put", source, f"file://{folder}/large"],
                               stderr=subprocess.PIPE, text=True, env={**os.environ, **NO_HADOOP})
        while not any(folder.iterdir()) and put.poll() is None:
            pass
        put.send_signal(signal.SIGINT)
        _, complaint = put.communicate(timeout=60)
        self.assertEqual(put.returncode, 4, complaint)
        self.assertIn("interrupted", complaint)
        self.assertEqual(list(folder.iterdir()), [])

    def test_a_job_that_nobody_knows(self):
        self.refused(2, "no such job", arguments=["status", "nothing", "--home",
                                                  f"file://{self.scratch.path}/home"])


if __name__ == "__main__":
    unittest.main()
