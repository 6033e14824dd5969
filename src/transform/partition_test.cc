#include "transform/partition.h"

#include <arrow/builder.h>
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "formats/arrow_status.h"
#include "transform/partition_names.h"
#include "transform/test_batches.h"

namespace howdah::transform {
namespace {

using prepare::PartitionSpec;
using Kind = PartitionSpec::Level::Kind;
using test::array;
using test::batch_of;
using testing::ElementsAre;
using testing::HasSubstr;
using Batch = std::shared_ptr<arrow::RecordBatch>;

PartitionSpec spec(std::vector<PartitionSpec::Level> levels, std::string zone = "UTC") {
  PartitionSpec result;
  result.levels = std::move(levels);
  result.time_zone = std::move(zone);
  result.where = "prep.yaml:20:3";
  return result;
}
PartitionSpec by_value(const std::vector<std::string>& expressions, std::string zone = "UTC") {
  std::vector<PartitionSpec::Level> levels;
  for (const auto& expression : expressions) levels.push_back({Kind::kValue, expression, "", 0});
  return spec(levels, std::move(zone));
}
std::unique_ptr<Partitioner> partitioner(const PartitionSpec& spec, const Batch& batch) {
  return Partitioner::create(spec, batch->schema()).value();
}
void learn(Partitioner& partitioner, const std::vector<Batch>& batches) {
  auto all = partitioner.collector();
  for (const auto& batch : batches) {
    const auto one = partitioner.collector();
    ASSERT_TRUE(one->add(test::records_of(batch)).is_ok());
    std::string bytes;
    one->write_to(bytes);
    statistics::ByteReader reader(bytes);
    ASSERT_TRUE(all->merge(reader).is_ok());
    EXPECT_EQ(reader.left(), 0U);
  }
  ASSERT_TRUE(partitioner.fit(*all).is_ok());
}
std::vector<std::string> folders_of(const Partitioner& partitioner, const Batch& batch) {
  const auto found = partitioner.assign(test::records_of(batch)).value();
  std::vector<std::string> result;
  for (const uint32_t folder : found.of_row) result.push_back(found.folders.at(folder));
  return result;
}
std::vector<std::string> folders(const PartitionSpec& spec, const Batch& batch) {
  return folders_of(*partitioner(spec, batch), batch);
}

class Partition : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(formats::load_arrow_functions().is_ok()); }
};

const auto kX = array(arrow::int64(), "[1, 2, 3]");

TEST_F(Partition, without_levels_is_one_folder_without_a_name) {
  EXPECT_THAT(folders(spec({}), batch_of({{"x", kX}})), ElementsAre("", "", ""));
}

TEST_F(Partition, nests_levels_and_names_each_folder_once) {
  const auto batch = batch_of({{"carrier", array(arrow::utf8(), R"(["UA", "AA", "UA", "UA", ""])")},
                               {"n", array(arrow::int64(), "[1, 1, 1, null, 2]")},
                               {"x", array(arrow::int64(), "[1, 2, 3, 4, 5]")}});
  const auto rule = partitioner(by_value({"carrier", "n"}), batch);
  const auto found = rule->assign(test::records_of(batch)).value();
  EXPECT_THAT(found.folders, ElementsAre("carrier=UA/n=1", "carrier=AA/n=1",
                                         "carrier=UA/n=__HIVE_DEFAULT_PARTITION__",
                                         "carrier=__HIVE_DEFAULT_PARTITION__/n=2"));
  EXPECT_THAT(found.of_row, ElementsAre(0, 1, 0, 2, 3));
  EXPECT_THAT(rule->reads(), ElementsAre("carrier", "n"));
  EXPECT_THAT(rule->columns_in_folders(), ElementsAre("carrier", "n"));
  EXPECT_EQ(rule->collector(), nullptr);
}

