#include "data/packed_batch.h"

#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace howdah::data {
namespace {

using Batch = std::shared_ptr<arrow::RecordBatch>;

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> array_of(Builder&& builder, const std::vector<Value>& values,
                                       int missing_every = 0) {
  for (size_t i = 0; i < values.size(); ++i) {
    const bool missing = missing_every && i % static_cast<size_t>(missing_every) == 0;
    EXPECT_TRUE((missing ? builder.AppendNull() : builder.Append(values[i])).ok());
  }
  return builder.Finish().ValueOrDie();
}

Batch batch_of(const std::vector<std::shared_ptr<arrow::Array>>& columns) {
  arrow::FieldVector fields;
  for (const auto& column : columns)
    fields.push_back(arrow::field("c" + std::to_string(fields.size()), column->type()));
  return arrow::RecordBatch::Make(arrow::schema(fields), columns.front()->length(), columns);
}

// How many bytes it took.
int64_t expect_comes_back(const Batch& batch) {
  const auto bytes = pack(*batch);
  EXPECT_TRUE(bytes.is_ok()) << bytes.status().to_string();
  const auto back = unpack(batch->schema(), *bytes);
  EXPECT_TRUE(back.is_ok()) << back.status().to_string();
  EXPECT_TRUE((*back)->ValidateFull().ok()) << (*back)->ValidateFull().ToString();
  const auto nan_equal = arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false);
  EXPECT_TRUE((*back)->Equals(*batch, false, nan_equal)) << batch->ToString();
  return (*bytes)->size();
}

TEST(PackedBatch, brings_back_whole_numbers_of_every_width) {
  std::mt19937_64 random(3);
  for (int bits = 0; bits <= 64; ++bits) {
    std::vector<int64_t> numbers;
    for (int i = 0; i < 1000; ++i)
      numbers.push_back(static_cast<int64_t>(bits == 0 ? 0 : random() >> (64 - bits)) - 77);
    for (const int missing : {0, 3})
      expect_comes_back(batch_of({array_of(arrow::Int64Builder(), numbers, missing)}));
  }
  using Limits = std::numeric_limits<int64_t>;
  expect_comes_back(batch_of(
      {array_of(arrow::Int64Builder(), std::vector{Limits::min(), Limits::max(), int64_t{-1}})}));
  expect_comes_back(batch_of(
      {array_of(arrow::UInt64Builder(), std::vector<uint64_t>{0, UINT64_MAX, uint64_t{1} << 63})}));
}

TEST(PackedBatch, takes_two_bytes_for_a_small_number_and_for_the_hours_of_a_year) {
  std::vector<int64_t> numbers, hours;
  for (int64_t i = 0; i < 8760; ++i) {
    numbers.push_back(1000 + i % 500);
    hours.push_back((1'356'998'400 + i * 3600) * 1'000'000);
  }
  const auto type = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  arrow::TimestampBuilder builder(type, arrow::default_memory_pool());
  const auto times = array_of(std::move(builder), hours);
  EXPECT_LT(expect_comes_back(batch_of({array_of(arrow::Int64Builder(), numbers)})),
            8760 * 2 + 256);
  EXPECT_LT(expect_comes_back(batch_of({times})), 8760 * 2 + 256);
  for (int64_t& hour : hours) hour += hour / 1'000'000 % 7;
  arrow::TimestampBuilder uneven(type, arrow::default_memory_pool());
  expect_comes_back(batch_of({array_of(std::move(uneven), hours)}));
}

TEST(PackedBatch, brings_back_texts_bits_fractions_and_what_is_missing) {
  std::mt19937 random(5);
  std::vector<std::string> texts;
  std::vector<bool> bits;
  std::vector<double> fractions = {0.0, -0.0, std::numeric_limits<double>::quiet_NaN(),
                                   std::numeric_limits<double>::infinity()};
  for (int i = 0; i < 333; ++i) {
    texts.emplace_back(random() % 300, static_cast<char>('a' + i % 26));
    bits.push_back(random() % 2);
    if (fractions.size() < 333) fractions.push_back(static_cast<double>(random()) / 7);
  }
  for (const int missing : {0, 2, 1}) {
    const auto batch = batch_of({array_of(arrow::StringBuilder(), texts, missing),
                                 array_of(arrow::BooleanBuilder(), bits, missing),
                                 array_of(arrow::DoubleBuilder(), fractions, missing),
                                 std::make_shared<arrow::NullArray>(333)});
    expect_comes_back(batch);
    for (const int offset : {1, 7, 9, 333}) expect_comes_back(batch->Slice(offset));
  }
}

TEST(PackedBatch, brings_back_other_types_between_these) {
  const auto lists = std::make_shared<arrow::Int64Builder>();
  arrow::ListBuilder list(arrow::default_memory_pool(), lists);
  for (int64_t i = 0; i < 50; ++i) {
    EXPECT_TRUE(list.Append().ok());
    for (int64_t k = 0; k < i % 4; ++k) EXPECT_TRUE(lists->Append(i * k).ok());
  }
  const auto column = list.Finish().ValueOrDie();
  const auto numbers = array_of(arrow::Int64Builder(), std::vector<int64_t>(50, 7), 4);
  const auto batch = batch_of({column, numbers, column->Slice(0)});
  expect_comes_back(batch);
  expect_comes_back(batch->Slice(3, 21));
  expect_comes_back(batch->Slice(3, 0));
}

}  // namespace
}  // namespace howdah::data
