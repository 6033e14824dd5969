"""A trained network of texts or of a table goes elsewhere with what it needs: the vocabulary and how to
use it, the categories. From a text to the answer it gives what Howdah gives."""

import base64
import json
import os
import pathlib
import random
import sys
import unittest

from howdah_export import NO_HADOOP, Scratch, howdah, make_prepared, outputs, train_text

sys.path[:0] = [os.environ["HOWDAH_ONNXRUNTIME"], os.environ["HOWDAH_READERS"]]

import numpy  # noqa: E402
import onnxruntime  # noqa: E402

TOLERANCE = 1e-5
WORDS = ("the a film was GOOD bad Not don't very, really; (it) “so” 中国 naïve İstanbul 3½ o' x1 "
         "— ’tis rock'n'roll").split()


def make_rows(count):
    draw = random.Random(5)
    rows = []
    for _ in range(count):
        words = draw.choices(WORDS, k=draw.randint(1, 9))
        rows.append({"text": " ".join(words), "label": "good" if "GOOD" in words else "none",
                     "other": " ".join(reversed(words[:6])), "size": draw.uniform(0, 9),
                     "color": draw.choice(["red", "green", None]), "flag": draw.random() < 0.5})
    return rows


def padded(rows, width):
    return numpy.array([row + [0] * (width - len(row)) for row in rows], dtype=numpy.int32)


