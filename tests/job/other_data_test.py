"""A finished job's model is asked about other texts and tables than it was trained on."""

import json
import random
import unittest

from howdah_job import Run, Scratch, howdah

NO_HADOOP = {"HADOOP_CONF_DIR": "", "HADOOP_HOME": ""}

TEXTS = """
name: small-texts
task: text_classification
home: {home}
prepare:
  source: {root}/texts.jsonl
  split: {{train: 0.8, test: 0.2, seed: 1}}
  output: {{uri: {root}/texts, format: parquet}}
data: {{text: text, tokens: {{vocabulary: 100, length: 12}}}}
model: {{type: text_cnn, embedding: 8, filters: 8, kernels: [1, 2], dropout: 0}}
optimizer: {{type: adam}}
learning_rate: {{schedule: fixed, initial: 0.02}}
train: {{epochs: 4, batch: 16, seed: 3}}
parallel: {{streams: 2}}
resources: {{workers: {{min: 1, max: 2}}, memory: 1 GiB, cores: 1}}
"""

TABLE = """
name: small-table
task: classification
home: {home}
prepare:
  source: {root}/table.csv
  steps: [{{normalize: {{columns: [distance], method: standard}}}}]
  split: {{train: 0.8, test: 0.2, seed: 1}}
  output: {{uri: {root}/table, format: parquet}}
data: {{target: late}}
model: {{type: wide_and_deep, hidden: [8]}}
optimizer: {{type: adam}}
learning_rate: {{schedule: fixed, initial: 0.02}}
train: {{epochs: 4, batch: 16, seed: 3}}
parallel: {{streams: 2}}
resources: {{workers: {{min: 1, max: 2}}, memory: 1 GiB, cores: 1}}
"""

OTHERS = """
name: others
prepare:
  source: {source}
  {steps}
  output: {{uri: {output}, format: parquet}}
"""

GOOD, BAD = ["good", "fine", "great"], ["bad", "poor", "awful"]


