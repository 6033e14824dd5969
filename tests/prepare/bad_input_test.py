"""Bad input is counted, put into quarantine with its place and reason, or refused in one line: never
lost in silence, and never a part of a result that looks whole."""

import contextlib
import gzip
import os
import pathlib
import subprocess
import time
import unittest

from howdah_prepare import NO_HADOOP, Output, PrepareTest, prepare

HEADER = "id,when,x\n"
GOOD = [f"{i},2013-01-{i % 28 + 1:02},{i}.5\n" for i in range(100)]
TYPES = "types: {id: int64, when: date, x: float64}\n"
KEEP = "bad_records: quarantine\nquarantine: true\n"


def text(*extra, header=HEADER):
    return header + "".join(GOOD) + "".join(extra)


class BadRecords(PrepareTest):
    """One record of a hundred is bad."""

    def assert_counted(self, bad, rule, reason, body="", rows=1, content=None):
        """Dropped and counted; in quarantine with its place; an error with its place."""
        raw = bad if isinstance(bad, bytes) else bad.encode()
        start = raw.rindex(b"|")  # where the bad record begins
        self.raw("a.csv", raw.replace(b"|", b""))
        report = self.prepared(self.job(TYPES + body))
        self.assertEqual(self.dropped(report), {f"read.{rule}": rows})
        self.assertEqual(report["rows_read"], 100 + rows)

        report = self.prepared(self.job(TYPES + body + KEEP), "--overwrite")
        self.assertEqual(report["rows_kept"], 100)
        found = Output(self.output).quarantine()
        self.assertEqual([one["rule"] for one in found], [f"read.{rule}"] * rows)
        self.assertEqual(found[-1]["file"], "a.csv")
        self.assertEqual(found[-1]["offset"], start)
        self.assertIn(reason, found[-1]["reason"])
        if content:
            self.assertIn(content, found[-1]["content"])

        self.output = self.path / "strict"
        self.assert_refused(2, "a.csv", reason,
                            job=self.job(TYPES + body + "bad_records: fail\n"))

    def test_a_ragged_row(self):
        self.assert_counted(text("|7,2013-01-01\n"), "ragged_row", "2 fields where 3 are due",
                            content="7,2013-01-01")

    def test_a_row_with_too_many_fields(self):
        self.assert_counted(text("|7,2013-01-01,1,2\n"), "ragged_row", "4 fields where 3 are due")

    def test_a_wrong_type(self):
        self.assert_counted(text("|7,2013-01-01,many\n"), "type_error", "many")

    def test_a_number_beyond_its_type(self):
        self.assert_counted(text("|9223372036854775808,2013-01-01,1\n"), "type_error",
                            "9223372036854775808")

    def test_a_day_that_never_was(self):
        self.assert_counted(text("|7,2013-02-30,1\n"), "type_error", "2013-02-30")

    def test_a_quote_that_is_not_closed(self):
        self.assert_counted(text('|7,"2013-01-01,1\n'), "unreadable", "quote")

    def test_bytes_of_another_encoding(self):
        self.raw("a.csv", b"id,name\n1,Z\xc3\xbcrich\n2,Z\xfcrich\n3,Bern\n")
        report = self.prepared(self.job(KEEP))
        self.assertEqual(self.dropped(report), {"read.encoding": 1})
        record, = Output(self.output).quarantine()
        self.assertEqual((record["file"], record["row"], record["offset"]), ("a.csv", 1, 18))
        self.assertEqual(sorted(Output(self.output).frame()["name"]), ["Bern", "Zürich"])
        self.output = self.path / "strict"
        self.assert_refused(2, "a.csv", "encoding", job=self.job("bad_records: fail\n"))

    def test_a_very_long_line(self):
        with open(self.path / "raw" / "a.csv", "wb") as file:
            file.write(text().encode() + b"7,2013-01-01,")
            for _ in range(100):
                file.write(b"9" * (1 << 20))
            file.write(b"\n8,2013-01-01,8.5\n")
        report = self.prepared(self.job(TYPES + "max_record: 1 MiB\n" + KEEP),
                               "--memory", "128 MiB")
        self.assertEqual(self.dropped(report), {"read.too_long": 1})
        self.assertEqual(report["rows_kept"], 101)
        record, = Output(self.output).quarantine()
        self.assertEqual(record["offset"], len(text()))
        self.assertIn("max_record allows 1048576", record["reason"])
        self.assertLess(len(record["content"]), 10_000)
        self.output = self.path / "strict"
        self.assert_refused(2, "a.csv",
                            job=self.job(TYPES + "max_record: 1 MiB\nbad_records: fail\n"))

    def test_records_that_memory_cannot_hold_are_not_begun(self):
        self.raw("a.csv", text())
        self.assert_refused(2, "max_record", "128.0 MiB", '--memory "512.0 MiB"',
                            job=self.job("max_record: 128 MiB\n"),
                            arguments=("--memory", "256 MiB"))

    def test_type_errors_can_become_missing(self):
        self.raw("a.csv", text("7,2013-01-01,many\n"))
        report = self.prepared(self.job(TYPES + "type_errors: missing\n"))
        self.assertEqual((report["rows_kept"], self.dropped(report)), (101, {}))
        rule, = report["rules"]
        self.assertEqual((rule["rule"], rule["values_changed"]), ("read.type_error", 1))
        self.assertEqual(Output(self.output).frame()["x"].isna().sum(), 1)

    def test_a_column_of_mixed_types_is_text_and_nothing_is_lost(self):
        self.raw("a.csv", text("7,someday,many\n"))
        report = self.prepared(self.job())
        self.assertEqual(report["rows_kept"], 101)
        self.assertIn("many", set(Output(self.output).frame()["x"]))

    def test_nan_and_infinities(self):
        self.raw("a.csv", text("100,2013-01-01,inf\n101,2013-01-01,-inf\n102,2013-01-01,NaN\n"))
        report = self.prepared(self.job("steps:\n  - clean: {drop_missing: [x]}\n"
                                        "  - normalize: {columns: [x], method: standard}\n"))
        self.assertEqual(self.dropped(report), {"clean.drop_missing(x)": 1})
        values = Output(self.output).frame().set_index("id")["x"]
        # They are kept as they are, and teach nothing.
        self.assertEqual((values[100], values[101]), (float("inf"), -float("inf")))
        self.assertAlmostEqual(values[:100].drop([100, 101], errors="ignore").mean(), 0, places=12)

    def test_dates_out_of_range(self):
        self.raw("a.csv", text("7,1013-01-01,1\n8,9013-01-01,1\n"))
        report = self.prepared(self.job(
            "quarantine: true\nsteps:\n"
            "  - clean: {dates: {columns: [when], from: 2000-01-01, to: 2020-12-31}}\n"))
        self.assertEqual(self.dropped(report), {"clean.dates(when)": 2})
        self.assertEqual([(one["row"], one["file"]) for one in Output(self.output).quarantine()],
                         [(100, "a.csv"), (101, "a.csv")])
        for one in Output(self.output).quarantine():
            self.assertIn("when", one["reason"])