TEST_F(Partition, shows_values_of_each_type_as_plain_text) {
  const auto shown = [](const std::shared_ptr<arrow::Array>& values) {
    const auto found = folders(by_value({"v"}), batch_of({{"v", values}, {"x", values}}));
    std::string joined;
    for (const auto& folder : found) joined += folder.substr(2) + " ";
    return joined;
  };
  EXPECT_EQ(shown(array(arrow::int8(), "[-5, 0]")), "-5 0 ");
  EXPECT_EQ(shown(array(arrow::uint64(), "[18446744073709551615]")), "18446744073709551615 ");
  EXPECT_EQ(shown(array(arrow::float64(), "[5, -0.0, 0.0, 0.1, 1e300]")),
            "5.0 0.0 0.0 0.1 1e+300 ");
  EXPECT_EQ(shown(array(arrow::boolean(), "[true, false]")), "true false ");
  EXPECT_EQ(shown(array(arrow::date32(), "[15706, -1]")), "2013-01-01 1969-12-31 ");
  EXPECT_EQ(shown(test::times(R"(["2013-01-01T05:00:00Z", "1969-12-31T23:59:59.5Z"])")),
            "2013-01-01 05%3A00%3A00 1969-12-31 23%3A59%3A59.5 ");
  EXPECT_EQ(shown(array(arrow::dictionary(arrow::int8(), arrow::utf8()), R"(["a", null])")),
            "a __HIVE_DEFAULT_PARTITION__ ");
  EXPECT_EQ(shown(array(arrow::null(), "[null]")), "__HIVE_DEFAULT_PARTITION__ ");
}

// Hive's FileUtils.charToEscape, all of it.
TEST_F(Partition, escapes_what_hive_escapes_and_nothing_else) {
  EXPECT_EQ(escape_folder_name("a\"#%'*/:=?\\{[]^b"),
            "a%22%23%25%27%2A%2F%3A%3D%3F%5C%7B%5B%5D%5Eb");
  EXPECT_EQ(escape_folder_name(std::string("\x01\x1f\x7f\n\0", 5)), "%01%1F%7F%0A%00");
  EXPECT_EQ(escape_folder_name("}~!@$&()-_+|;,.<> "), "}~!@$&()-_+|;,.<> ");
  EXPECT_EQ(escape_folder_name("Žilina"), "Žilina");
  EXPECT_EQ(escape_folder_name("\xff"), "%FF");
  EXPECT_EQ(folder_name("a/b", "..").value(), "a%2Fb=..");
  EXPECT_EQ(folder_name("a", std::string(300, 'x')).status().code(), Code::kInvalidArgument);
}

TEST_F(Partition, takes_the_fields_of_times_in_the_zone_through_the_change_to_summer_time) {
  const auto batch =
      batch_of({{"at", test::times(R"(["2013-01-01T04:59:59Z", "2013-01-01T05:00:00Z",
       "2013-03-10T06:59:59Z", "2013-03-10T07:00:00Z", "2013-11-03T05:30:00Z",
       "2013-11-03T06:30:00Z", null])")},
                {"x", array(arrow::int64(), "[1, 2, 3, 4, 5, 6, 7]")}});
  EXPECT_THAT(folders(by_value({"year(at)", "month(at)", "hour(at)"}, "America/New_York"), batch),
              ElementsAre("year=2012/month=12/hour=23", "year=2013/month=1/hour=0",
                          "year=2013/month=3/hour=1", "year=2013/month=3/hour=3",
                          "year=2013/month=11/hour=1", "year=2013/month=11/hour=1",
                          "year=__HIVE_DEFAULT_PARTITION__/month=__HIVE_DEFAULT_PARTITION__/"
                          "hour=__HIVE_DEFAULT_PARTITION__"));
  EXPECT_EQ(folders(by_value({"year(at)"}), batch)[0], "year=2013");
  EXPECT_EQ(folders(by_value({"date(at)"}, "America/New_York"), batch)[0], "date=2012-12-31");
  EXPECT_TRUE(partitioner(by_value({"year(at)"}), batch)->columns_in_folders().empty());
}