def lines_of(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


class OtherData(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.root = f"file://{cls.scratch.path}"
        cls.home = f"{cls.root}/home"

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()

    @classmethod
    def train(cls, name, job):
        job = cls.scratch.write(f"{name}.yaml", job.format(home=cls.home, root=cls.root))
        run = Run(job, "--on", "local", env=NO_HADOOP)
        code, summary = run.end()
        assert code == 0, run.output()
        return summary

    def prepare(self, name, content, suffix, steps=""):
        """Other data, as a prepared dataset."""
        self.scratch.write(f"{name}.{suffix}", content)
        output = f"{self.root}/{name}"
        job = self.scratch.write(f"{name}.yaml", OTHERS.format(
            source=f"{self.root}/{name}.{suffix}", output=output, steps=steps))
        done = howdah("prepare", job, env=NO_HADOOP)
        self.assertEqual(done.returncode, 0, done.stderr)
        return output

    def ask(self, verb, *arguments, code=0):
        done = howdah(verb, self.trained["job_id"], "--home", self.home, "--on", "local", *arguments,
                      env=NO_HADOOP)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def evaluate(self, data):
        metrics = json.loads(self.ask("evaluate", "--json", "--data", data).stdout)["metrics"]
        return metrics["train"]

    def predict(self, name, *arguments):
        folder = self.scratch.path / name
        self.ask("predict", "--output", f"file://{folder}", *arguments)
        return "".join(path.read_text() for path in sorted(folder.glob("*.jsonl")))

    def classes(self, name, data):
        lines = [json.loads(line) for line in self.predict(name, "--data", data).splitlines()]
        self.assertEqual([line["record"] for line in lines], list(range(len(lines))))
        return [line["class"] for line in lines]

    def refused(self, verb, *arguments):
        line, = [l for l in self.ask(verb, *arguments, code=2).stderr.splitlines()
                 if l.startswith("howdah: ")]
        return line


class OtherTexts(OtherData):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        draw = random.Random(7)
        rows = []
        for _ in range(400):
            label, words = draw.choice([("pos", GOOD), ("neg", BAD)])
            rows.append({"text": " ".join(draw.choices(["a", "the", "film", "was"], k=5) +
                                          draw.choices(words, k=2)), "label": label})
        cls.scratch.write("texts.jsonl", lines_of(rows))
        cls.trained = cls.train("job", TEXTS)
        assert cls.trained["metrics"]["test"]["accuracy"] > 0.95, cls.trained["metrics"]

    def test_the_jobs_own_data_are_asked_about_as_before(self):
        said = self.predict("own")
        self.assertEqual(said, self.predict("own-as-other", "--data", f"{self.root}/texts"))
        self.assertEqual(said.count("\n"), self.trained["metrics"]["test"]["records"])
        metrics = self.ask("evaluate", "--json", "--data", f"{self.root}/texts").stdout
        self.assertEqual(json.loads(metrics)["metrics"]["test"], self.trained["metrics"]["test"])

    def test_texts_without_labels_and_with_new_words_are_asked_about(self):
        texts = ["bad Zeppelin bad", "great", "the film was AWFUL", "fine quux fine fine"]
        data = self.prepare("unlabelled", lines_of({"text": text} for text in texts), "jsonl")
        self.assertEqual(self.classes("said", data), ["neg", "pos", "neg", "pos"])
        line = self.refused("evaluate", "--data", data)
        self.assertIn("there is no column 'label', which the answers are measured by", line)
        self.assertIn("/unlabelled/train/part-00000.parquet", line)

    def test_classes_keep_their_numbers_where_one_is_met_alone(self):
        rows = [{"text": "good good film", "label": "pos"}, {"text": "great", "label": "pos"}]
        metrics = self.evaluate(self.prepare("alone", lines_of(rows), "jsonl"))
        self.assertEqual((metrics["accuracy"], metrics["records"]), (1.0, 2))

    def test_a_class_that_training_never_had_is_refused_where_answers_are_measured(self):
        rows = [{"text": "good", "label": "pos"}, {"text": "bad", "label": "meh"}]
        data = self.prepare("meh", lines_of(rows), "jsonl")
        line = self.refused("evaluate", "--data", data)
        self.assertIn("/meh/train/part-00000.parquet, row 2: the class 'meh' of the column 'label' "
                      "does not occur in the training part", line)
        self.assertEqual(self.classes("said-of-meh", data), ["pos", "neg"])

    def test_other_columns_are_refused(self):
        data = self.prepare("reviews", lines_of([{"review": "good"}]), "jsonl")
        self.assertIn("'text'", self.refused("predict", "--data", data, "--output",
                                             f"{self.root}/none-of-reviews"))

    def test_what_is_indexed_is_shared(self):
        data = self.prepare("shared", lines_of([{"text": "good"}]), "jsonl")
        self.predict("shared-1", "--data", data)
        there = sorted((self.scratch.path / "home" / "datasets").iterdir())
        self.predict("shared-2", "--data", data)
        self.assertEqual(sorted((self.scratch.path / "home" / "datasets").iterdir()), there)


class OtherTables(OtherData):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        draw = random.Random(7)
        rows = ["distance,carrier,late"]
        for _ in range(400):
            carrier, distance = draw.choice(["UA", "AA", "DL"]), draw.uniform(0, 1000)
            rows.append(f"{distance:.3f},{carrier},{'yes' if carrier == 'DL' else 'no'}")
        cls.scratch.write("table.csv", "\n".join(rows) + "\n")
        cls.trained = cls.train("job", TABLE)
        assert cls.trained["metrics"]["test"]["accuracy"] > 0.95, cls.trained["metrics"]

    def transformed(self, name, content):
        """Prepared by what the training's preparation learnt."""
        return self.prepare(name, content, "csv", f"transform: {self.root}/table/transform.json")

    def test_the_jobs_own_data_are_asked_about_as_before(self):
        self.assertEqual(self.predict("own"),
                         self.predict("own-as-other", "--data", f"{self.root}/table"))

    def test_rows_with_a_new_category_are_measured(self):
        data = self.transformed("labelled", "distance,carrier,late\n1,DL,yes\n2,AA,no\n3,ZZ,no\n")
        self.assertEqual(self.evaluate(data)["records"], 3)
        self.assertEqual(self.classes("said-of-labelled", data)[:2], ["yes", "no"])

    def test_rows_without_the_target_are_asked_about(self):
        # Their categories alone would get other codes.
        data = self.transformed("unlabelled", "carrier,distance\nDL,500\nZZ,500\nDL,500\nAA,500\n")
        said = self.classes("said", data)
        self.assertEqual((said[0], said[2], said[3]), ("yes", "yes", "no"))
        line = self.refused("evaluate", "--data", data)
        self.assertIn("there is no column 'late', which the answers are measured by", line)

    def test_numbers_where_categories_were_are_refused(self):
        data = self.prepare("numbers", "carrier,distance\n1,500\n2,500\n", "csv")
        line = self.refused("predict", "--data", data, "--output", f"{self.root}/none-of-numbers")
        self.assertIn("the column 'carrier' does not hold categories, as it did for the training", line)


if __name__ == "__main__":
    unittest.main()
