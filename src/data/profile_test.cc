#include "data/profile.h"

#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "data/test_records.h"

namespace howdah::data {
namespace {

constexpr int64_t kRows = 3 * static_cast<int64_t>(Profile::kSampleRows);
constexpr int64_t kChunk = 1'000;

std::string bytes_of(const Profile& profile) {
  std::string bytes;
  statistics::ByteWriter writer(bytes);
  profile.write_to(writer);
  return bytes;
}

// Of the rows 0 to kRows: chunk by chunk into `workers` profiles, merged the last first.
Profile profile_of(size_t workers, bool backwards) {
  std::vector<int32_t> chunks(kRows / kChunk);
  std::iota(chunks.begin(), chunks.end(), 0);
  if (backwards) std::reverse(chunks.begin(), chunks.end());
  std::vector<Profile> parts(workers);
  for (size_t i = 0; i < chunks.size(); ++i)
    EXPECT_TRUE(
        parts[i % workers].add(records_of({0, chunks[i]}, chunks[i] * kChunk, kChunk)).is_ok());
  Profile all;
  for (auto at = parts.rbegin(); at != parts.rend(); ++at) {
    const std::string bytes = bytes_of(*at);
    statistics::ByteReader reader(bytes);
    EXPECT_TRUE(all.merge(reader).is_ok());
  }
  return all;
}

ValuesReport values_of(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  transform::Records records;
  const auto values = arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
  records.batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("x", type)}),
                                           values->length(), {values});
  for (int64_t i = 0; i < values->length(); ++i) {
    records.rows.push_back(static_cast<uint32_t>(i));
    records.identities.push_back(statistics::hash128(std::to_string(i)));
  }
  Profile profile;
  EXPECT_TRUE(profile.add(records).is_ok());
  return profile.values_of(0);
}

TEST(Profile, its_figures_are_of_all_rows_and_its_pictures_of_a_sample) {
  const Profile profile = profile_of(1, false);
  const ValuesReport numbers = profile.values_of(0), words = profile.values_of(1);
  EXPECT_EQ(numbers.rows, kRows);
  EXPECT_EQ(numbers.min, 0);
  EXPECT_EQ(numbers.max, kRows - 1);
  EXPECT_EQ(numbers.mean, static_cast<double>(kRows - 1) / 2);
  EXPECT_EQ(numbers.sample_rows, static_cast<int64_t>(Profile::kSampleRows));
  EXPECT_EQ(std::accumulate(numbers.sample_bins.begin(), numbers.sample_bins.end(), int64_t{0}),
            numbers.sample_rows);
  EXPECT_EQ(words.sample_distinct, 7);
  EXPECT_TRUE(words.sample_bins.empty());
}

TEST(Profile, is_the_same_whoever_collects_and_in_whatever_order) {
  const std::string due = bytes_of(profile_of(1, false));
  EXPECT_EQ(bytes_of(profile_of(3, false)), due);
  EXPECT_EQ(bytes_of(profile_of(4, true)), due);
}

TEST(Profile, a_sum_does_not_lose_what_is_small_beside_what_is_great) {
  EXPECT_EQ(values_of(arrow::float64(), "[1e300, 8, -1e300]").mean, 8.0 / 3);
}

TEST(Profile, neither_missing_values_nor_infinities_are_in_its_figures) {
  const ValuesReport values = values_of(arrow::float64(), "[null, NaN, 4, Inf, -2]");
  EXPECT_EQ(values.rows, 5);
  EXPECT_EQ(values.missing, 2);
  EXPECT_EQ(values.min, -2);
  EXPECT_EQ(values.max, 4);
  EXPECT_EQ(values.mean, 1);
  const ValuesReport none = values_of(arrow::int64(), "[null]");
  EXPECT_EQ(none.missing, 1);
  EXPECT_TRUE(std::isnan(none.mean));
  EXPECT_TRUE(none.sample_bins.empty());
}

TEST(Profile, times_are_seconds_whatever_their_unit) {
  for (const auto& [type, json] :
       {std::pair{arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "[86400000000, 259200000000]"},
        {arrow::timestamp(arrow::TimeUnit::MILLI), "[86400000, 259200000]"},
        {arrow::timestamp(arrow::TimeUnit::SECOND), "[86400, 259200]"},
        {arrow::date32(), "[1, 3]"}}) {
    const ValuesReport values = values_of(type, json);
    EXPECT_EQ(values.min, 86'400);
    EXPECT_EQ(values.max, 3 * 86'400);
    EXPECT_EQ(values.mean, 2 * 86'400);
    EXPECT_EQ(values.sample_bins.front(), 1);
    EXPECT_EQ(values.sample_bins.back(), 1);
  }
}

TEST(Profile, a_span_beyond_the_doubles_has_its_bins) {
  const ValuesReport values = values_of(arrow::float64(), "[-1.7e308, 0, 1.7e308]");
  EXPECT_EQ(values.sample_bins.front(), 1);
  EXPECT_EQ(values.sample_bins[Profile::kBins / 2], 1);
  EXPECT_EQ(values.sample_bins.back(), 1);
}

TEST(Profile, refuses_what_is_no_profile) {
  const std::string bytes = bytes_of(profile_of(1, false));
  for (const size_t length : {size_t{0}, size_t{9}, size_t{60}, bytes.size() - 1}) {
    Profile profile;
    statistics::ByteReader reader(std::string_view(bytes).substr(0, length));
    EXPECT_EQ(profile.merge(reader).code(), Code::kCorrupt);
  }
}

}  // namespace
}  // namespace howdah::data