TEST_F(Partition, by_hash_puts_equal_values_together_and_fills_all_buckets_alike) {
  arrow::StringBuilder tails;
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(tails.Append("N" + std::to_string(i % 5000)).ok());
  ASSERT_TRUE(tails.AppendNull().ok());
  const std::shared_ptr<arrow::Array> values = *tails.Finish();
  const auto batch = batch_of({{"tailnum", values}});
  const auto found = folders(spec({{Kind::kHash, "tailnum", "", 8}}), batch);
  EXPECT_EQ(found.back(), "tailnum_bucket=__HIVE_DEFAULT_PARTITION__");
  std::map<std::string, int> counts;
  for (size_t i = 0; i < 20'000; ++i) {
    ++counts[found[i]];
    EXPECT_EQ(found[i], found[i % 5000]);
  }
  EXPECT_EQ(counts.size(), 8U);
  for (const auto& [folder, count] : counts) EXPECT_NEAR(count, 2500, 400) << folder;
  EXPECT_EQ(counts.begin()->first, "tailnum_bucket=0");
}

// Published: other readers may find a bucket by it.
TEST_F(Partition, by_hash_is_the_same_for_ever) {
  const auto batch = batch_of({{"c", array(arrow::utf8(), R"(["UA", "AA", "B6", "DL"])")},
                               {"n", array(arrow::float64(), "[1, 2, 3.5, 4]")}});
  EXPECT_THAT(folders(spec({{Kind::kHash, "c", "", 100}, {Kind::kHash, "n", "", 100}}), batch),
              ElementsAre("c_bucket=59/n_bucket=84", "c_bucket=45/n_bucket=98",
                          "c_bucket=89/n_bucket=16", "c_bucket=18/n_bucket=97"));
}

