"""Sources whose folders say what the files do not: Hive's layout, and what a preparation wrote."""

import unittest

from howdah_prepare import Output, PrepareTest


class Folders(PrepareTest):
    def csv(self, name, content):
        (self.path / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
        self.raw(name, content)

    def test_names_are_columns_that_steps_and_filters_see(self):
        self.csv("region=eu/month=1/a.csv", "x\n1\n2\n")
        self.csv("region=us/month=1/a.csv", "x\n3\n")
        self.csv("region=us/month=2/a.csv", "x\n4\n")
        report = self.prepared(self.job("""
filter: region != "eu" or x > 1
steps: [{derive: {y: month * 10 + x}}]
partition: {by: [region]}"""))
        self.assertEqual((report["rows_read"], self.dropped(report)), (4, {"read.filter": 1}))
        rows = Output(self.output).frame()
        self.assertEqual(sorted(zip(rows["region"], rows["month"], rows["y"])),
                         [("eu", 1, 12), ("us", 1, 13), ("us", 2, 24)])

    def test_files_whose_folders_differ_are_refused(self):
        self.csv("region=eu/a.csv", "x\n1\n")
        self.csv("b.csv", "x\n2\n")
        self.assert_refused(2, "region=eu/a.csv", "b.csv", "absent_columns", job=self.job())

    def test_an_output_with_partitions_is_a_source_with_the_same_rows(self):
        self.raw("a.csv", "c,x\n" + "".join(f"{'a/b' if i % 3 else 'ü'},{i}\n" for i in range(300)))
        split = "split: {train: 0.8, validation: 0.1, test: 0.1, seed: 7}\npartition: {by: [c]}"
        self.prepared(self.job(split))
        first = Output(self.output).frame()
        self.assertTrue((self.output / "report.json").exists())

        self.output = self.path / "again"
        report = self.prepared(self.job(source=f"file://{self.path}/out"))
        again = Output(self.output).frame()
        self.assertEqual(report["rows_read"], 300)
        self.assertEqual(sorted(zip(again["c"], again["x"])), sorted(zip(first["c"], first["x"])))

        self.output = self.path / "train"
        report = self.prepared(self.job(source=f"file://{self.path}/out/train"))
        self.assertEqual(report["rows_read"], int((first["part"] == "train").sum()))

    def test_a_csv_of_one_column_keeps_its_missing_values(self):
        self.raw("a.csv", "a,b\n1,x\n2,\n3,z\n")
        self.prepared(self.job("columns: [b]", output=f"{{uri: file://{self.output}, format: csv}}"))
        first = f"file://{self.output}"
        self.output = self.path / "again"
        report = self.prepared(self.job(source=first))
        self.assertEqual(report["rows_read"], 3)
        self.assertEqual(Output(self.output).frame()["b"].isna().tolist(), [False, True, False])


if __name__ == "__main__":
    unittest.main()
