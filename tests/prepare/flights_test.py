"""examples/flights on the real flights of 2013: what Howdah wrote is what pandas makes of them."""

import pathlib
import shutil
import tempfile
import unittest

from howdah_prepare import FLIGHTS, Output, example, prepare

import numpy
import pandas
import pyarrow.dataset

ROWS = 336_776
TOLERANCE = 1e-12  # relative


class Flights:
    """One layout, prepared; and the raw flights, as pandas reads them."""
    raw = None

    @classmethod
    def raw_rows(cls):
        if cls.raw is None:
            cls.raw = pandas.read_csv(FLIGHTS)
            cls.raw["time_hour"] = pandas.to_datetime(cls.raw["time_hour"], utc=True)
            assert len(cls.raw) == ROWS
        return cls.raw

    # Set by a layout: its name, and the columns that tell one flight from another and that no step
    # changes.
    name, key = None, []

    @classmethod
    def setUpClass(cls):
        cls.path = pathlib.Path(tempfile.mkdtemp(prefix="howdah-flights-"))
        cls.addClassCleanup(shutil.rmtree, cls.path, ignore_errors=True)
        done = prepare(*example(cls.name, f"file://{FLIGHTS}", f"file://{cls.path}/out"))
        cls.report = done.report()
        cls.output = Output(cls.path / "out")
        cls.found = cls.in_order(cls.output.frame())
        cls.expected = cls.in_order(cls.clean(cls.raw_rows()))

    @classmethod
    def in_order(cls, frame):
        return frame.sort_values(cls.key, ignore_index=True)

    @staticmethod
    def clean(raw):
        """The records that stay, by pandas."""
        raise NotImplementedError

    def training(self, column):
        """The column's clean values in the part that was dealt to training."""
        values = self.expected[column][self.found["part"] == "train"].dropna()
        return values.to_numpy(float)

    def assert_values(self, column, expected):
        numpy.testing.assert_allclose(self.found[column].to_numpy(float),
                                      numpy.asarray(expected, float), rtol=TOLERANCE,
                                      atol=1e-300, err_msg=column)

    def assert_unchanged(self, *changed):
        """All other columns are as they were."""
        for column in set(self.expected.columns) & set(self.found.columns) - set(changed):
            due, found = self.expected[column], self.found[column]
            if due.dtype.kind == "f" or found.dtype.kind in "fi":
                self.assert_values(column, due)
            elif column == "time_hour":
                self.assertTrue((due == found).all(), column)
            else:
                same = (due.astype(object) == found.astype(object)) | (due.isna() & found.isna())
                self.assertTrue(same.all(), column)

    def test_each_record_is_counted(self):
        report = self.report
        dropped = sum(rule["rows_dropped"] for rule in report["rules"])
        self.assertEqual(report["rows_read"], ROWS)
        self.assertEqual(report["rows_kept"] + dropped, ROWS)
        self.assertEqual(report["rows_kept"], len(self.expected))
        self.assertEqual(report["rows_kept"], sum(one["rows"] for one in report["partitions"]))
        self.assertEqual({part["name"]: part["rows"] for part in report["parts"]},
                         self.found["part"].value_counts().to_dict())

    def test_the_records_are_those_that_pandas_keeps_and_no_other(self):
        self.assertEqual(len(self.found), len(self.expected))
        self.assertFalse(self.expected.duplicated(self.key).any())
        for column in self.key:
            self.assertTrue((self.found[column] == self.expected[column]).all(), column)

    def test_the_files_are_those_of_the_manifest(self):
        self.assertGreater(len(self.output.manifest()), 0)
        self.assertEqual(sorted(path.name for path in self.output.folder.iterdir()
                                if path.name not in self.output.parts()
                                and path.name != "_quarantine"),
                         ["_MANIFEST.json", "report.html", "report.json", "transform.json"])
        # What was printed is what was written.
        self.assertEqual(self.output.json("report.json"), self.report)

    def test_partitions_are_read_as_hive_lays_them_out(self):
        for part in self.output.parts():
            dataset = pyarrow.dataset.dataset(self.output.folder / part, partitioning="hive")
            rows = {one["folder"]: one["rows"] for one in self.report["partitions"]
                    if one["part"] == part}
            self.assertEqual(dataset.count_rows(), sum(rows.values()))
            by_folder = {}
            for file in dataset.get_fragments():
                folder = str(pathlib.Path(file.path).parent.relative_to(self.output.folder / part))
                by_folder[folder] = by_folder.get(folder, 0) + file.count_rows()
            self.assertEqual(by_folder, rows)
            self.assertEqual(len(pandas.read_parquet(self.output.folder / part)),
                             sum(rows.values()))

    def assert_shares(self, within, **shares):
        for part, share in shares.items():
            self.assertAlmostEqual((self.found["part"] == part).mean(), share, delta=within)

    def assert_folder_is(self, **columns):
        for name, due in columns.items():
            self.assertTrue((self.found[name].astype(str) == due.astype(str)).all(), name)