class BadFiles(PrepareTest):
    def test_a_truncated_gzip(self):
        import random
        noise = "".join(f"{random.random()},2013-01-01,1\n" for _ in range(20_000))
        whole = gzip.compress((HEADER + noise).encode())
        self.raw("a.csv.gz", whole[:len(whole) // 2])
        self.assert_refused(2, "a.csv.gz", "byte", job=self.job())

    def test_damage_within_a_gzip(self):
        whole = bytearray(gzip.compress(text().encode()))
        whole[len(whole) // 2] ^= 0xff
        self.raw("a.csv.gz", bytes(whole))
        self.assert_refused(2, "a.csv.gz", job=self.job())

    def test_a_gzip_that_is_not_named_so(self):
        self.raw("a.csv", gzip.compress(text().encode()))
        self.assert_refused(2, "a.csv", "gz", job=self.job("format: csv\n"))

    def test_a_truncated_parquet(self):
        import pyarrow
        import pyarrow.parquet
        path = self.path / "raw" / "a.parquet"
        pyarrow.parquet.write_table(pyarrow.table({"x": list(range(1000))}), path)
        path.write_bytes(path.read_bytes()[:-100])
        self.assert_refused(2, "a.parquet", job=self.job())

    def test_empty_files_among_others_hold_nothing(self):
        self.raw("a.csv", "")
        self.raw("b.csv", text())
        report = self.prepared(self.job())
        self.assertEqual((report["files_read"], report["rows_read"]), (2, 100))

    def test_nothing_but_empty_files(self):
        self.raw("a.csv", "")
        self.assert_refused(2, "a.csv", "empty", job=self.job("format: csv\n"))

    def test_a_header_without_records(self):
        self.raw("a.csv", HEADER)
        self.assert_refused(2, "a.csv", "no record", job=self.job())

    def test_no_files_at_all(self):
        self.assert_refused(2, "raw", job=self.job())
        self.assert_refused(2, "/nowhere", job=self.job(source="file:///nowhere/*.csv"))

    def test_a_column_that_vanishes_between_files(self):
        self.raw("a.csv", text())
        self.raw("b.csv", "id,when\n1,2013-01-01\n")
        self.assert_refused(2, "b.csv", "'x'", job=self.job())
        report = self.prepared(self.job("absent_columns: missing\n"))
        self.assertEqual(report["rows_kept"], 101)
        self.assertEqual(Output(self.output).frame()["x"].isna().sum(), 1)

    def test_a_column_that_only_a_later_file_has(self):
        self.raw("a.csv", text())
        self.raw("b.csv", "id,when,x,y\n1,2013-01-01,1,1\n")
        self.assert_refused(2, "b.csv", "'y'", job=self.job())

    def test_columns_in_another_order_are_told_by_name(self):
        self.raw("a.csv", text())
        self.raw("b.csv", "x,id,when\n-7.5,1000,2013-01-01\n")
        self.prepared(self.job())
        frame = Output(self.output).frame()
        self.assertEqual(frame[frame["id"] == 1000]["x"].tolist(), [-7.5])

    def test_two_columns_of_one_name(self):
        self.raw("a.csv", "id,x,x\n1,2,3\n")
        self.assert_refused(2, "a.csv", "two columns", "'x'", job=self.job())

    @unittest.skipUnless(os.getuid(), "root may read every file")
    def test_a_file_that_may_not_be_read(self):
        self.raw("a.csv", text()).chmod(0)
        self.assert_refused(5, "a.csv", job=self.job())


class BadJobs(PrepareTest):
    def setUp(self):
        super().setUp()
        self.raw("a.csv", text())

    def test_a_typo(self):
        self.assert_refused(2, "job.yaml:5:", "drop_mising", "did you mean 'drop_missing'",
                            job=self.job("steps:\n  - clean: {drop_mising: [x]}\n"))

    def test_a_column_that_is_not_there(self):
        self.assert_refused(2, "job.yaml:5:", "\"whem\"", "did you mean \"when\"", job=self.job(
            "steps:\n  - normalize: {columns: [whem], method: standard}\n"))
        for body in ("split: {train: 0.5, test: 0.5, group: z}\n", "partition: {by: [z]}\n",
                     "partition: {range: z, buckets: 2}\n",
                     "steps: [{clean: {rules: [z > 1]}}]\n", "steps: [{drop: [z]}]\n"):
            self.assert_refused(2, "job.yaml:4:", 'no column "z"', job=self.job(body))

    def test_a_text_where_numbers_are_due(self):
        self.raw("a.csv", "id,name\n1,Bern\n")
        self.assert_refused(2, "job.yaml:5:", "name", job=self.job(
            "steps:\n  - normalize: {columns: [name], method: standard}\n"))

    def test_no_record_is_left(self):
        # Also where the rule's turn comes only after another one has learnt.
        for steps, last in (("  - clean: {rules: [x > 1000]}\n", 100),
                            ("  - clean: {drop_missing: [when]}\n"
                             "  - clean: {fill_missing: {columns: [x], method: mean}}\n"
                             "  - clean: {rules: [id > 1000]}\n", 99),
                            ("  - clean: {rules: [id > 1000]}\n"
                             "  - normalize: {columns: [x], method: standard}\n", 100)):
            self.raw("a.csv", text() if last == 100 else text().replace("2013-01-01", "", 1))
            done = prepare(self.job("steps:\n" + steps))
            self.assertEqual((done.code, done.out), (2, ""), done.err)
            head, *rules, error = done.err.splitlines()
            self.assertIn("rows dropped", head)
            self.assertEqual(rules[-1].split()[0][:11], "clean.rules")
            self.assertEqual(rules[-1].split()[-4:], [str(last), "-", "-", "-"])
            self.assertIn("no record is left to write, of 100", error)
            self.assert_nothing_visible()

    def test_an_output_that_is_there(self):
        self.output.mkdir()
        (self.output / "precious").write_text("mine")
        done = prepare(self.job())
        self.assertEqual((done.code, done.err.count("\n")), (2, 1), done.err)
        self.assertIn(str(self.output), done.err)
        self.assertEqual(prepare(self.job(), "--overwrite").code, 2)  # no preparation wrote it
        self.assertEqual([path.name for path in self.output.iterdir()], ["precious"])

    def test_another_output_that_is_there(self):
        self.prepared(self.job())
        done = prepare(self.job("split: {train: 0.5, test: 0.5}\n"))
        self.assertEqual((done.code, done.err.count("\n")), (2, 1), done.err)
        self.assertIn("--overwrite", done.err)
        self.assertEqual(Output(self.output).parts(), ["train"])

    def test_an_output_that_lost_a_file(self):
        self.prepared(self.job())
        part, = self.output.glob("train/part-*")
        part.unlink()
        done = prepare(self.job())
        self.assertEqual((done.code, done.err.count("\n")), (2, 1), done.err)
        self.assertIn(part.name, done.err)
        self.assertEqual(self.prepared(self.job(), "--overwrite")["rows_kept"], 100)
        for name in "transform.json", "report.json", "report.html":
            (self.output / name).write_text("")
            done = prepare(self.job())
            self.assertEqual((done.code, done.err.count("\n")), (2, 1), done.err)
            self.assertIn(f"{name} is empty", done.err)
            self.prepared(self.job(), "--overwrite")

    def test_an_output_that_is_a_file(self):
        self.output.write_text("mine")
        done = prepare(self.job())
        self.assertEqual((done.code, done.err.count("\n")), (2, 1), done.err)
        self.assertEqual(self.output.read_text(), "mine")

    def test_an_output_within_the_source(self):
        self.output = self.path / "raw" / "out"
        self.assert_refused(2, "source", job=self.job())

    def test_more_partitions_than_allowed(self):
        self.assert_refused(2, "50", job=self.job("partition: {by: [id], max_partitions: 50}\n"))

    def test_a_cluster_that_is_not_there(self):
        (self.path / "core-site.xml").write_text("<configuration></configuration>")
        begun = time.monotonic()
        for changes in ({"source": "hdfs://127.0.0.1:9/raw"},
                        {"output": "{uri: hdfs://127.0.0.1:9/out}"}):
            self.assert_refused(3, "127.0.0.1:9", job=self.job(**changes),
                                env={**NO_HADOOP, "HADOOP_CONF_DIR": str(self.path)})
        self.assertLess(time.monotonic() - begun, 20)  # with a job's patience it is 40

    def test_mapreduce_wants_its_files_in_hdfs(self):
        self.assert_refused(2, "HDFS", job=self.job(), arguments=["--on", "mapreduce"])

    def test_options_of_mapreduce_without_it(self):
        self.assert_refused(2, "--on mapreduce", job=self.job(), arguments=["--maps", "3"])

    def test_too_little_memory(self):
        self.assert_refused(2, "--memory", "64 MiB", job=self.job(),
                            arguments=["--memory", "1 MiB"])

    def test_a_job_that_prepares_nothing(self):
        path = self.path / "empty.yaml"
        path.write_text("name: a\n")
        self.assert_refused(2, "empty.yaml", job=path)


@contextlib.contextmanager
def small_file_system(folder, size):
    folder.mkdir()
    mounted = os.getuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "howdah-test", folder],
        capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


class NoSpace(PrepareTest):
    def setUp(self):
        super().setUp()
        # Not to be compressed to much less.
        noise = (f"{i},{os.urandom(30).hex()}\n" for i in range(500_000))
        self.raw("a.csv", "id,x\n" + "".join(noise))

    def test_the_output_has_no_room(self):
        disk = self.path / "disk"
        with small_file_system(disk, "2m") as mounted:
            if not mounted:
                self.skipTest("mounting a file system needs root")
            self.output = disk / "out"
            self.assert_refused(1, "space", str(disk), job=self.job(), kept=True)

    def test_there_is_no_room_for_what_memory_does_not_hold(self):
        disk = self.path / "disk"
        with small_file_system(disk, "1m") as mounted:
            if not mounted:
                self.skipTest("mounting a file system needs root")
            self.assert_refused(1, "TMPDIR", job=self.job("steps:\n  - clean: {drop_duplicates: true}\n"
                                                          "  - normalize: {columns: [id]}\n"),
                                arguments=["--memory", "64 MiB"],
                                env={**NO_HADOOP, "TMPDIR": str(disk)})

    @unittest.skipUnless(os.getuid(), "root may write everywhere")
    def test_the_output_may_not_be_written(self):
        closed = self.path / "closed"
        closed.mkdir(mode=0o500)
        self.output = closed / "out"
        self.assert_refused(5, str(closed), job=self.job())


if __name__ == "__main__":
    unittest.main()
