"""What the tests of exports share: trained jobs that hold every layer type, and how to run what was
exported."""

import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "job"))

from howdah_job import BIN, JOB, Scratch, howdah, make_dataset  # noqa: E402, F401

NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": ""}
TEXT_JOB = """
optimizer: {type: adam}
train: {epochs: 1, batch: 8, seed: 3}
parallel: {streams: 1}
resources: {workers: {min: 1, max: 1}, memory: 1 GiB, cores: 1}
"""
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


def make_prepared(folder, rows):
    """A prepared dataset of one part, as `howdah prepare` writes it."""
    import pyarrow
    import pyarrow.parquet
    (folder / "train").mkdir(parents=True)
    file = folder / "train" / "part-0.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file)
    (folder / "_MANIFEST.json").write_text(json.dumps({"kind": "howdah dataset", "files": [
        {"path": "train/part-0.parquet", "rows": len(rows), "bytes": file.stat().st_size}]}))
    return folder


def train_text(scratch, name, **keys):
    """The folder of a job that has trained on such data; keys of the job file are YAML."""
    text = f"name: {name}\nhome: file://{scratch.path}/home\n" + TEXT_JOB
    text += "".join(f"{key}: {value}\n" for key, value in keys.items())
    run = howdah("run", scratch.write(f"{name}.yaml", text), "--on", "local", env=NO_HADOOP)
    assert run.returncode == 0, run.stderr
    return next((scratch.path / "home" / "jobs").glob(f"{name}-*"))


def outputs(*arguments):
    """howdah_outputs, which must succeed."""
    run = subprocess.run([BIN.parent / "tests" / "howdah_outputs", *map(str, arguments)],
                         capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
