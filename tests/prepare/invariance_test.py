"""What must not matter does not: how the records are cut into files, threads, memory, other records."""

import json
import random
import unittest

from howdah_prepare import NO_HADOOP, Output, PrepareTest, prepare, run
from synthetic import HEADER, csv, lines

STEPS = """
steps:
  - clean:
      drop_missing: [x]
      drop_duplicates: true
      outliers: {columns: [x], method: iqr, factor: 3, action: drop}
  - normalize: {columns: [x], method: standard}
  - normalize: {columns: [y], method: quantile, quantiles: 100}
  - normalize: {columns: [class], method: onehot}
"""
SPLIT = "split: {{train: 0.7, validation: 0.2, test: 0.1, seed: 3{}}}\n"
SPLITS = {
    "record": SPLIT.format(""),
    "class": SPLIT.format(", stratify: class"),
    "group": SPLIT.format(", group: group"),
    "time": "split: {train, validation, test, time: day, until: [2013-08-01, 2013-10-01]}\n",
}
PARTITION = "partition: {hash: group, buckets: 3}\n"


class Membership(PrepareTest):
    """Which split a record gets, by its id."""

    def membership(self, split, steps=""):
        self.prepared(self.job(steps + SPLITS[split]), "--overwrite")
        frame = Output(self.output).frame()
        self.assertFalse(frame["id"].duplicated().any())
        return dict(zip(frame["id"].tolist(), frame["part"].tolist()))

    def put(self, files):
        for old in (self.path / "raw").iterdir():
            old.unlink()
        for name, records in files.items():
            self.raw(name, csv(records))

    def test_order_and_cutting_into_files_do_not_matter(self):
        records = lines(4000)
        for split in SPLITS:
            with self.subTest(split=split):
                self.put({"all.csv": records})
                whole = self.membership(split)
                self.assertEqual(len(whole), 4000)
                for seed in range(3):
                    chance = random.Random(seed)
                    shuffled = records[:]
                    chance.shuffle(shuffled)
                    cuts = sorted(chance.sample(range(4000), 5))
                    self.put({f"{chance.random()}.csv": shuffled[begin:end]
                              for begin, end in zip([0] + cuts, cuts + [4000])})
                    self.assertEqual(self.membership(split), whole)

    def test_a_file_that_is_added_moves_no_record(self):
        for split in SPLITS:
            with self.subTest(split=split):
                self.put({"b.csv": lines(3000)})
                before = self.membership(split)
                # Comes first by name, and is of other numbers: y is no longer whole.
                self.raw("a.csv", csv(["9000,a,g1,2013-05-05,1e3,0.5,other\n"]
                                      + lines(500, seed=2, first=5000)))
                after = self.membership(split)
                self.assertEqual(len(after), 3501)
                self.assertEqual({id: after[id] for id in before}, before)

    def test_records_that_are_taken_away_move_no_other(self):
        self.put({"a.csv": lines(3000)})
        before = self.membership("class")
        self.put({"a.csv": lines(3000)[::2]})
        after = self.membership("class")
        self.assertEqual({id: before[id] for id in after}, after)

    def test_equal_records_fall_into_one_split(self):
        records = [line.split(",", 1)[1] for line in lines(500)] * 3
        self.raw("a.csv", csv(records, HEADER.split(",", 1)[1]))
        self.prepared(self.job(SPLITS["record"]))
        frame = Output(self.output).frame()
        self.assertEqual(len(frame), 1500)
        self.assertEqual(frame.groupby("text")["part"].nunique().max(), 1)


class SameBytes(PrepareTest):
    """Some 20 MB: several chunks, and more than 64 MiB of memory hold with all that is made of them."""
    COUNT = 120_000

    def setUp(self):
        super().setUp()
        records = lines(self.COUNT, words=14)
        records += records[500:900]  # duplicates
        self.raw("all.csv", csv(records))
        self.body = STEPS + SPLITS["class"] + PARTITION
        self.first = self.result(self.job(self.body))
        self.records = records

    def result(self, job, *arguments, **options):
        """Files by their SHA-256, what was learnt, and the report but for how it was made."""
        report = self.prepared(job, "--overwrite", *arguments, **options)
        output = Output(self.output)
        for key in ("run", "fingerprint", "sources", "files_read", "bytes_read", "dropped_sample"):
            del report[key]
        return output.manifest(), output.transform(), report

    def test_the_rules_found_what_was_put_there(self):
        report = self.first[2]
        self.assertEqual(report["rows_read"], self.COUNT + 400)
        dropped = {rule["rule"]: rule["rows_dropped"] for rule in report["rules"]}
        missing = sum(line.split(",")[4] == "" for line in self.records)
        self.assertEqual(dropped["clean.drop_missing(x)"], missing)
        kept = sum(line.split(",")[4] != "" for line in self.records[500:900])
        self.assertEqual(dropped["clean.drop_duplicates"], kept)

    def test_memory_does_not_matter(self):
        self.assertEqual(self.result(self.job(self.body), "--memory", "64 MiB"), self.first)

    def test_the_number_of_threads_does_not_matter(self):
        spec = self.path / "spec.json"
        spec.write_text(run("prepare", self.job(self.body), "--check", "--json").out)
        for threads in (1, 2, 5):
            done = run("prepare", "--spec", spec, "--overwrite", "--json", "--threads", threads,
                       program="howdah-data")
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual(Output(self.output).manifest(), self.first[0])
            self.assertEqual(Output(self.output).transform(), self.first[1])

    def test_files_that_follow_each_other_make_the_same_bytes_as_one(self):
        (self.path / "raw" / "all.csv").unlink()
        cuts = [0, 7, 30_001, 30_002, 90_000, len(self.records)]
        for number, (begin, end) in enumerate(zip(cuts, cuts[1:])):
            self.raw(f"part-{number}.csv", csv(self.records[begin:end]))
        self.assertEqual(self.result(self.job(self.body)), self.first)

    def test_statistics_of_shuffled_records_are_the_same_bits(self):
        shuffled = self.records[:]
        random.Random(4).shuffle(shuffled)
        self.raw("all.csv", csv(shuffled))
        manifest, learnt, report = self.result(self.job(self.body))
        self.assertEqual(learnt, self.first[1])
        self.assertNotEqual(manifest, self.first[0])  # the order of the rows is the source's
        self.assertEqual(report["parts"], self.first[2]["parts"])

    def test_a_compressed_source_makes_the_same_bytes(self):
        import gzip
        (self.path / "raw" / "all.csv").unlink()
        self.raw("all.csv.gz", gzip.compress(csv(self.records).encode(), 1))
        self.assertEqual(self.result(self.job(self.body)), self.first)


