#include "transform/split.h"

#include <arrow/builder.h>
#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "formats/arrow_status.h"
#include "transform/test_batches.h"

namespace howdah::transform {
namespace {

using prepare::SplitSpec;
using test::array;
using testing::ElementsAre;
using testing::HasSubstr;

SplitSpec spec(SplitSpec::By by, std::string column = "", uint64_t seed = 7) {
  SplitSpec result;
  result.parts = {{"train", 0.8}, {"validation", 0.1}, {"test", 0.1}};
  result.by = by;
  result.column = std::move(column);
  result.seed = seed;
  result.where = "prep.yaml:9:3";
  return result;
}

// Rows `first` to `last`: "id" is different in each, "class" is "a" in 70 of 100, "b" in 20, "c" in
// 9, missing in 1; "user" has 1000 values; "at" goes up with id, four of each.
std::shared_ptr<arrow::RecordBatch> people(int64_t first, int64_t last) {
  arrow::Int64Builder id, user;
  arrow::StringBuilder classes;
  arrow::TimestampBuilder at(test::time_type(), arrow::default_memory_pool());
  for (int64_t i = first; i < last; ++i) {
    const int64_t of100 = i * 37 % 100;
    EXPECT_TRUE(id.Append(i).ok() && user.Append(i * i % 1009 % 1000).ok());
    EXPECT_TRUE((of100 < 70   ? classes.Append("a")
                 : of100 < 90 ? classes.Append("b")
                 : of100 < 99 ? classes.Append("c")
                              : classes.AppendNull())
                    .ok());
    EXPECT_TRUE(at.Append(1'357'000'000'000'000 + i / 4 * 1'000'000).ok());
  }
  return test::batch_of({{"id", *id.Finish()},
                         {"class", *classes.Finish()},
                         {"user", *user.Finish()},
                         {"at", *at.Finish()}});
}

std::unique_ptr<Splitter> splitter(const SplitSpec& spec) {
  return Splitter::create(spec, people(0, 0)->schema()).value();
}
void learn(Splitter& splitter, const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  if (!splitter.collector()) return;
  auto all = splitter.collector();
  for (const auto& batch : batches) {
    const auto one = splitter.collector();
    ASSERT_TRUE(one->add(test::records_of(batch)).is_ok());
    std::string bytes;
    one->write_to(bytes);
    statistics::ByteReader reader(bytes);
    ASSERT_TRUE(all->merge(reader).is_ok());
  }
  ASSERT_TRUE(splitter.fit(*all).is_ok());
}
std::vector<uint8_t> parts_of(const Splitter& splitter,
                              const std::shared_ptr<arrow::RecordBatch>& batch) {
  return splitter.assign(test::records_of(batch)).value();
}
std::vector<int64_t> counts(const std::vector<uint8_t>& parts, size_t kinds = 3) {
  std::vector<int64_t> result(kinds);
  for (const uint8_t part : parts) ++result.at(part);
  return result;
}

class Split : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(formats::load_arrow_functions().is_ok()); }
};

const auto kAll = {SplitSpec::By::kRecord, SplitSpec::By::kClass, SplitSpec::By::kGroup,
                   SplitSpec::By::kTime};
const char* column_for(SplitSpec::By by) {
  return by == SplitSpec::By::kClass   ? "class"
         : by == SplitSpec::By::kGroup ? "user"
         : by == SplitSpec::By::kTime  ? "at"
                                       : "";
}

TEST_F(Split, does_not_depend_on_how_the_records_are_cut_and_merged) {
  for (const auto by : kAll) {
    for (const bool exact : {false, true}) {
      auto what = spec(by, column_for(by));
      what.exact = exact;
      const auto whole = splitter(what), cut = splitter(what);
      learn(*whole, {people(0, 3000)});
      learn(*cut, {people(1700, 3000), people(0, 5), people(5, 1700)});
      const auto parts = parts_of(*whole, people(0, 3000));
      EXPECT_EQ(std::vector(parts.begin() + 100, parts.begin() + 900),
                parts_of(*cut, people(100, 900)));
      EXPECT_EQ(parts, parts_of(*cut, people(0, 3000)));
    }
  }
}

TEST_F(Split, by_hash_gives_shares_within_the_bounds_of_chance) {
  constexpr int64_t kRows = 100'000;
  const auto batch = people(0, kRows);
  for (const auto by : {SplitSpec::By::kRecord, SplitSpec::By::kClass}) {
    for (const uint64_t seed : {1, 2, 3}) {
      const auto found = counts(parts_of(*splitter(spec(by, column_for(by), seed)), batch));
      const double shares[] = {0.8, 0.1, 0.1};
      for (size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(static_cast<double>(found[i]), shares[i] * kRows,
                    4 * std::sqrt(shares[i] * (1 - shares[i]) * kRows));
    }
  }
}

TEST_F(Split, by_hash_moves_no_record_when_others_come_or_go) {
  for (const auto by : {SplitSpec::By::kRecord, SplitSpec::By::kClass, SplitSpec::By::kGroup}) {
    const auto rule = splitter(spec(by, column_for(by)));
    EXPECT_EQ(rule->collector(), nullptr);
    const auto more = parts_of(*rule, people(0, 2000));
    EXPECT_EQ(std::vector(more.begin() + 500, more.begin() + 1500),
              parts_of(*rule, people(500, 1500)));
  }
}

TEST_F(Split, depends_on_the_seed_and_not_on_the_hash_that_others_use) {
  const auto batch = people(0, 1000);
  const auto one = parts_of(*splitter(spec(SplitSpec::By::kRecord, "", 1)), batch);
  EXPECT_NE(one, parts_of(*splitter(spec(SplitSpec::By::kRecord, "", 2)), batch));
  const auto records = test::records_of(batch);
  int64_t together = 0;
  for (size_t i = 0; i < one.size(); ++i)
    together += (records.identities[i].high >> 63) == (one[i] > 0);
  EXPECT_NEAR(static_cast<double>(together), 500, 100);
}

TEST_F(Split, puts_equal_records_into_one_part) {
  const auto batch = test::batch_of({{"x", array(arrow::int64(), "[1, 2, 1, 2, 1, 2, 1]")}});
  const auto rule = Splitter::create(spec(SplitSpec::By::kRecord), batch->schema()).value();
  const auto parts = parts_of(*rule, batch);
  EXPECT_EQ(std::set(parts.begin(), parts.end()).size(), std::set({parts[0], parts[1]}).size());
}

TEST_F(Split, by_exact_class_is_exact_in_each_class) {
  auto what = spec(SplitSpec::By::kClass, "class");
  what.exact = true;
  const auto rule = splitter(what);
  const auto batch = people(0, 1234);
  learn(*rule, {batch});
  const auto parts = parts_of(*rule, batch);
  const auto& classes = static_cast<const arrow::StringArray&>(*batch->column(1));
  std::map<std::string, std::vector<int64_t>> found;
  for (int64_t i = 0; i < batch->num_rows(); ++i) {
    auto& of_class = found[classes.IsNull(i) ? "missing" : classes.GetString(i)];
    of_class.resize(3);
    ++of_class[parts[static_cast<size_t>(i)]];
  }
  EXPECT_THAT(found["a"], ElementsAre(691, 86, 86));  // of 863: 690.4, 86.3, 86.3
  for (const auto& [name, counted] : found) {
    const auto sum = static_cast<double>(counted[0] + counted[1] + counted[2]);
    EXPECT_LT(std::abs(static_cast<double>(counted[0]) - 0.8 * sum), 1) << name;
    EXPECT_LT(std::abs(static_cast<double>(counted[1]) - 0.1 * sum), 1) << name;
    EXPECT_LT(std::abs(static_cast<double>(counted[2]) - 0.1 * sum), 1) << name;
  }
}

TEST_F(Split, by_exact_class_places_a_class_that_it_never_saw_by_its_hash) {
  auto what = spec(SplitSpec::By::kClass, "user");
  what.exact = true;
  const auto rule = splitter(what);
  learn(*rule, {people(0, 10)});
  EXPECT_THAT(counts(parts_of(*rule, people(5000, 15'000))),
              ElementsAre(testing::Ge(7800), testing::Ge(850), testing::Ge(850)));
}

TEST_F(Split, by_group_has_no_group_in_two_parts) {
  const auto batch = people(0, 20'000);
  const auto parts = parts_of(*splitter(spec(SplitSpec::By::kGroup, "user")), batch);
  const auto& users = static_cast<const arrow::Int64Array&>(*batch->column(2));
  std::map<int64_t, std::set<uint8_t>> found;
  for (int64_t i = 0; i < batch->num_rows(); ++i)
    found[users.Value(i)].insert(parts[static_cast<size_t>(i)]);
  std::vector<int64_t> groups(3);
  for (const auto& [user, of_user] : found) {
    EXPECT_EQ(of_user.size(), 1U) << user;
    ++groups[*of_user.begin()];
  }
  EXPECT_GT(groups[1], 0);
  EXPECT_GT(groups[2], 0);
}

TEST_F(Split, by_group_takes_missing_as_a_group_and_5_and_5_0_as_one) {
  const auto whole = test::batch_of({{"g", array(arrow::int64(), "[5, null, 6, null]")},
                                     {"x", array(arrow::int64(), "[1, 2, 3, 4]")}});
  const auto floats = test::batch_of({{"g", array(arrow::float64(), "[5, null, 6, null]")},
                                      {"x", array(arrow::int64(), "[5, 6, 7, 8]")}});
  const auto what = spec(SplitSpec::By::kGroup, "g");
  const auto rule = Splitter::create(what, whole->schema()).value();
  const auto parts = parts_of(*rule, whole);
  EXPECT_EQ(parts[1], parts[3]);
  EXPECT_EQ(parts, parts_of(*rule, floats));
}

TEST_F(Split, by_time_trains_on_the_past_with_exact_shares) {
  const auto rule = splitter(spec(SplitSpec::By::kTime, "at"));
  learn(*rule, {people(4000, 8000), people(0, 4000)});
  const auto parts = parts_of(*rule, people(0, 8000));
  EXPECT_TRUE(std::is_sorted(parts.begin(), parts.end()));
  const auto found = counts(parts);
  EXPECT_NEAR(static_cast<double>(found[0]), 6400, 4);  // four records have each instant
  EXPECT_NEAR(static_cast<double>(found[1]), 800, 4);
  for (size_t i = 0; i < parts.size(); i += 4) EXPECT_EQ(parts[i], parts[i + 3]);
}

TEST_F(Split, by_time_until_is_inclusive_and_a_date_lasts_its_whole_day) {
  const auto batch =
      test::batch_of({{"at", test::times(R"(["2013-06-30T23:59:59.999999Z", "2013-07-01T00:00:00Z",
                              "2013-08-31T12:00:00Z", "2013-08-31T12:00:00.000001Z"])")}});
  auto what = spec(SplitSpec::By::kTime, "at");
  what.until = {"2013-06-30", "2013-08-31T12:00:00"};
  const auto rule = Splitter::create(what, batch->schema()).value();
  EXPECT_EQ(rule->collector(), nullptr);
  EXPECT_THAT(parts_of(*rule, batch), ElementsAre(0, 1, 1, 2));
  const auto nanoseconds = test::batch_of(
      {{"at", array(arrow::timestamp(arrow::TimeUnit::NANO),
                    R"(["2013-06-30T23:59:59.999999999", "2013-07-01T00:00:00"])")}});
  EXPECT_THAT(parts_of(*Splitter::create(what, nanoseconds->schema()).value(), nanoseconds),
              ElementsAre(0, 1));
  const auto dates = test::batch_of(
      {{"at", array(arrow::date32(), R"([15886, 15887, 15948, 15949])")}});  // 2013-06-30...
  EXPECT_THAT(parts_of(*Splitter::create(what, dates->schema()).value(), dates),
              ElementsAre(0, 1, 1, 2));
}

TEST_F(Split, by_time_names_the_record_without_a_time) {
  const auto batch = test::batch_of({{"at", test::times(R"(["2013-06-30T00:00:00Z", null])")}});
  const auto rule = Splitter::create(spec(SplitSpec::By::kTime, "at"), batch->schema()).value();
  auto records = test::records_of(batch, 3);
  records.rows = {10, 12};
  for (const auto& status : {rule->assign(records).status(), rule->collector()->add(records)}) {
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("row 12 of chunk 3 of file 0"));
  }
}

TEST_F(Split, is_the_same_after_its_state_was_kept) {
  for (const auto by : kAll) {
    auto what = spec(by, column_for(by));
    what.exact = true;
    const auto rule = splitter(what), other = splitter(what);
    learn(*rule, {people(0, 1000)});
    nlohmann::ordered_json state = nlohmann::ordered_json::object();
    rule->state(state);
    ASSERT_TRUE(other->restore(nlohmann::ordered_json::parse(state.dump())).is_ok());
    EXPECT_EQ(parts_of(*rule, people(0, 2000)), parts_of(*other, people(0, 2000)));
    if (!rule->collector()) continue;
    for (const char* broken : {"{}", "[]", R"({"classes": [{}]})", R"({"last_instants": [1]})",
                               R"({"classes": [{"class": 3, "last_hashes": [1, 2]}]})",
                               R"({"last_instants": [1, "x"]})"})
      EXPECT_EQ(other->restore(nlohmann::ordered_json::parse(broken)).code(), Code::kCorrupt);
  }
}

TEST_F(Split, refuses_bytes_of_another_making) {
  auto what = spec(SplitSpec::By::kClass, "class");
  what.exact = true;
  const auto rule = splitter(what);
  std::string bytes;
  const auto one = rule->collector();
  ASSERT_TRUE(one->add(test::records_of(people(0, 50))).is_ok());
  one->write_to(bytes);
  for (size_t size = 0; size < bytes.size(); size += 7) {
    const std::string cut = bytes.substr(0, size);
    statistics::ByteReader reader(cut);
    EXPECT_EQ(rule->collector()->merge(reader).code(), Code::kCorrupt);
  }
}

TEST_F(Split, refuses_at_its_place_what_cannot_be) {
  const auto schema = people(0, 0)->schema();
  const auto refused = [&](const SplitSpec& what) {
    return Splitter::create(what, schema).status().to_string();
  };
  EXPECT_THAT(refused(spec(SplitSpec::By::kClass, "clas")),
              testing::AllOf(HasSubstr("prep.yaml:9:3"), HasSubstr("\"class\"?")));
  EXPECT_THAT(refused(spec(SplitSpec::By::kTime, "class")), HasSubstr("a date or a time is due"));
  auto what = spec(SplitSpec::By::kTime, "at");
  what.until = {"2013-06-30"};
  EXPECT_THAT(refused(what), HasSubstr("1 instants for 3 parts"));
  what.until = {"2013-06-30", "2013-05-30"};
  EXPECT_THAT(refused(what), HasSubstr("is before the one before it"));
  what.until = {"2013-06-30", "soon"};
  EXPECT_THAT(refused(what), HasSubstr("\"soon\" is no date"));
  what = spec(SplitSpec::By::kRecord);
  what.parts[0].share = 0.7;
  EXPECT_THAT(refused(what), HasSubstr("add up to 0.9"));
}

TEST_F(Split, with_one_part_is_all_of_it) {
  auto what = spec(SplitSpec::By::kRecord);
  what.parts = {{"train", 1}};
  EXPECT_THAT(counts(parts_of(*splitter(what), people(0, 100)), 1), ElementsAre(100));
  what.parts = {{"train", 0}, {"test", 1}};
  EXPECT_THAT(counts(parts_of(*splitter(what), people(0, 100)), 2), ElementsAre(0, 100));
}

}  // namespace
}  // namespace howdah::transform
