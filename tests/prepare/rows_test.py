"""Which rows of a source count, and what is told of those that stay."""

import unittest

from howdah_prepare import Output, PrepareTest

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
        self.assertEqual([rule["rows_changed"] for rule in report["rules"]], [1])
        report = self.prepared(self.job("steps: [{clean: {label_noise: {label: l, drop: true}}}]"),
                               "--overwrite")
        self.assertEqual(report["rows_kept"], 4)


if __name__ == "__main__":
    unittest.main()