class Again(PrepareTest):
    def setUp(self):
        super().setUp()
        self.raw("all.csv", csv(lines(2000)))
        self.file = self.job(STEPS + SPLITS["class"])
        self.prepared(self.file)

    def state(self):
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino)
                for path in self.path.rglob("*") if path.is_file()}

    def test_a_second_run_says_so_and_changes_nothing(self):
        before, digests = self.state(), Output(self.output).digests()
        done = prepare(self.file)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("already prepared", done.err)
        self.assertTrue(done.report()["run"]["reused"])
        self.assertEqual(self.state(), before)
        self.assertEqual(Output(self.output).digests(), digests)

    def test_a_source_that_changed_is_refused_without_overwrite(self):
        kept = Output(self.output).digests()
        self.raw("more.csv", csv(lines(10, first=9000)))
        done = prepare(self.file)
        self.assertEqual((done.code, done.err.count("\n")), (2, 1), done.err)
        self.assertIn("--overwrite", done.err)
        self.assertIn(str(self.output), done.err)
        self.assertEqual(Output(self.output).digests(), kept)
        self.prepared(self.file, "--overwrite")
        self.assertEqual(sum(Output(self.output).frame()["id"] >= 9000) > 0, True)
        self.assertEqual([path.name for path in self.path.iterdir() if path.name.startswith(".")],
                         [])

    def test_another_job_is_refused_without_overwrite(self):
        done = prepare(self.file, "--set", "prepare.split.seed=4")
        self.assertEqual(done.code, 2, done.err)
        self.assertIn("--overwrite", done.err)

    def test_what_was_learnt_is_applied_to_other_records(self):
        learnt = Output(self.output).transform()
        other = self.path / "other"
        other.mkdir()
        (other / "new.csv").write_text(csv(lines(500, seed=8, first=20_000)))
        second = self.path / "second"
        job = self.job(f"transform: file://{self.output}/transform.json\n" + SPLITS["class"],
                       source=f"file://{other}", output=f"file://{second}")
        done = prepare(job)
        self.assertEqual(done.code, 0, done.err)
        raw = {int(line.split(",")[0]): line.split(",")[4] for line in
               (other / "new.csv").read_text().splitlines()[1:]}
        figures = next(step for step in json_objects(learnt) if "standard_deviation" in step)
        frame = Output(second).frame()
        self.assertGreater(len(frame), 400)
        for id, x in zip(frame["id"], frame["x"]):
            due = (float(raw[id]) - figures["mean"]) / figures["standard_deviation"]
            self.assertAlmostEqual(x, due, delta=1e-12 * abs(due) + 1e-300)


    def test_types_that_were_learnt_hold_for_other_records(self):
        other = self.path / "other"
        other.mkdir()
        rows = lines(500, seed=8, first=20_000)
        fields = rows[7].split(",")
        (other / "new.csv").write_text(csv(rows + [",".join(fields[:4] + ["many"] + fields[5:])]))
        second = self.path / "second"
        job = self.job(f"transform: file://{self.output}/transform.json\nbad_records: quarantine\n",
                       source=f"file://{other}", output=f"file://{second}")
        done = prepare(job)
        self.assertEqual(done.code, 0, done.err)
        bad, = [one for one in Output(second).quarantine() if one["rule"] == "read.type_error"]
        self.assertEqual((bad["file"], bad["row"]), ("new.csv", 500))
        self.assertIn("many", bad["reason"])

    def test_a_column_that_was_learnt_and_is_not_there_is_named_with_the_transform(self):
        other = self.path / "other"
        other.mkdir()
        (other / "new.csv").write_text("id,z\n1,2\n")
        done = prepare(self.job(f"transform: file://{self.output}/transform.json\n",
                                source=f"file://{other}", output=f"file://{self.path}/second"))
        self.assertEqual((done.code, done.err.count("\n")), (2, 1), done.err)
        self.assertIn("transform.json", done.err)


def json_objects(value):
    """All objects within, however deep."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from json_objects(one)


if __name__ == "__main__":
    unittest.main()