SCHEDULED = ["year", "month", "day", "sched_dep_time", "carrier", "flight"]


class ByMonth(Flights, unittest.TestCase):
    name, key = "month", SCHEDULED

    @staticmethod
    def clean(raw):
        rows = raw.dropna(subset=["dep_delay"]).drop_duplicates()
        low, high = numpy.quantile(rows["dep_delay"], [0.25, 0.75])
        reach = 3 * (high - low)
        return rows[(rows["dep_delay"] >= low - reach) & (rows["dep_delay"] <= high + reach)]

    def test_values_are_standardized_by_the_training_part(self):
        for column in ("dep_delay", "distance"):
            training = self.training(column)
            self.assert_values(column, (self.expected[column].astype(float) - training.mean())
                               / training.std())
        self.assert_unchanged("dep_delay", "distance")

    def test_each_carrier_is_split_by_the_shares(self):
        self.assert_shares(0.002, train=0.8, validation=0.1, test=0.1)
        for carrier, rows in self.found.groupby("carrier"):
            # Four standard deviations of a binomial, and a record.
            within = (16 * 0.8 * 0.2 * len(rows)) ** 0.5 + 1
            trained = (rows["part"] == "train").sum()
            self.assertLess(abs(trained - 0.8 * len(rows)), within, carrier)

    def test_folders_are_the_months_of_new_york(self):
        local = self.expected["time_hour"].dt.tz_convert("America/New_York")
        self.assert_folder_is(time_hour_year=local.dt.year, time_hour_month=local.dt.month)
        self.assertEqual(self.found["time_hour_month"].nunique(), 12)


class ByCarrier(Flights, unittest.TestCase):
    name, key = "carrier", SCHEDULED

    @staticmethod
    def clean(raw):
        rows = raw.copy()
        # Whole numbers stay whole: a half goes to the even one. A class without values takes the
        # median of all.
        median = rows.groupby("dest")["air_time"].median().fillna(rows["air_time"].median())
        filled = numpy.rint(rows["dest"].map(median))
        rows["air_time"] = rows["air_time"].fillna(filled)
        return rows[(rows["distance"] > 0)
                    & (rows["dep_delay"].isna() | (rows["dep_delay"] < 1440))]

    def test_values_are_scaled_by_quartiles_of_the_training_part(self):
        for column in ("dep_delay", "air_time"):
            low, median, high = numpy.quantile(self.training(column), [0.25, 0.5, 0.75])
            self.assert_values(column, (self.expected[column] - median) / (high - low))
        self.assert_unchanged("dep_delay", "air_time", "origin", "dest")

    def test_categories_become_numbers(self):
        train = self.expected[self.found["part"] == "train"]
        origins = sorted(train["origin"].unique())
        for origin in origins:
            self.assert_values(f"origin={origin}", self.expected["origin"] == origin)
        self.assert_values("origin=<unknown>", ~self.expected["origin"].isin(origins))
        self.assertNotIn("origin", self.found.columns)
        counts = train["dest"].value_counts()
        order = sorted(counts.index, key=lambda dest: (-counts[dest], dest))
        numbers = {dest: i + 1 for i, dest in enumerate(order)}
        self.assert_values("dest", [numbers.get(dest, 0) for dest in self.expected["dest"]])

    def test_the_past_trains_and_the_future_tests(self):
        times = self.found.groupby("part")["time_hour"]
        self.assertLess(times.max()["train"], times.min()["validation"])
        self.assertLess(times.max()["validation"], times.min()["test"])
        # The cuts are quantiles of all.
        instants = self.expected["time_hour"].astype("datetime64[us, UTC]").astype("int64")
        cuts = numpy.floor(numpy.quantile(instants, [0.8, 0.9]))
        due = numpy.array(["train", "validation", "test"])[numpy.searchsorted(cuts, instants)]
        self.assertTrue((self.found["part"] == due).all())

    def test_folders_are_the_carriers(self):
        self.assert_folder_is(carrier=self.expected["carrier"])

    def test_what_was_dropped_lies_in_quarantine_with_its_place(self):
        # The rules drop a handful: each with file, row and reason.
        dropped = sum(rule["rows_dropped"] for rule in self.report["rules"])
        quarantine = self.output.quarantine() if dropped else []
        self.assertEqual(len(quarantine), dropped)
        self.assertEqual(dropped, ROWS - len(self.expected))
        for record in quarantine:
            self.assertEqual(record["file"], "flights.csv")
            self.assertTrue(record["reason"])


