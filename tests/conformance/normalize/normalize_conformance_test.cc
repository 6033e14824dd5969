// What the steps that normalize make of a small table, beside what scikit-learn and NumPy make of
// it: figures.json.
#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "conformance/figures.h"
#include "transform/step.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

using nlohmann::ordered_json;
using prepare::Normalize;
using Method = Normalize::Method;

// Sums and quotients are rounded in another order there, a few units in the last place (1e-16 of
// the value, or of the offset that is taken away: at most 25 scales here). A wrong definition of a
// figure is off by more than 1e-3.
constexpr double kTolerance = 1e-12;

Records table() {
  arrow::FieldVector fields;
  arrow::ArrayVector columns;
  for (const auto& [name, values] : figures()["numbers"].items()) {
    arrow::DoubleBuilder builder;
    for (const auto& value : values)
      EXPECT_TRUE(
          (value.is_null() ? builder.AppendNull() : builder.Append(value.get<double>())).ok());
    fields.push_back(arrow::field(name, arrow::float64()));
    columns.push_back(builder.Finish().ValueOrDie());
  }
  arrow::StringBuilder carriers;
  for (const auto& value : figures()["carrier"])
    EXPECT_TRUE(
        (value.is_null() ? carriers.AppendNull() : carriers.Append(value.get<std::string>())).ok());
  fields.push_back(arrow::field("carrier", arrow::utf8()));
  columns.push_back(carriers.Finish().ValueOrDie());
  Records records;
  const int64_t rows = columns.front()->length();
  records.batch = arrow::RecordBatch::Make(arrow::schema(fields), rows, columns);
  records.rows.resize(static_cast<size_t>(rows));
  records.identities.resize(static_cast<size_t>(rows));
  std::iota(records.rows.begin(), records.rows.end(), 0U);
  return records;
}

// Learns from the training rows and applies to all.
Records made_by(Method method) {
  Normalize rule;
  rule.method = method;
  rule.quantiles = figures()["quantiles"].get<int64_t>();
  const prepare::StepSpec spec{rule, "normalize", "figures.json"};
  Records records = table();
  auto step = std::move(make(rule, spec)).value();
  EXPECT_TRUE(step->bind(records.batch->schema()).is_ok());
  if (const auto collector = step->collector()) {
    Records training = records;
    const auto rows = figures()["training"].get<int64_t>();
    training.batch = records.batch->Slice(0, rows);
    training.rows.resize(static_cast<size_t>(rows));
    training.identities.resize(static_cast<size_t>(rows));
    EXPECT_TRUE(collector->add(training).is_ok());
    EXPECT_TRUE(step->fit(*collector).is_ok());
  }
  Effects effects;
  EXPECT_TRUE(step->apply(records, effects).is_ok());
  return records;
}

void expect_as_in(const std::string& name, Method method) {
  const Records records = made_by(method);
  for (const auto& [column, due] : figures()["made"][name].items()) {
    const auto& values = static_cast<const arrow::DoubleArray&>(*records.column(column));
    ASSERT_EQ(values.length(), static_cast<int64_t>(due.size()));
    for (int64_t row = 0; row < values.length(); ++row) {
      const auto& figure = due[static_cast<size_t>(row)];
      ASSERT_EQ(values.IsNull(row), figure.is_null()) << column << " " << row;
      if (figure.is_null()) continue;
      const double theirs = figure.get<double>();
      ASSERT_NEAR(values.Value(row), theirs, kTolerance * std::max(1.0, std::fabs(theirs)))
          << column << " " << row;
    }
  }
}

TEST(NormalizeConformance, standard_is_scikit_learns_StandardScaler) {
  expect_as_in("standard", Method::kStandard);
}
TEST(NormalizeConformance, minmax_is_scikit_learns_MinMaxScaler) {
  expect_as_in("minmax", Method::kMinMax);
}
TEST(NormalizeConformance, maxabs_is_scikit_learns_MaxAbsScaler) {
  expect_as_in("maxabs", Method::kMaxAbs);
}
TEST(NormalizeConformance, robust_is_scikit_learns_RobustScaler) {
  expect_as_in("robust", Method::kRobust);
}
TEST(NormalizeConformance, quantile_is_scikit_learns_QuantileTransformer) {
  expect_as_in("quantile", Method::kQuantile);
}
TEST(NormalizeConformance, log_is_numpys_log1p_with_a_sign) {
  expect_as_in("log", Method::kLog);
}

TEST(NormalizeConformance, onehot_is_scikit_learns_OneHotEncoder) {
  const Records records = made_by(Method::kOneHot);
  const auto& due = figures()["categories"]["onehot"];
  int at = records.batch->schema()->GetFieldIndex("carrier=" + due.begin().key());
  std::vector<int> known(static_cast<size_t>(records.size()));
  for (const auto& [category, flags] : due.items()) {
    EXPECT_EQ(records.batch->column_name(at), "carrier=" + category);
    const auto& values = static_cast<const arrow::UInt8Array&>(*records.batch->column(at++));
    for (size_t row = 0; row < flags.size(); ++row) {
      ASSERT_EQ(values.Value(static_cast<int64_t>(row)), flags[row].get<int>()) << category << row;
      known[row] += flags[row].get<int>();
    }
  }
  const auto& unknown = static_cast<const arrow::UInt8Array&>(*records.column("carrier=<unknown>"));
  for (size_t row = 0; row < known.size(); ++row)
    ASSERT_EQ(unknown.Value(static_cast<int64_t>(row)), 1 - known[row]);
}

TEST(NormalizeConformance, index_is_scikit_learns_OrdinalEncoder_and_one) {
  const Records records = made_by(Method::kIndex);
  const auto& values = static_cast<const arrow::Int64Array&>(*records.column("carrier"));
  const auto& due = figures()["categories"]["index"];
  ASSERT_EQ(values.length(), static_cast<int64_t>(due.size()));
  for (size_t row = 0; row < due.size(); ++row)
    ASSERT_EQ(values.Value(static_cast<int64_t>(row)), due[row].get<int64_t>()) << row;
}

}  // namespace
}  // namespace howdah::transform