TEST_F(Partition, by_range_balances_and_divides_no_value) {
  arrow::DoubleBuilder numbers;
  arrow::StringBuilder texts;
  for (int i = 0; i < 4000; ++i) {
    const int value = i * 7919 % 1000;
    ASSERT_TRUE(numbers.Append(value * value).ok());
    ASSERT_TRUE(texts.Append("t" + std::to_string(10'000 + value)).ok());
  }
  const std::shared_ptr<arrow::Array> n = *numbers.Finish(), t = *texts.Finish();
  const auto batch = batch_of({{"n", n}, {"t", t}});
  for (const char* column : {"n", "t"}) {
    const auto what = spec({{Kind::kRange, column, "", 8}});
    const auto rule = partitioner(what, batch), cut = partitioner(what, batch);
    learn(*rule, {batch});
    learn(*cut, {batch->Slice(2500), batch->Slice(0, 1000), batch->Slice(1000, 1500)});
    const auto found = folders_of(*rule, batch);
    EXPECT_EQ(found, folders_of(*cut, batch));
    std::map<std::string, int> counts;
    std::map<double, std::string> folder_of_value;
    for (size_t i = 0; i < found.size(); ++i) {
      ++counts[found[i]];
      const double value =
          static_cast<const arrow::DoubleArray&>(*n).Value(static_cast<int64_t>(i));
      const auto [at, is_new] = folder_of_value.try_emplace(value, found[i]);
      EXPECT_EQ(at->second, found[i]);
    }
    EXPECT_EQ(counts.size(), 8U);
    for (const auto& [folder, count] : counts) EXPECT_NEAR(count, 500, 4) << folder;
    std::string last;
    for (const auto& [value, folder] : folder_of_value) {
      EXPECT_GE(folder, last);
      last = folder;
    }
    EXPECT_EQ(last, std::string(column) + "_range=7");
  }
}

TEST_F(Partition, by_range_makes_fewer_where_values_repeat) {
  const auto batch = batch_of(
      {{"n", array(arrow::int64(), "[1, 1, 1, 1, 1, 1, 1, 1, 2, null]")},
       {"t", array(arrow::utf8(), R"(["b", "b", "b", "b", "b", "b", "b", "b", "c", null])")},
       {"x", array(arrow::int64(), "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]")}});
  for (const std::string column : {"n", "t"}) {
    const auto rule = partitioner(spec({{Kind::kRange, column, "r", 4}}), batch);
    learn(*rule, {batch});
    const auto found = folders_of(*rule, batch);
    EXPECT_EQ(found[0], "r=0");
    EXPECT_EQ(found[7], "r=0");
    EXPECT_EQ(found[8], "r=1");
    EXPECT_EQ(found[9], "r=__HIVE_DEFAULT_PARTITION__");
  }
}

TEST_F(Partition, is_the_same_after_its_state_was_kept) {
  const auto batch = batch_of({{"n", array(arrow::float64(), "[0.1, 0.2, 0.7, 1e300]")},
                               {"t", array(arrow::utf8(), R"(["a", "ž", "b\"", "c"])")},
                               {"d", array(arrow::date32(), "[1, 2, 3, 4]")}});
  const auto what = spec({{Kind::kRange, "n", "", 3},
                          {Kind::kRange, "t", "", 2},
                          {Kind::kValue, "d", "", 0},
                          {Kind::kRange, "d", "", 2}});
  const auto rule = partitioner(what, batch), other = partitioner(what, batch);
  learn(*rule, {batch});
  nlohmann::ordered_json state = nlohmann::ordered_json::object();
  rule->state(state);
  ASSERT_TRUE(other->restore(nlohmann::ordered_json::parse(state.dump())).is_ok());
  EXPECT_EQ(folders_of(*rule, batch), folders_of(*other, batch));
  for (const char* broken : {"{}", "[]", R"({"boundaries": 3})",
                             R"({"boundaries": {"n_range": [2, 1], "t_range": [], "d_range": []}})",
                             R"({"boundaries": {"n_range": ["x"], "t_range": [], "d_range": []}})"})
    EXPECT_EQ(other->restore(nlohmann::ordered_json::parse(broken)).code(), Code::kCorrupt);
}

TEST_F(Partition, refuses_more_than_were_allowed) {
  auto what = by_value({"x"});
  what.max_partitions = 2;
  const auto batch = batch_of({{"x", kX}, {"y", kX}});
  const auto found = partitioner(what, batch)->assign(test::records_of(batch));
  EXPECT_EQ(found.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(found.status().to_string(),
              testing::AllOf(HasSubstr("prep.yaml:20:3"), HasSubstr("more than 2 partitions")));
}

TEST_F(Partition, has_a_longer_name_where_a_column_has_the_usual_one) {
  const auto batch = batch_of({{"year", kX}, {"at", test::times("[1, 2, 3]")}});
  EXPECT_EQ(folders(by_value({"year(at)"}), batch)[0], "at_year=1970");
}

TEST_F(Partition, refuses_at_its_place_what_cannot_be) {
  const auto batch = batch_of({{"x", kX}, {"year", kX}, {"at", test::times("[1, 2, 3]")}});
  const auto refused = [&](const PartitionSpec& what) {
    return Partitioner::create(what, batch->schema()).status().to_string();
  };
  EXPECT_THAT(refused(by_value({"yer"})), HasSubstr("did you mean \"year\"?"));
  EXPECT_THAT(refused(spec({{Kind::kValue, "month(at)", "year", 0}})),
              HasSubstr("cannot be called \"year\""));
  EXPECT_THAT(refused(by_value({"month(x)"})), HasSubstr("prep.yaml:20:3"));
  EXPECT_THAT(refused(by_value({"x", "x"})), HasSubstr("two levels"));
  EXPECT_THAT(refused(by_value({"x", "year", "at"})), HasSubstr("no column would be left"));
  EXPECT_THAT(refused(by_value({"month(at)"}, "Mars/Phobos")), HasSubstr("no time zone"));
  EXPECT_THAT(refused(spec({{Kind::kHash, "x", "", 0}})), HasSubstr("buckets"));
}

}  // namespace
}  // namespace howdah::transform