class ByHash(Flights, unittest.TestCase):
    name, key = "hash", SCHEDULED

    @staticmethod
    def clean(raw):
        rows = raw.dropna(subset=["tailnum", "arr_delay"]).copy()
        median = rows["arr_delay"].median()
        reach = 10 * 1.4826 * (rows["arr_delay"] - median).abs().median()
        # Whole numbers stay whole, and within.
        rows["arr_delay"] = rows["arr_delay"].clip(numpy.ceil(median - reach),
                                                   numpy.floor(median + reach))
        return rows

    def test_outliers_are_clipped_and_all_is_brought_between_0_and_1(self):
        for column in ("arr_delay", "distance"):
            training = self.training(column)
            self.assert_values(column, (self.expected[column] - training.min())
                               / (training.max() - training.min()))
        self.assert_unchanged("arr_delay", "distance")
        clipped = self.raw_rows().dropna(subset=["tailnum", "arr_delay"])["arr_delay"]
        limits = self.expected["arr_delay"].min(), self.expected["arr_delay"].max()
        changed = ((clipped < limits[0]) | (clipped > limits[1])).sum()
        self.assertEqual([rule["values_changed"] for rule in self.report["rules"]
                          if rule["rule"].startswith("clean.outliers")], [changed])

    def test_no_aircraft_is_in_two_splits_or_two_buckets(self):
        aircraft = self.found.groupby("tailnum")
        self.assertEqual(aircraft["part"].nunique().max(), 1)
        self.assertEqual(aircraft["tailnum_bucket"].nunique().max(), 1)
        self.assertEqual(self.found["tailnum_bucket"].nunique(), 16)
        self.assert_shares(0.03, train=0.8, validation=0.1, test=0.1)


class ByRange(Flights, unittest.TestCase):
    # No step changes these, and together they are different for all flights that arrived.
    name = "range"
    key = ["year", "month", "day", "dep_time", "sched_dep_time", "arr_time", "sched_arr_time",
           "carrier", "origin", "dest", "air_time"]

    @staticmethod
    def clean(raw):
        return raw.dropna()

    def test_values_become_their_share_in_the_training_part(self):
        for column in ("dep_delay", "arr_delay"):
            # As scikit-learn's QuantileTransformer: the mean of the curves from both sides.
            shares = numpy.linspace(0, 1, 1000)
            curve = numpy.maximum.accumulate(numpy.quantile(self.training(column), shares))
            values = self.expected[column].to_numpy()
            due = 0.5 * (numpy.interp(values, curve, shares)
                         - numpy.interp(-values, -curve[::-1], -shares[::-1]))
            due[values <= curve[0]], due[values >= curve[-1]] = 0, 1
            self.assert_values(column, due)
        self.assertFalse({"tailnum", "flight"} & set(self.found.columns))
        self.assert_unchanged("dep_delay", "arr_delay")

    def test_outliers_are_marked(self):
        for column in ("dep_delay", "arr_delay"):
            values = self.expected[column]
            due = (values - values.mean()).abs() > 4 * values.std(ddof=0)
            self.assertTrue((self.found[f"{column}_outlier"] == due).all())
            self.assertGreater(due.sum(), 1000)

    def test_ranges_are_balanced_but_for_single_heavy_values(self):
        distances = self.expected["distance"]
        edges = numpy.quantile(distances, numpy.arange(1, 8) / 8)
        self.assert_folder_is(distance_range=pandas.Series(numpy.searchsorted(edges, distances)))
        rows = self.found["distance_range"].value_counts()
        self.assertEqual(len(rows), 8)
        # One value is never in two ranges.
        self.assertLess(rows.max(), 1.1 * rows.mean() + distances.value_counts().max())
        self.assertAlmostEqual(self.report["skew"], rows.max() / rows.mean(), places=9)
        self.assert_shares(0.003, train=0.9, test=0.1)


if __name__ == "__main__":
    unittest.main()
