"""Which rows of a source count, and what is told of them."""

import math
import struct
import unittest

from howdah_prepare import Output, PrepareTest, prepare

NOISY = "x,y,l\n1,2,a\n1,2,b\n1,2,a\n3,4,a\n3,4,a\n"


class Rows(PrepareTest):
    def table(self, name, values, **options):
        import pyarrow
        import pyarrow.parquet
        pyarrow.parquet.write_table(pyarrow.table({"x": pyarrow.array(values, pyarrow.int64())}),
                                    self.path / "raw" / name, **options)

    def test_a_filter_leaves_out_rows_of_text(self):
        self.raw("a.csv", "x,y\n1,a\n2,b\n3,b\n,b\n")
        report = self.prepared(self.job('filter: x >= 2 and y = "b"'))
        self.assertEqual(self.dropped(report), {"read.filter": 2})
        self.assertEqual(sorted(Output(self.output).frame()["x"]), [2, 3])

    def test_a_filter_leaves_out_rows_of_parquet_read_or_not(self):
        self.table("a.parquet", list(range(1000)), row_group_size=100)
        report = self.prepared(self.job("filter: x >= 350"))
        self.assertEqual((report["rows_read"], self.dropped(report)), (1000, {"read.filter": 350}))
        self.assertEqual(sorted(Output(self.output).frame()["x"]), list(range(350, 1000)))

    def test_parquet_without_rows_among_others(self):
        self.table("a.parquet", [1, 2, 3])
        self.table("b.parquet", [])
        self.assertEqual(self.prepared(self.job())["rows_kept"], 3)

    def test_noisy_labels_are_told_of_and_stay(self):
        self.raw("a.csv", NOISY)
        report = self.prepared(self.job("steps: [{clean: {label_noise: l}}]"))
        self.assertEqual(report["rows_kept"], 5)
        rule, = report["rules"]
        self.assertEqual((rule["rows_changed"], rule["rows_marked"]), (0, 1))
        report = self.prepared(self.job("steps: [{clean: {label_noise: {label: l, drop: true}}}]"),
                               "--overwrite")
        self.assertEqual(report["rows_kept"], 4)

    def test_marked_outliers_are_not_changed_rows(self):
        self.raw("a.csv", "x\n1\n2\n\n900\n800\n")
        report = self.prepared(self.job(
            "steps: [{clean: {outliers: {columns: [x], method: range, high: 100, action: mark}}}]"))
        rule, = report["rules"]
        self.assertEqual((rule["rows_changed"], rule["values_changed"], rule["rows_marked"]),
                         (0, 0, 2))
        self.assertIn("rows marked", (self.output / "report.html").read_text())

    def test_only_values_that_become_others_count_as_changed(self):
        self.raw("a.csv", "x,y,t\n0,,A\n5,,b\n10,7,\n,,c\n")
        report = self.prepared(self.job(
            "steps:\n"
            "  - clean: {text: {columns: [t], case: lower}}\n"
            "  - derive: {z: x + 1}\n"
            "  - clean: {fill_missing: {y: 7}}\n"
            "  - normalize: {columns: [x], method: minmax}\n"))
        self.assertEqual([(rule["rows_in"], rule["rows_changed"], rule["values_changed"])
                          for rule in report["rules"]], [(4, 1, 1), (4, 3, 3), (4, 3, 3), (4, 2, 2)])


class Figures(PrepareTest):
    def test_the_figures_of_columns_are_of_all_rows(self):
        rows = [(i, i * 0.1 if i % 7 else None) for i in range(30_001)]
        self.raw("a.csv", "x,y\n" + "".join(f"{x},{'' if y is None else y}\n" for x, y in rows))
        report = self.prepared(self.job("steps: [{clean: {drop_missing: [y]}}]"))
        kept = [(x, y) for x, y in rows if y is not None]
        for column, at, cut in (("x", 0, rows), ("y", 1, rows)):
            said = next(one for one in report["columns"] if one["name"] == column)
            for values, due in ((said["before"], cut), (said["after"], kept)):
                there = [row[at] for row in due if row[at] is not None]
                self.assertEqual(values["rows"], len(due))
                self.assertEqual(values["missing"], len(due) - len(there))
                self.assertEqual((values["min"], values["max"]), (min(there), max(there)))
                self.assertAlmostEqual(values["mean"], math.fsum(there) / len(there), places=10)
                self.assertEqual(values["sample_rows"], 10_000)
                self.assertLessEqual(sum(values["sample_bins"]), 10_000)


    def test_what_has_no_numbers_has_no_figures(self):
        self.raw("a.csv", "n,t,b,x\n,u,true,1\n,v,true,3\n")
        report = self.prepared(self.job("types: {n: float64}\n"))
        found = {column["name"]: column["after"] for column in report["columns"]}
        for name in "n", "t", "b":
            self.assertEqual([found[name][key] for key in ("min", "max", "mean")], [None] * 3)
        self.assertEqual([found["x"][key] for key in ("min", "max", "mean")], [1, 3, 2])


