"""What the tests of exports share: trained jobs that hold every layer type, and how to run what was
exported."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "job"))

from howdah_job import BIN, JOB, Scratch, howdah, make_dataset  # noqa: E402, F401

NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": ""}
SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src" / "exporting"


def layers(name):
    """The network of that name in test_models.h, which a C++ test holds to have every layer type."""
    text = (SOURCES / "test_models.h").read_text()
    return re.search(rf'{name} = R"\(\n(.*?)\)";', text, re.DOTALL).group(1)


def train(scratch, dataset, name, model, extra=""):
    """The id of a job that has trained the model; its home is scratch/home."""
    text = JOB.format(home=f"file://{scratch.path}/home", source=f"file://{dataset}")
    text = re.sub(r"model:\n.*?optimizer:", lambda _: model + "optimizer:", text, flags=re.DOTALL)
    text = text.replace("name: small", f"name: {name}").replace("epochs: 3", "epochs: 1") + extra
    job = scratch.write(f"{name}.yaml", text)
    run = howdah("run", job, "--on", "local", env=NO_HADOOP)
    assert run.returncode == 0, run.stderr
    return next((scratch.path / "home" / "jobs").glob(f"{name}-*")).name


def outputs(*arguments):
    """howdah_outputs, which must succeed."""
    run = subprocess.run([BIN.parent / "tests" / "howdah_outputs", *map(str, arguments)],
                         capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