class Texts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.rows = make_rows(80)
        cls.data = make_prepared(cls.scratch.path / "data", cls.rows)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    def train(self, name, task, model, columns, tokens):
        data = f"{{source: 'file://{self.data}', split: {{train: 0.9, validation: 0.1, seed: 7}}, {columns}"
        data += f", tokens: {tokens}}}" if tokens else "}"
        return train_text(self.scratch, name, task=task, data=data, model=model)

    def export(self, job, form):
        target = self.scratch.path / f"{job.name}.{form}"
        run = howdah("export", f"file://{job}", "--to", form, "--output", f"file://{target}",
                     env=NO_HADOOP)
        self.assertEqual(run.returncode, 0, run.stderr)
        return target

    def own(self, job, records, targets=None):
        files = []
        for name, values in (("records", records), ("targets", targets)):
            if values is not None:
                files.append(self.scratch.path / name)
                files[-1].write_bytes(values.tobytes())
        out = self.scratch.path / "outputs"
        outputs("own", f"file://{job}", files[0], out, *files[1:])
        return numpy.frombuffer(out.read_bytes(), dtype=numpy.float32)

    def onnx(self, job, inputs):
        session = onnxruntime.InferenceSession(str(self.export(job, "onnx")),
                                               providers=["CPUExecutionProvider"])
        return session.run(["output"], inputs)[0], session.get_modelmeta().custom_metadata_map

    def same(self, found, own):
        own = own.reshape(found.shape)
        self.assertGreater(own.std(), 1e-4)
        self.assertLess(abs(found - own).max(), TOLERANCE * abs(own).max())

    def tokenizer(self, folder, **keys):
        sys.path.insert(0, str(folder))
        sys.modules.pop("tokens", None)
        try:
            from tokens import Tokenizer
            return Tokenizer(str(folder), **keys)
        finally:
            sys.path.remove(str(folder))

    def records(self, job, width):
        """What the dataset has of the first rows."""
        said = (job / "job.yaml").read_text()
        index = next(line.split()[-1] for line in said.splitlines() if " index: " in line)
        folder = pathlib.Path(index.strip('"').removeprefix("file://"))
        part = json.loads((folder / "index.json").read_text())["partitions"][0]
        file = numpy.fromfile(folder / part["files"][0], dtype=numpy.int32)
        return file.reshape(len(self.rows), -1)[:, :width]

    def test_a_text_becomes_the_answer(self):
        job = self.train("classes", "text_classification",
                         "{type: lstm, embedding: 8, units: 6, bidirectional: true, layers: 2}",
                         "text: text, target: label", "{vocabulary: 30, length: 12}")
        folder = self.export(job, "pytorch")
        self.assertEqual(sorted(os.listdir(folder)), ["README.md", "model.json", "model.py",
                                                      "model.safetensors", "tokens.py", "vocabulary.txt"])
        tokenizer = self.tokenizer(folder)
        tokens = [tokenizer.encode(row["text"]) for row in self.rows]
        numpy.testing.assert_array_equal(padded(tokens, 12), self.records(job, 12))
        found, metadata = self.onnx(job, {"input": padded(tokens, 10 + 2).astype(numpy.int64)})
        self.same(found, self.own(job, padded(tokens, 12)))
        self.assertEqual(json.loads(metadata["class_names"]), ["good", "none"])
        self.assertEqual(metadata["vocabulary.txt"], (folder / "vocabulary.txt").read_text())
        self.assertEqual(json.loads(metadata["model.json"])["tokens"]["tokenizer"], "words")

    def test_a_language_model_begins_with_2(self):
        job = self.train("language", "language_model",
                         "{type: transformer_lm, width: 8, heads: 2, layers: 1, shared: true}",
                         "text: text", "{tokenizer: characters, length: 20}")
        folder = self.export(job, "pytorch")
        tokens = [self.tokenizer(folder).encode(row["text"]) for row in self.rows]
        records = self.records(job, 21)
        for own, row in zip(records, tokens):
            self.assertEqual(list(own[:len(row)]), row)
        inputs = padded(tokens, 20).astype(numpy.int64)
        found, _ = self.onnx(job, {"input": inputs})
        # A record holds one token more, which is to be found.
        own = self.own(job, padded(tokens, 21)).reshape(found.shape)
        self.same(found[inputs != 0], own[inputs != 0])

    def test_a_translation_takes_both_texts(self):
        job = self.train("other", "translation",
                         "{type: transformer, width: 8, heads: 2, layers: 1}",
                         "text: text, target: other", "{vocabulary: 30, length: 9, target_length: 8}")
        folder = self.export(job, "pytorch")
        texts, others = self.tokenizer(folder), self.tokenizer(folder, target=True)
        tokens = [texts.encode(row["text"]) for row in self.rows]
        targets = [others.encode(row["other"]) for row in self.rows]
        self.assertEqual({row[0] for row in targets}, {2})
        written = padded(targets, 7).astype(numpy.int64)
        found, metadata = self.onnx(job, {"input": padded(tokens, 9).astype(numpy.int64),
                                          "target_input": written})
        own = self.own(job, padded(tokens, 9), padded(targets, 8)).reshape(found.shape)
        self.same(found[written != 0], own[written != 0])
        self.assertIn("target_vocabulary.txt", metadata)

    def test_a_subword_model_goes_along(self):
        job = self.train("pieces", "text_classification", "{type: text_cnn, embedding: 8, filters: 4}",
                         "text: text, target: label", "{tokenizer: sentencepiece, vocabulary: 60}")
        folder = self.export(job, "pytorch")
        tokens = self.records(job, 256)
        found, metadata = self.onnx(job, {"input": tokens.astype(numpy.int64)})
        self.same(found, self.own(job, tokens.astype(numpy.int32)))
        self.assertEqual(base64.b64decode(metadata["tokenizer.model"]),
                         (folder / "tokenizer.model").read_bytes())

    def test_a_table_goes_with_its_categories(self):
        job = self.train("table", "classification", "{type: wide_and_deep, hidden: [6]}",
                         "target: label, features: [size, color, flag], "
                         "preprocess: [{normalize: {method: standard}}]", "")
        said = json.loads((self.export(job, "pytorch") / "model.json").read_text())
        self.assertEqual([column["name"] for column in said["columns"]], ["size", "color", "flag"])
        self.assertEqual(sorted(said["columns"][1]["categories"]), ["green", "red"])
        table = numpy.array([[1.5, 2, 0], [8, 0, 1], [3, 1, 2], [4, 99, 1]], dtype=numpy.float32)
        found, metadata = self.onnx(job, {"input": table})
        self.same(found, self.own(job, table))
        self.assertEqual(json.loads(metadata["model.json"])["columns"], said["columns"])


if __name__ == "__main__":
    unittest.main()
