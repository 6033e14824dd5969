// Splits, partitions and expressions beside what pandas, NumPy, pyarrow and exact fractions say:
// figures.json.
#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "conformance/figures.h"
#include "formats/arrow_status.h"
#include "transform/evaluate.h"
#include "transform/partition.h"
#include "transform/partition_names.h"
#include "transform/split.h"
#include "transform/test_batches.h"

namespace howdah::transform {
namespace {

using Json = nlohmann::ordered_json;
using Kind = prepare::PartitionSpec::Level::Kind;

// SplitMix64, as in make_figures.py.
uint64_t number(uint64_t seed, uint64_t index) {
  uint64_t x = seed + (index + 1) * 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

template <typename Builder>
std::shared_ptr<arrow::Array> column(Builder&& builder, const Json& values) {
  using Value = typename std::remove_cvref_t<Builder>;
  for (const auto& value : values) {
    if (value.is_null())
      EXPECT_TRUE(builder.AppendNull().ok());
    else if constexpr (std::is_same_v<Value, arrow::StringBuilder>)
      EXPECT_TRUE(builder.Append(value.template get<std::string>()).ok());
    else
      EXPECT_TRUE(builder.Append(value.template get<typename Value::value_type>()).ok());
  }
  return builder.Finish().ValueOrDie();
}
arrow::TimestampBuilder time_builder() {
  return {test::time_type(), arrow::default_memory_pool()};
}

std::vector<prepare::SplitSpec::Part> parts_with(const Json& shares) {
  std::vector<prepare::SplitSpec::Part> parts;
  for (const auto& share : shares)
    parts.push_back({"part" + std::to_string(parts.size()), share.get<double>()});
  return parts;
}
template <typename Rule>
void learn(Rule& rule, const Records& records) {
  const auto collector = rule.collector();
  if (!collector) return;
  ASSERT_TRUE(collector->add(records).is_ok());
  ASSERT_TRUE(rule.fit(*collector).is_ok());
}
std::vector<std::string> folders(const prepare::PartitionSpec& spec, const Records& records) {
  const auto rule = Partitioner::create(spec, records.batch->schema()).value();
  learn(*rule, records);
  const auto found = rule->assign(records).value();
  std::vector<std::string> result;
  for (const uint32_t folder : found.of_row) result.push_back(found.folders[folder]);
  return result;
}

class SplitFigures : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(formats::load_arrow_functions().is_ok()); }
};

TEST_F(SplitFigures, exact_classes_have_the_counts_of_largest_remainders) {
  for (const auto& given : figures()["exact_classes"]) {
    prepare::SplitSpec spec;
    spec.parts = parts_with(given["shares"]);
    spec.by = prepare::SplitSpec::By::kClass;
    spec.column = "class";
    spec.exact = true;
    arrow::Int64Builder id, classes;
    for (const auto& size : given["sizes"])
      for (int64_t i = 0; i < size.get<int64_t>(); ++i)
        ASSERT_TRUE(id.Append(id.length()).ok() && classes.Append(size.get<int64_t>()).ok());
    const auto records = test::records_of({{"id", *id.Finish()}, {"class", *classes.Finish()}});
    const auto rule = Splitter::create(spec, records.batch->schema()).value();
    learn(*rule, records);
    const auto parts = rule->assign(records).value();
    size_t row = 0;
    for (size_t c = 0; c < given["sizes"].size(); ++c) {
      std::vector<int64_t> counts(spec.parts.size());
      for (int64_t i = 0; i < given["sizes"][c].get<int64_t>(); ++i) ++counts.at(parts[row++]);
      EXPECT_EQ(Json(counts), given["counts"][c]) << given["shares"] << given["sizes"][c];
    }
  }
}

TEST_F(SplitFigures, times_are_cut_at_the_quantiles) {
  for (const auto& given : figures()["times"]) {
    auto at = time_builder();
    for (uint64_t i = 0; i < given["records"].get<uint64_t>(); ++i)
      ASSERT_TRUE(at.Append(1'300'000'000'000'000 +
                            static_cast<int64_t>(number(given["seed"].get<uint64_t>(), i) %
                                                 100'000'000'000'000))
                      .ok());
    const auto records = test::records_of({{"at", *at.Finish()}});
    prepare::SplitSpec spec;
    spec.parts = parts_with(given["shares"]);
    spec.by = prepare::SplitSpec::By::kTime;
    spec.column = "at";
    const auto rule = Splitter::create(spec, records.batch->schema()).value();
    learn(*rule, records);
    EXPECT_EQ(Json(rule->assign(records).value()), given["parts"]) << given["seed"];
  }
}

TEST_F(SplitFigures, fields_of_times_are_those_of_the_zones) {
  const auto& given = figures()["fields"];
  const auto batch = test::batch_of({{"at", column(time_builder(), given["instants"])}});
  for (const auto& [zone, fields] : given["zones"].items()) {
    for (const auto& [field, due] : fields.items()) {
      const auto expression = prepare::parse_expression(field + "(at)").value();
      const auto values = evaluate(expression, *batch, zone).value();
      ASSERT_EQ(static_cast<size_t>(values->length()), due.size());
      for (int64_t i = 0; i < values->length(); ++i) {
        const auto& one = due[static_cast<size_t>(i)];
        EXPECT_EQ(values->GetScalar(i).ValueOrDie()->ToString(),
                  one.is_string() ? one.get<std::string>() : one.dump())
            << field << " in " << zone << " of " << given["instants"][static_cast<size_t>(i)];
      }
    }
  }
}

TEST_F(SplitFigures, folders_are_called_as_in_hive_and_read_back_by_pyarrow) {
  for (const auto& given : figures()["folders"]) {
    std::optional<std::string> value;
    if (!given["value"].is_null()) value = given["value"].get<std::string>();
    EXPECT_EQ(folder_name("c", value).value(), given["folder"].get<std::string>());
  }
}

TEST_F(SplitFigures, hash_buckets_follow_the_published_rule) {
  const auto& given = figures()["hash_buckets"];
  const auto check = [&](const std::shared_ptr<arrow::Array>& values, const char* due) {
    prepare::PartitionSpec spec;
    spec.levels = {{Kind::kHash, "v", "b", given["buckets"].get<int64_t>()}};
    const auto found = folders(spec, test::records_of({{"v", values}}));
    for (size_t i = 0; i < found.size(); ++i)
      EXPECT_EQ(found[i], "b=" + given[due][i].dump()) << due << " " << i;
  };
  check(column(arrow::Int64Builder(), given["integers"]), "of_integers");
  check(column(arrow::DoubleBuilder(), given["floats"]), "of_floats");
  check(column(arrow::Date32Builder(), given["days"]), "of_days");
}

TEST_F(SplitFigures, ranges_are_cut_at_the_quantiles) {
  for (const auto& given : figures()["ranges"]) {
    arrow::DoubleBuilder values;
    for (uint64_t i = 0; i < given["records"].get<uint64_t>(); ++i)
      ASSERT_TRUE(values
                      .Append(static_cast<double>(number(given["seed"].get<uint64_t>(), i) %
                                                  given["modulus"].get<uint64_t>()))
                      .ok());
    prepare::PartitionSpec spec;
    spec.levels = {{Kind::kRange, "v", "r", given["buckets"].get<int64_t>()}};
    const auto found = folders(spec, test::records_of({{"v", *values.Finish()}}));
    for (size_t i = 0; i < found.size(); ++i)
      EXPECT_EQ(found[i], "r=" + given["bucket"][i].dump()) << given["seed"] << " " << i;
  }
}

TEST_F(SplitFigures, expressions_have_the_values_of_pandas) {
  const auto& given = figures()["expressions"];
  const auto batch = test::batch_of({{"a", column(arrow::Int64Builder(), given["a"])},
                                     {"x", column(arrow::DoubleBuilder(), given["x"])},
                                     {"t", column(arrow::StringBuilder(), given["t"])}});
  for (const auto& [text, due] : given["values"].items()) {
    const auto values = evaluate(prepare::parse_expression(text).value(), *batch).value();
    for (int64_t i = 0; i < values->length(); ++i) {
      const auto& one = due[static_cast<size_t>(i)];
      ASSERT_EQ(values->IsNull(i), one.is_null()) << text << " " << i;
      if (one.is_null()) continue;
      const auto scalar = values->GetScalar(i).ValueOrDie();
      if (scalar->type->id() == arrow::Type::DOUBLE)
        EXPECT_EQ(static_cast<const arrow::DoubleScalar&>(*scalar).value, one.get<double>())
            << text << " " << i;
      else
        EXPECT_EQ(scalar->ToString(), one.is_string() ? one.get<std::string>() : one.dump())
            << text << " " << i;
    }
  }
}

}  // namespace
}  // namespace howdah::transform
