"""The examples at a reduced size, from real data in HDFS on YARN: each prints its measures and has
learnt what can be learnt in seconds; those that are killed end in the same model."""

import dataclasses
import pathlib
import random
import unittest

from howdah_example import ExampleTest

from howdah_job import BIN, end_now, processes_of


@dataclasses.dataclass
class Job:
    example: str
    file: str
    name: str
    floors: dict  # printed figures of the test part, and the least that they must be
    settings: list  # what makes it small


def classes(floor):
    return {"accuracy": floor, "recall": floor, "F1": floor}


TEXTS = ["data.tokens.length=200"]
VERSES = ["data.tokens.vocabulary=400", "train.epochs=2", "train.batch=32", "metrics=[]",
          "learning_rate.warmup=50 steps"]
JOBS = {job.name: job for job in (
    Job("fashion-mnist", "full.yaml", "fashion-mnist-full", classes(0.75), ["train.epochs=2"]),
    Job("cifar10", "job.yaml", "cifar10", classes(0.25),
        ["train.epochs=2", "train.batch=32", "learning_rate.initial=0.05",
         "learning_rate.warmup=20 steps"]),
    Job("imdb", "job.yaml", "imdb", classes(0.65), [*TEXTS, "train.epochs=3"]),
    Job("imdb", "gru.yaml", "imdb-gru", classes(0.62), [*TEXTS, "train.epochs=2"]),
    Job("spam", "job.yaml", "spam", classes(0.9), ["train.epochs=2"]),
    Job("translation", "job.yaml", "translation", {"bleu": 30},
        [*VERSES, "learning_rate.initial=0.01", "model.embedding=64", "model.units=96"]),
    Job("translation", "transformer.yaml", "translation-transformer", {"bleu": 40},
        [*VERSES, "learning_rate.initial=0.008", "model.width=64", "model.layers=1",
         "model.feed_forward=128"]),
    Job("flights-delay", "job.yaml", "flights-delay",
        {"accuracy": 0.85, "precision": 0.75, "recall": 0.6, "F1": 0.7, "roc_auc": 0.85}, []),
    Job("flights-delay", "regression.yaml", "flights-minutes", {"r2": 0.7}, ["train.epochs=2"]),
)}


class Examples(ExampleTest):
    undisturbed = {}

    def train(self, name):
        """What was printed and the summary of the job, which runs once."""
        if name not in self.undisturbed:
            job = JOBS[name]
            run = self.start(job.example, job.file, *job.settings)
            summary = self.ended(run)
            self.undisturbed[name] = self.printed(run, summary), summary
        return self.undisturbed[name]

    def reaches_its_floor(self, name):
        printed, summary = self.train(name)
        print(f"\n{name}: {summary['phases_s']['total']:.0f} s, {printed}")
        for figure, floor in JOBS[name].floors.items():
            self.assertGreaterEqual(printed.get(figure, 0), floor, f"{figure} of {printed}")

    def test_fashion_mnist(self):
        self.reaches_its_floor("fashion-mnist-full")

    def test_cifar10(self):
        self.reaches_its_floor("cifar10")

    def test_imdb_by_an_lstm(self):
        self.reaches_its_floor("imdb")

    def test_imdb_by_a_gru(self):
        self.reaches_its_floor("imdb-gru")

    def test_spam(self):
        self.reaches_its_floor("spam")

    def test_translation_by_an_lstm(self):
        self.reaches_its_floor("translation")

    def test_translation_by_a_transformer(self):
        self.reaches_its_floor("translation-transformer")

    def test_flights_that_are_late(self):
        self.reaches_its_floor("flights-delay")

    def test_minutes_that_flights_are_late(self):
        self.reaches_its_floor("flights-minutes")

    def assert_shipped(self, pid, pieces):
        """A worker has nothing loaded of the tree that it was built in; on a node there is none. The
        library of pieces is loaded by who has to do with them."""
        maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
        self.assertNotIn(f"{BIN.parent}/", maps)
        library = r"/\S+-libhowdah_sentencepiece\.so|/lib/libhowdah_sentencepiece\.so"
        (self.assertRegex if pieces else self.assertNotRegex)(maps, library)

    def ends_in_the_same_model(self, name, seed, victims):
        """`victims` of the workers' pids and the master's are killed once a checkpoint in the first
        half is written."""
        _, undisturbed = self.train(name)
        job, every = JOBS[name], max(1, undisturbed["steps"] // 8)
        step = every * random.Random(seed).randint(1, 4)
        run = self.start(job.example, job.file, *job.settings, f"checkpoint.every={every} steps")
        run.wait_for(f"checkpoint at step {step:,}")
        workers = processes_of(run.job_id(name), "howdah-train")
        self.assertEqual(len(workers), 2)
        for pid in workers:
            self.assert_shipped(pid, pieces=job.example == "translation")
        masters = processes_of(run.job_id(name), "howdah")
        killed = victims(workers, masters)
        for pid in killed:
            end_now(pid)
        # Nothing of it may have been printed: the client looks for a new master for a while.
        summary = self.ended(run)
        if not set(masters) & set(killed):  # a new master counts anew
            self.assertGreaterEqual(summary["generations"], 2)
        self.assertEqual(summary["model"]["sha256"], undisturbed["model"]["sha256"], run.output())
        self.assertEqual(summary["metrics"]["test"], undisturbed["metrics"]["test"])

    def test_a_killed_worker_changes_nothing(self):
        for name, seed in ("translation-transformer", 12), ("flights-delay", 13):
            with self.subTest(example=name):
                self.ends_in_the_same_model(name, seed, lambda workers, _: workers[-1:])

    def test_a_whole_job_killed_goes_on_to_the_same_model(self):
        self.ends_in_the_same_model("cifar10", 21, lambda workers, master: master + workers)


if __name__ == "__main__":
    unittest.main()
