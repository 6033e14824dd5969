"""What the tests of whole preparations share: `howdah prepare` run as a person runs it, and the reader
of what it leaves."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["HOWDAH_BIN"])
FLIGHTS = pathlib.Path(os.environ["HOWDAH_FLIGHTS"]) / "flights.csv"
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples" / "flights"
sys.path.insert(0, os.environ["HOWDAH_READERS"])  # pandas, pyarrow

# No cluster, whoever started the tests.
NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": ""}


class Run:
    """A command that has ended."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def report(self):
        assert self.code == 0, self.err
        return json.loads(self.out)


def start(*arguments, env=NO_HADOOP, program="howdah", **options):
    """A command that runs; its output is text."""
    return subprocess.Popen([BIN / program, *map(str, arguments)], stdin=subprocess.DEVNULL,
                            text=True, env={**os.environ, **env},
                            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options})


def run(*arguments, timeout=300, **options):
    process = start(*arguments, **options)
    try:
        out, err = process.communicate(timeout=timeout)
    finally:
        process.kill()
    return Run(subprocess.CompletedProcess(arguments, process.returncode, out, err))


def prepare(job, *arguments, **options):
    return run("prepare", job, "--json", *arguments, **options)


def example(name, source, output):
    """An example's job file as it is, with another source and output."""
    return (EXAMPLES / f"by-{name}.yaml", "--set", f"prepare.source={source}",
            "--set", f"prepare.output.uri={output}")


def wait_until(condition, process=None, timeout=120):
    """Asks again and again; a process that ends makes an end of it."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        if process and process.poll() is not None:
            raise AssertionError("the command ended first:\n" + process.communicate()[1])
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain")
        time.sleep(0.001)  # leaves the processor to the command
    return found


class Output:
    """The folder that a preparation wrote."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def json(self, name):
        return json.loads((self.folder / name).read_text())

    def manifest(self):
        """SHA-256 by file, after they were checked."""
        said = {file["path"]: file["sha256"] for file in self.json("_MANIFEST.json")["files"]}
        assert said == self.digests("part-*"), "the manifest states other files than there are"
        return said

    def digests(self, pattern="*"):
        return {str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(self.folder.rglob(pattern)) if path.is_file()}

    def transform(self):
        """What each step learnt, by step."""
        return self.json("transform.json")["pipeline"]

    def parts(self):
        return sorted(path.name for path in self.folder.iterdir()
                      if path.is_dir() and not path.name.startswith("_"))

    def frame(self):
        """All rows with their part as column `part`; partitions by value are columns, too."""
        import pandas
        import pyarrow.dataset
        tables = []
        for part in self.parts():
            dataset = pyarrow.dataset.dataset(self.folder / part, partitioning="hive")
            tables.append(dataset.to_table().to_pandas().assign(part=part))
        return pandas.concat(tables, ignore_index=True)

    def quarantine(self):
        return [json.loads(line) for path in sorted((self.folder / "_quarantine").iterdir())
                for line in path.read_text().splitlines()]


class PrepareTest(unittest.TestCase):
    """Each test has a folder of its own, gone afterwards."""

    def setUp(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="howdah-prepare-"))
        self.addCleanup(shutil.rmtree, self.path, ignore_errors=True)
        self.output = self.path / "out"
        (self.path / "raw").mkdir()

    def raw(self, name, content):
        path = self.path / "raw" / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def job(self, body="", source=None, output=None):
        """A job file; `body` is what stands in `prepare` besides source and output."""
        source = source or f"file://{self.path}/raw"
        output = output or f"{{uri: file://{self.output}}}"
        lines = "".join(f"  {line}\n" for line in body.strip("\n").splitlines())
        path = self.path / "job.yaml"
        path.write_text(f"name: small\nprepare:\n  source: {source}\n{lines}  output: {output}\n")
        return path

    def prepared(self, job, *arguments, **options):
        """The report of a preparation that must succeed."""
        done = prepare(job, *arguments, **options)
        self.assertEqual(done.code, 0, done.err)
        report = done.report()
        kept, dropped = report["rows_kept"], sum(rule["rows_dropped"] for rule in report["rules"])
        self.assertEqual(report["rows_read"], kept + dropped)
        self.assertEqual(report["rows_dropped"], dropped)
        self.assertEqual(sum(part["rows"] for part in report["parts"]), kept)
        return report

    def assert_refused(self, code, *wanted, job, arguments=(), kept=False, **options):
        """One line on standard error, that holds the words; nothing at the output, and nothing
        beside it but what the next run is promised to go on with."""
        done = prepare(job, *arguments, **options)
        self.assertEqual(done.code, code, done.err)
        self.assertEqual(done.err.count("\n"), 1, done.err)
        for text in wanted:
            self.assertIn(text, done.err)
        self.assertEqual(done.out, "")
        self.assert_nothing_visible()
        self.assertEqual("run it again to go on" in done.err, kept, done.err)
        self.assertEqual(bool(self.working("**/*")), kept, self.working("**/*"))
        return done

    def assert_nothing_visible(self):
        self.assertFalse(self.output.exists(), "an output that was never finished is there")
        self.assertEqual(self.working("_MANIFEST.json"), [])

    def working(self, pattern):
        """Files of the work folder."""
        return list(self.output.parent.glob(f".{self.output.name}.preparing-*/{pattern}"))

    def dropped(self, report):
        return {rule["rule"]: rule["rows_dropped"] for rule in report["rules"]
                if rule["rows_dropped"]}