class Parts(PrepareTest):
    def test_a_split_that_leaves_nothing_to_train_with_is_refused(self):
        self.raw("a.csv", "g,x\n" + "a,1\na,2\n" * 20)
        steps = "steps: [{normalize: {columns: [x], method: standard}}]\n"
        refused = 0
        for seed in range(8):
            split = f"split: {{train: 0.5, test: 0.5, group: g, seed: {seed}}}\n"
            for body in (split, split + steps):
                done = prepare(self.job(body), "--overwrite")
                if done.code == 0:
                    continue
                refused += 1
                self.output = self.path / f"out-{seed}-{len(body)}"
                self.assert_refused(2, "job.yaml:4:", 'none of 40 records is in part "train"',
                                    "another seed", "larger share", job=self.job(body))
        self.assertGreater(refused, 0)
        self.assertLess(refused, 16)

    def test_an_empty_part_to_train_with_in_time(self):
        self.raw("a.csv", "when,x\n2020-01-02,1\n2020-01-03,2\n")
        self.assert_refused(2, "job.yaml:4:", '"train"', "`until`", job=self.job(
            "split: {train: 0.5, test: 0.5, time: when, until: [2020-01-01]}\n"
            "steps: [{normalize: {columns: [x], method: minmax}}]\n"))

    def test_another_empty_part_is_told_of(self):
        self.raw("a.csv", "when,x\n2020-01-02,1\n2020-01-03,2\n")
        report = self.prepared(self.job(
            "split: {train: 0.5, test: 0.5, time: when, until: [2020-02-01]}\n"))
        warning, = report["warnings"]
        self.assertIn('"test"', warning)
        self.assertIn('"test"', (self.output / "report.html").read_text().replace("&quot;", '"'))

    def test_a_column_of_which_training_has_no_value_stays_and_is_told_of(self):
        self.raw("a.csv", "when,x,y,c\n2020-01-01,,1,\n2020-01-02,,3,\n2020-03-01,7,5,UA\n")
        for methods in ("standard", "quantile"):
            report = self.prepared(self.job(
                "split: {train: 0.5, test: 0.5, time: when, until: [2020-02-01]}\n"
                f"steps:\n  - normalize: {{columns: [x, y], method: {methods}}}\n"
                "  - normalize: {columns: [c], method: index}\n"), "--overwrite")
            self.assertEqual(len(report["warnings"]), 2, report["warnings"])
            for warning, column in zip(report["warnings"], "xc"):
                self.assertIn(f'column "{column}" has no value in the training part', warning)
            frame = Output(self.output).frame()
            self.assertEqual(frame["x"].dropna().tolist(), [7])
            self.assertEqual(frame["c"].dropna().tolist(), ["UA"])
            numbers, categories = report["rules"]
            self.assertEqual((numbers["rows_changed"], numbers["values_changed"]), (3, 3))
            self.assertEqual((categories["rows_changed"], categories["values_changed"]), (0, 0))


class Images(PrepareTest):
    def setUp(self):
        super().setUp()
        self.raw("train-images-idx3-ubyte",
                 struct.pack(">iiii", 0x803, 6, 2, 2) + bytes(range(24)))
        self.raw("train-labels-idx1-ubyte", struct.pack(">ii", 0x801, 6) + bytes([0, 1] * 3))

    def test_each_image_that_training_will_change_is_counted(self):
        report = self.prepared(self.job("steps: [image]\n"))
        rule, = report["rules"]
        self.assertEqual((rule["rows_changed"], rule["values_changed"]), (6, 6))

    def test_what_describes_images_is_not_normalized(self):
        for method in ("standard", "index"):
            self.assert_refused(2, "job.yaml:4:", "nothing to normalize", "`image`", job=self.job(
                f"steps: [{{normalize: {{method: {method}}}}}]\n"))
        report = self.prepared(self.job("steps:\n  - derive: {area: height * width}\n"
                                        "  - normalize: {method: maxabs}\n"))
        self.assertEqual(report["rules"][-1]["values_changed"], 6)
        frame = Output(self.output).frame()
        self.assertEqual(set(frame["area"]), {1})
        self.assertEqual(set(frame["height"]), {2})


if __name__ == "__main__":
    unittest.main()
