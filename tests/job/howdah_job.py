"""What the tests of whole jobs share: a small data set of real images, a job file, and `howdah` run as
a person runs it."""

import contextlib
import glob
import gzip
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import tempfile
import threading

BIN = pathlib.Path(os.environ["HOWDAH_BIN"])
FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")

JOB = """
name: small
home: {home}
data:
  source: {source}
  split: {{train: 0.9, validation: 0.1, seed: 7}}
  preprocess:
    - normalize: {{method: standard}}
model:
  layers:
    - conv2d: {{filters: 8, kernel: 3, padding: same}}
    - relu
    - max_pool2d: {{size: 4}}
    - flatten
    - dropout: {{rate: 0.25}}
    - dense: {{units: 10}}
optimizer: {{type: adam}}
learning_rate: {{schedule: exponential, initial: 0.005, decay: 0.8, every: 1 epoch}}
train: {{epochs: 3, batch: 64, seed: 3}}
parallel: {{streams: 4}}
resources: {{workers: {{min: 2, max: 2}}, memory: 1 GiB, cores: 1}}
checkpoint: {{every: 1 epoch, keep: 2}}
"""


def slice_idx(source, target, count, record_bytes, header_bytes):
    with gzip.open(source) as file:
        header = bytearray(file.read(header_bytes))
        body = file.read(count * record_bytes)
    struct.pack_into(">i", header, 4, count)
    with gzip.open(target, "wb", compresslevel=1) as file:
        file.write(header + body)


def make_dataset(folder, train=9000, test=1000):
    """The first images of Fashion-MNIST, in its own format."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    for part, count in (("train", train), ("t10k", test)):
        for kind, record, header in (("images-idx3", 784, 16), ("labels-idx1", 1, 8)):
            name = f"{part}-{kind}-ubyte.gz"
            slice_idx(FASHION_MNIST / name, folder / name, count, record, header)
    return folder


class Run:
    """A `howdah run`, followed line by line."""

    def __init__(self, *arguments, env=None):
        self.lines = []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [BIN / "howdah", "run", *map(str, arguments), "--json"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **(env or {})})
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.lines.append(None)
            self.changed.notify_all()

    def wait_for(self, text, timeout=120):
        """Until a line holds the text."""
        def seen():
            return next((line for line in self.lines if line and text in line), None) or (
                None in self.lines and "the run ended")
        with self.changed:
            found = self.changed.wait_for(seen, timeout)
        if not found or found == "the run ended":
            raise AssertionError(f"no line with {text!r} in:\n" + self.output())
        return found

    def output(self):
        return "\n".join(line for line in self.lines if line is not None)

    def job_id(self, name="small"):
        line = next((l for l in self.lines if l and (" started " in l or " submitted " in l)), None)
        line = line or self.wait_for(name + "-")
        return next(word for word in line.split() if word.startswith(name + "-"))

    def end(self, timeout=240):
        """The exit code and summary.json."""
        try:
            out = self.process.stdout.read()
            code = self.process.wait(timeout)
        finally:
            self.process.kill()
        self.reader.join(10)
        self.process.stdout.close()
        self.process.stderr.close()
        return code, json.loads(out) if out.strip() else None


def processes_of(job_id, program):
    """Pids of a job's processes of one program ("howdah-train", "howdah"), oldest first."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        with contextlib.suppress(OSError):
            environment = pathlib.Path(folder, "environ").read_bytes().split(b"\0")
            job = next((e for e in environment if e.startswith(b"HOWDAH_JOB=")), b"")
            executable = os.readlink(folder + "/exe")
            name = os.path.basename(executable)
            if job.decode().endswith("/" + job_id) and (name == program or name.endswith("-" + program) and
                                                       len(name) > 64):
                found.append((os.stat(folder).st_ctime, int(os.path.basename(folder))))
    return [pid for _, pid in sorted(found)]


def howdah(*arguments, env=None, timeout=120):
    return subprocess.run([BIN / "howdah", *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, **(env or {})})


class Scratch:
    """A folder of a test's own, gone afterwards."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="howdah-job-"))

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def write(self, name, text):
        (self.path / name).write_text(text)
        return self.path / name


def end_now(pid):
    os.kill(pid, signal.SIGKILL)
