"""An example run as its README says: the commands that stand there, with a part of the data, in a folder
of HDFS of the tests' own."""

import os
import re
import shlex
import shutil
import subprocess
import unittest

from raw_data import ROOT
from readme import commands_of, figures_in
from reduced_data import reduced

from howdah_job import BIN, Run, Scratch, howdah

IMAGES = "/usr/share/datasets/fashion-mnist"


class ExampleTest(unittest.TestCase):
    """The class has a copy of examples/ whose hdfs:/// is a folder of its own."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.addClassCleanup(cls.scratch.close)
        cls.examples = cls.scratch.path / "examples"
        root = f"/tmp/howdah-examples-{os.getpid()}"
        cls.addClassCleanup(howdah, "fs", "rm", "-r", "-f", root)
        shutil.copytree(ROOT / "examples", cls.examples)
        for path in cls.examples.rglob("*.*"):
            path.write_text(path.read_text().replace("hdfs:///", f"hdfs://{root}/"))
        # What the READMEs get the data's folders from.
        cls.raw = cls.scratch.path / "raw"
        cls.scratch.write("dev", f'#!/bin/sh\necho "{cls.raw}/$2"\n').chmod(0o755)
        cls.prepared = {}

    def run_command(self, command):
        done = subprocess.run(["bash", "-c", command], cwd=self.scratch.path, capture_output=True,
                              text=True, timeout=300, stdin=subprocess.DEVNULL,
                              env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")

    def prepare(self, example):
        """Runs the README's commands up to the one that trains, and returns that one."""
        if example not in self.prepared:
            *commands, self.prepared[example] = commands_of(self.examples / example)
            for command in commands:
                for name in re.findall(r"\./dev data (\S+)\)", command):
                    reduced(name, self.raw)
                if IMAGES in command:
                    command = command.replace(IMAGES, str(reduced("fashion-mnist", self.raw)))
                self.run_command(command)
        return self.prepared[example]

    def start(self, example, job, *settings):
        """The README's `howdah run`, of a job file of that folder, with settings."""
        words = shlex.split(self.prepare(example), comments=True)
        self.assertEqual(words, ["howdah", "run", f"examples/{example}/job.yaml"])
        sets = [word for setting in settings for word in ("--set", setting)]
        return Run(self.examples / example / job, *sets)

    def ended(self, run):
        """summary.json."""
        code, summary = run.end()
        self.assertEqual(code, 0, run.output())
        self.assertEqual(summary["outcome"], "SUCCEEDED")
        return summary

    def printed(self, run, summary):
        """What was printed of the test part; the summary says the same."""
        printed = figures_in(next(line for line in run.lines if line and ": test: " in line))
        for name, value in printed.items():
            self.assertAlmostEqual(summary["metrics"]["test"][name.lower()], value, 4)
        return printed
