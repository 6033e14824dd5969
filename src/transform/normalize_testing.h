// What tests of the steps that normalize have in common. For tests only.
#pragma once

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "transform/step.h"
#include "transform/steps.h"

namespace howdah::transform::testing_ {

inline std::shared_ptr<arrow::Array> column_from(const std::shared_ptr<arrow::DataType>& type,
                                                 const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

using NamedColumns = std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>;

inline Records records_from(const NamedColumns& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  const int64_t rows = arrays.front()->length();
  Records records;
  records.batch = arrow::RecordBatch::Make(arrow::schema(fields), rows, arrays);
  records.rows.resize(static_cast<size_t>(rows));
  std::iota(records.rows.begin(), records.rows.end(), 0U);
  for (const uint32_t row : records.rows)
    records.identities.push_back(statistics::hash128(std::to_string(row)));
  return records;
}

inline Records slice_of(const Records& records, int64_t from, int64_t count) {
  Records slice;
  slice.batch = records.batch->Slice(from, count);
  slice.rows.assign(records.rows.begin() + from, records.rows.begin() + from + count);
  slice.identities.assign(records.identities.begin() + from,
                          records.identities.begin() + from + count);
  return slice;
}

template <typename Rule>
prepare::StepSpec spec_of(Rule rule) {
  return {std::move(rule), "normalize.test", "prep.yaml:6:14"};
}

template <typename Rule>
std::unique_ptr<Step> step_of(Rule rule) {
  const prepare::StepSpec spec = spec_of(std::move(rule));
  auto step = make(std::get<Rule>(spec.kind), spec);
  EXPECT_TRUE(step.is_ok()) << step.status().to_string();
  return std::move(step).value();
}

template <typename Rule>
std::string error_of(Rule rule) {
  const prepare::StepSpec spec = spec_of(std::move(rule));
  return make(std::get<Rule>(spec.kind), spec).status().to_string();
}

// Binds, and learns in batches of `batch_rows` that go round `workers` collectors, which are merged
// by their bytes, the last first.
inline Status learn(Step& step, const Records& records, int64_t batch_rows = 1000,
                    int workers = 1) {
  HOWDAH_TRY(step.bind(records.batch->schema()));
  if (!step.collector()) return Status::ok();
  std::vector<std::unique_ptr<Collector>> collectors;
  for (int i = 0; i < workers; ++i) collectors.push_back(step.collector());
  size_t turn = 0;
  for (int64_t from = 0; from < records.size(); from += batch_rows) {
    const int64_t count = std::min(batch_rows, records.size() - from);
    HOWDAH_TRY(collectors[turn++ % collectors.size()]->add(slice_of(records, from, count)));
  }
  const auto all = step.collector();
  for (auto at = collectors.rbegin(); at != collectors.rend(); ++at) {
    std::string bytes;
    (*at)->write_to(bytes);
    statistics::ByteReader reader(bytes);
    HOWDAH_TRY(all->merge(reader));
    EXPECT_EQ(reader.left(), 0U);
  }
  return step.fit(*all);
}

inline std::string state_of(const Step& step) {
  nlohmann::ordered_json json;
  step.state(json);
  return json.dump();
}

inline Records applied(const Step& step, Records records, Effects* effects = nullptr) {
  Effects own;
  const Status status = step.apply(records, effects ? *effects : own);
  EXPECT_TRUE(status.is_ok()) << status.to_string();
  EXPECT_TRUE(records.batch->ValidateFull().ok());
  return records;
}

// Whatever the batches and collectors, and whether it was learnt or restored: the same bits.
template <typename Rule>
void expect_same_however_split(const Rule& rule, const Records& records) {
  const auto whole = step_of(rule);
  ASSERT_TRUE(learn(*whole, records).is_ok());
  const Records due = applied(*whole, records);
  EXPECT_TRUE(due.batch->schema()->Equals(**whole->bind(records.batch->schema())));
  for (const auto& [batch_rows, workers] : {std::pair{1, 1}, {1, 3}, {2, 2}, {3, 4}}) {
    const auto parts = step_of(rule);
    ASSERT_TRUE(learn(*parts, records, batch_rows, workers).is_ok());
    EXPECT_EQ(state_of(*parts), state_of(*whole));
  }
  const auto restored = step_of(rule);
  ASSERT_TRUE(restored->bind(records.batch->schema()).is_ok());
  const Status status = restored->restore(nlohmann::ordered_json::parse(state_of(*whole)));
  ASSERT_TRUE(status.is_ok()) << status.to_string();
  EXPECT_EQ(state_of(*restored), state_of(*whole));
  EXPECT_TRUE(applied(*restored, records)
                  .batch->Equals(
                      *due.batch,
                      arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false)));
  // Slices have offsets: each row comes out as it does in the whole.
  for (int64_t from = 0; from < records.size(); ++from)
    EXPECT_TRUE(applied(*whole, slice_of(records, from, 1))
                    .batch->Equals(*due.batch->Slice(from, 1),
                                   arrow::EqualOptions::Defaults().nans_equal(true)))
        << "row " << from;
}

}  // namespace howdah::transform::testing_
