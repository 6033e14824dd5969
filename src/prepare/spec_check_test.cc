#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "prepare/instant.h"
#include "prepare/spec.h"
#include "prepare/words.h"

namespace howdah::prepare {
namespace {

PrepareSpec smallest() {
  PrepareSpec spec;
  spec.name = "a";
  spec.source.uris = {"/raw/a.csv"};
  spec.source.where = "p.yaml:1:1";
  spec.output.uri = "/out";
  spec.output.where = "p.yaml:9:1";
  spec.split.where = "p.yaml:7:1";
  spec.partition.where = "p.yaml:8:1";
  return spec;
}

using Change = std::function<void(PrepareSpec&)>;
std::string complaint(const Change& change) {
  PrepareSpec spec = smallest();
  change(spec);
  const Status status = spec.check();
  EXPECT_TRUE(status.is_ok() || status.code() == Code::kInvalidArgument);
  return status.is_ok() ? "fine" : status.to_string();
}

std::string complaint_of(std::vector<StepKind> kinds, const Columns& columns = {}) {
  return complaint([&](PrepareSpec& spec) {
    int line = 3;
    for (StepKind& kind : kinds)
      spec.steps.push_back({std::move(kind), "", "p.yaml:" + std::to_string(line++) + ":5"});
    name_steps(spec.steps);
    spec.source.columns = columns;
  });
}

TEST(SpecCheck, accepts_the_smallest_preparation) {
  EXPECT_EQ(complaint([](PrepareSpec&) {}), "fine");
}

TEST(SpecCheck, refuses_a_source_that_cannot_be_meant) {
  const std::vector<std::pair<Change, std::string>> table = {
      {[](auto& s) { s.source.uris.clear(); }, "p.yaml:1:1: the source names no files"},
      {[](auto& s) {
         s.source.uris = {"/a", "/a"};
       },
       "p.yaml:1:1: the source '/a' is given twice"},
      {[](auto& s) { s.source.encoding = "utf8"; },
       "p.yaml:1:1: unknown encoding 'utf8'; did you mean 'utf-8'?"},
      {[](auto& s) { s.source.images.channels = 2; },
       "p.yaml:1:1: images have 1 channel (gray) or 3 (RGB), not 2"},
      {[](auto& s) { s.source.images.height = -1; },
       "p.yaml:1:1: a side of an image must be from 1 to 65535 pixels, not -1"},
      {[](auto& s) { s.source.images.width = 32; },
       "p.yaml:1:1: images are resized to a height and a width; one is missing"},
      {[](auto& s) {
         s.source.images = {1, 10'000, 10'000, false};
       },
       "p.yaml:1:1: images of 100000000 bytes, where a record may have 67108864"},
      {[](auto& s) {
         s.source.images = {3, 0, 0, true};
       },
       "p.yaml:1:1: 'encoded' keeps images as they are: neither channels nor sides can be given"},
      {[](auto& s) { s.source.csv.delimiter = '"'; },
       "p.yaml:1:1: 'quote' and 'delimiter' are the same character"},
      {[](auto& s) { s.source.csv.delimiter = '\xa7'; },
       "p.yaml:1:1: 'delimiter' must be one ASCII character"},
      {[](auto& s) {
         s.source.csv.names = {"a", "b", "a"};
       },
       "p.yaml:1:1: 'names' gives the column 'a' twice"},
      {[](auto& s) {
         s.source.columns = {"carrier"};
         s.source.types["carier"] = ColumnType::kString;
       },
       "p.yaml:1:1: 'columns' leaves out the column 'carier' that is asked for; did you mean "
       "'carrier'?"},
      {[](auto& s) {
         s.source.columns = {"carrier"};
         s.source.filter = "carier = 'UA'";
       },
       "p.yaml:1:1: 'columns' leaves out the column 'carier' that is asked for; did you mean "
       "'carrier'?"},
      {[](auto& s) { s.source.max_record_bytes = int64_t{1} << 31; },
       "p.yaml:1:1: the longest record must have from 1024 to 2147483647 bytes, not 2147483648"},
      {[](auto& s) { s.source.missing_words = {"a\xff"}; }, "p.yaml:1:1: 'missing' is not UTF-8"},
      {[](auto& s) { s.source.columns = {std::string("a\0b", 3)}; },
       "p.yaml:1:1: 'columns' holds a NUL character"},
      {[](auto& s) { s.name = "a b"; },
       "p.yaml:1:1: 'name' must be letters, digits, '-', '_' and '.', 100 at most"}};
  for (const auto& [change, message] : table) EXPECT_EQ(complaint(change), message);
}

TEST(SpecCheck, refuses_steps_at_their_place) {
  using O = Outliers;
  const std::vector<std::pair<StepKind, std::string>> table = {
      {DropMissing{{"a", "a"}, false}, "clean.drop_missing(a, a): the column 'a' is given twice"},
      {FillMissing{FillMissing::Method::kMean, {"a"}, "0", ""},
       "clean.fill_missing(a): 'value' goes with the method constant, not mean"},
      {FillMissing{FillMissing::Method::kConstant, {"a"}, "0", "b"},
       "clean.fill_missing(a): 'by' goes with mean, median and mode, not a constant"},
      {DropNearDuplicates{"", 0.8, 3, 5, 128, 1}, "clean.near_duplicates: 'column' is missing"},
      {DropNearDuplicates{"t", 1.5, 3, 5, 128, 1},
       "clean.near_duplicates(t): 'threshold' must be above 0 and at most 1"},
      {DropNearDuplicates{"t", 0.8, 0, 0, 128, 1},
       "clean.near_duplicates(t): 'shingle_characters' must be from 1 to 1000, not 0"},
      {O{O::Method::kIqr, O::Action::kDrop, {"a"}, 0, {}, {}},
       "clean.outliers(a): 'factor' must be above 0"},
      {O{O::Method::kIqr, O::Action::kDrop, {"a"}, 3, 1.0, {}},
       "clean.outliers(a): 'low' and 'high' go with the methods quantile and range, not iqr"},
      {O{O::Method::kRange, O::Action::kDrop, {"a"}, 3, {}, {}},
       "clean.outliers(a): the method range needs 'low', 'high' or both"},
      {O{O::Method::kRange, O::Action::kDrop, {"a"}, 3, 2.0, 1.0},
       "clean.outliers(a): 'low' is above 'high'"},
      {O{O::Method::kQuantile, O::Action::kDrop, {"a"}, 3, 1.0, 99.0},
       "clean.outliers(a): quantiles are shares from 0 to 1; write 0.01, not 1"},
      {O{O::Method::kIqr, O::Action::kDrop, {"a"}, NAN, {}, {}},
       "'factor' must be a finite number"},
      {KeepWhere{"1 = 1"},
       "clean.rules(1 = 1): '1 = 1' names no column; write a rule such as "
       "age >= 0"},
      {KeepWhere{"age >> 3"}, "character 6 of 'age >> 3': expected a value, found '>'"},
      {DeriveColumn{"x", "lowr(a)"},
       "character 1 of 'lowr(a)': unknown function 'lowr'; did you mean 'lower'?"},
      {DateRange{{"d"}, "", "", false}, "clean.dates(d): needs 'from', 'to' or both"},
      {DateRange{{"d"}, "2013-02-30", "", false},
       "clean.dates(d): '2013-02-30' is no point in time; write 2013-01-31 or "
       "2013-01-31T12:00:00Z"},
      {DateRange{{"d"}, "2014-01-01", "2013-01-01", false}, "clean.dates(d): 'from' is after 'to'"},
      {TextLength{{"t"}, 5, 4}, "clean.text_length(t): 'max' is less than 'min'"},
      {LabelNoise{}, "clean.label_noise: 'label' is missing"},
      {Normalize{Normalize::Method::kHash, {"a"}, 0, 1, 0, 1000},
       "normalize.hash(a): 'buckets' must be from 1 to 2147483648, not 0"},
      {Vocabulary{"t", false, true, 2, 1, 0},
       "vocabulary(t): 'size' must be from 3 to 10000000, not 2"},
      {SentencePiece{}, "sentencepiece: 'column' is missing"},
      {SelectColumns{}, "select: names no column"},
      {DeriveColumn{"", "a"}, "derive: the new column has no name"}};
  for (const auto& [kind, message] : table)
    EXPECT_EQ(complaint_of({kind}), "p.yaml:3:5: " + message);
}

TEST(SpecCheck, follows_the_columns_through_the_steps) {
  EXPECT_EQ(complaint_of({SelectColumns{{"a", "b"}, false}, KeepWhere{"c > 1"}}),
            "p.yaml:4:5: clean.rules(c > 1): there is no column 'c' here; did you mean 'a'?");
  EXPECT_EQ(complaint_of({SelectColumns{{"tail"}, true}, DropMissing{{"tail"}, false}}),
            "p.yaml:4:5: clean.drop_missing(tail): the column 'tail' is gone; it was left out by "
            "drop(tail)");
  EXPECT_EQ(complaint_of({SelectColumns{{"a"}, true}, DeriveColumn{"a", "b"}, KeepWhere{"a > 1"}}),
            "fine");
  EXPECT_EQ(complaint_of({KeepWhere{"distnce > 1"}}, {"distance"}),
            "p.yaml:3:5: clean.rules(distnce > 1): there is no column 'distnce' here; did you mean "
            "'distance'?");
  EXPECT_EQ(
      complaint_of({Outliers{Outliers::Method::kIqr, Outliers::Action::kMark, {"a"}, 3, {}, {}},
                    KeepWhere{"not a_outlier"}},
                   {"a"}),
      "fine");
  EXPECT_EQ(complaint_of(
                {Normalize{Normalize::Method::kOneHot, {"a"}, 0, 1, 1, 2}, KeepWhere{"`a=x` = 1"}},
                {"a"}),
            "fine");
}

TEST(SpecCheck, wants_a_training_part_for_what_learns_from_it) {
  const auto with = [](StepKind kind) {
    return complaint([&](PrepareSpec& spec) {
      spec.steps = {{std::move(kind), "n", "p.yaml:3:5"}};
      spec.split.parts = {{"all", 1}};
    });
  };
  EXPECT_EQ(with(Normalize{}),
            "p.yaml:3:5: n learns from the part 'train', which the split lacks; "
            "call a part of the split 'train'");
  EXPECT_EQ(with(Normalize{Normalize::Method::kLog, {"a"}, 0, 1, 1, 2}), "fine");
  EXPECT_EQ(with(DropDuplicates{}), "fine");
}

TEST(SpecCheck, refuses_splits_that_do_not_add_up) {
  using By = SplitSpec::By;
  const std::vector<std::pair<Change, std::string>> table = {
      {[](auto& s) {
         s.split.parts = {{"train", 0.8}, {"test", 0.1}};
       },
       "the shares of a split must add up to 1, not 0.9"},
      {[](auto& s) {
         s.split.parts = {{"train", 0.7}, {"validation", 0.2}, {"test", 0.1}};
       },
       "fine"},
      {[](auto& s) {
         s.split.parts = {{"train", 0.5}, {"train", 0.5}};
       },
       "the part 'train' is given twice"},
      {[](auto& s) {
         s.split.parts = {{"train", NAN}};
       },
       "'share' must be a finite number"},
      {[](auto& s) {
         s.split.parts = {{"_x", 1}};
       },
       "the part '_x' must be called by letters, digits, '-' and '_', 64 at most"},
      {[](auto& s) {
         s.split.parts = {{"../x", 1}};
       },
       "the part '../x' must be called by letters, digits, '-' and '_', 64 at most"},
      {[](auto& s) { s.split.by = By::kGroup; }, "'group' needs a column"},
      {[](auto& s) { s.split.exact = true; }, "'exact' goes with 'stratify'"},
      {[](auto& s) { s.split.until = {"2013-01-01"}; }, "'until' goes with 'time'"},
      {[](auto& s) {
         s.split.by = By::kTime;
         s.split.column = "t";
         s.split.until = {"2013-01-01"};
       },
       "'until' must give the end of each part but the last: 0 points in time, not 1"},
      {[](auto& s) {
         s.split.parts = {{"train", 0.5}, {"v", 0.25}, {"t", 0.25}};
         s.split.by = By::kTime;
         s.split.column = "t";
         s.split.until = {"2013-06-01", "2013-06-01T00:00Z"};
       },
       "'until' must go forward in time; '2013-06-01T00:00Z' does not"}};
  for (const auto& [change, message] : table)
    EXPECT_EQ(complaint(change), message == "fine" ? message : "p.yaml:7:1: " + message);
}

TEST(SpecCheck, refuses_partitions_that_have_no_folder) {
  using Kind = PartitionSpec::Level::Kind;
  const auto with = [](std::vector<PartitionSpec::Level> levels) {
    return complaint([&](PrepareSpec& spec) { spec.partition.levels = levels; });
  };
  EXPECT_EQ(with({{Kind::kValue, "year(t)", "year", 0}, {Kind::kHash, "id", "id_hash", 16}}),
            "fine");
  EXPECT_EQ(with({{Kind::kValue, "a", "a", 0}, {Kind::kValue, "b", "a", 0}}),
            "p.yaml:8:1: two levels of partitions have the name 'a'; name one of them: by: "
            "[{other: month(time)}]");
  EXPECT_EQ(with({{Kind::kHash, "a", "b", 0}}),
            "p.yaml:8:1: 'buckets' of 'hash' must be from 1 to 100000, not 0");
  EXPECT_EQ(with({{Kind::kValue, "a +", "b", 0}}),
            "p.yaml:8:1: character 4 of 'a +': expected a value, found the end");
  EXPECT_EQ(with({{Kind::kValue, "a", "../b", 0}}),
            "p.yaml:8:1: a partition's folder cannot be called '../b'; use no '/' and no '=', and "
            "no '.' or '_' at the beginning");
  EXPECT_EQ(complaint([](PrepareSpec& spec) { spec.partition.time_zone = "../../etc/passwd"; }),
            "p.yaml:8:1: '../../etc/passwd' is no time zone; write UTC or America/New_York");
}

TEST(SpecCheck, refuses_an_output_that_would_harm_its_source) {
  const auto with = [](const std::string& source, const std::string& output) {
    return complaint([&](PrepareSpec& spec) {
      spec.source.uris = {"/elsewhere", source};
      spec.output.uri = output;
    });
  };
  EXPECT_EQ(with("hdfs:///data/raw/*.csv", "hdfs:///data/"),
            "p.yaml:9:1: the output 'hdfs:///data/' would replace its source "
            "'hdfs:///data/raw/*.csv'; give another output");
  EXPECT_EQ(with("/data", "file:///data/out"),
            "p.yaml:9:1: the output 'file:///data/out' lies in its source '/data', and would be "
            "read the next time; give another output");
  EXPECT_EQ(with("/data/", "/data"),
            "p.yaml:9:1: the output '/data' would replace its source "
            "'/data/'; give another output");
  EXPECT_EQ(with("/data/*.csv", "/data/out"), "fine");
  EXPECT_EQ(with("/data", "/data2"), "fine");
  EXPECT_EQ(complaint([](PrepareSpec& spec) { spec.output.compression = "gzp"; }),
            "p.yaml:9:1: unknown compression 'gzp'; did you mean 'gzip'?");
  EXPECT_EQ(complaint([](PrepareSpec& spec) { spec.output.uri = ""; }),
            "p.yaml:9:1: the output has no 'uri'");
}

TEST(SpecCheck, refuses_steps_beside_a_transform) {
  EXPECT_EQ(complaint([](PrepareSpec& spec) {
              spec.steps = {{DropMissing{}, "n", "p.yaml:3:5"}};
              spec.transform = "/t/transform.json";
            }),
            "p.yaml:3:5: 'steps' and 'transform' cannot both be given; 'transform' brings its own "
            "steps");
}

TEST(Instants, are_iso_8601_and_nothing_else) {
  EXPECT_EQ(parse_instant("1970-01-01"), Instant(0, 0));
  EXPECT_EQ(parse_instant("2013-01-31T12:00:30.5+01:00"), Instant(1359630030, 500'000'000));
  EXPECT_EQ(parse_instant("2012-02-29 23:59Z"), Instant(1330559940, 0));
  EXPECT_EQ(parse_instant("0001-01-01T00:00-0530"), Instant(-62135596800 + 19800, 0));
  for (const char* text :
       {"", "2013", "2013-1-1", "2013-02-29", "2013-13-01", "0000-01-01", "2013-01-01T",
        "2013-01-01T24:00", "2013-01-01T12", "2013-01-01T12:00:60", "2013-01-01T12:00:00.",
        "2013-01-01T12:00:00.1234567891", "2013-01-01T12:00+1", "2013-01-01x", "31.1.2013"})
    EXPECT_FALSE(parse_instant(text)) << text;
}

}  // namespace
}  // namespace howdah::prepare
