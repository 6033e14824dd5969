// Levels that need no learning: by value and by hash.
#include <arrow/array.h>
#include <arrow/type.h>

#include "prepare/expression.h"
#include "transform/column_views.h"
#include "transform/distinct_values.h"
#include "transform/evaluate.h"
#include "transform/partition_level.h"
#include "transform/partition_names.h"
#include "transform/value_hash.h"

namespace howdah::transform {
namespace {

using prepare::Expression;

class ValueLevel final : public PartitionLevel {
 public:
  ValueLevel(std::string name, Expression expression, std::string time_zone)
      : name_(std::move(name)),
        expression_(std::move(expression)),
        time_zone_(std::move(time_zone)) {}

  std::vector<std::string> reads() const override { return prepare::columns_of(expression_); }
  Result<LevelFolders> folders(const Records& records) const override {
    const auto values = expression_.kind == Expression::Kind::kColumn
                            ? HOWDAH_TRY(column_of(*records.batch, expression_.text))
                            : HOWDAH_TRY(evaluate(expression_, *records.batch, time_zone_));
    auto distinct = HOWDAH_TRY(distinct_values(values, time_zone_));
    LevelFolders folders;
    folders.of_row = std::move(distinct.of_row);
    for (auto& text : distinct.texts) folders.names.push_back(HOWDAH_TRY(folder_name(name_, text)));
    return folders;
  }

 private:
  std::string name_;
  Expression expression_;
  std::string time_zone_;
};

class HashLevel final : public PartitionLevel {
 public:
  explicit HashLevel(const Spec& spec) : spec_(spec) {}

  std::vector<std::string> reads() const override { return {spec_.expression}; }
  Result<LevelFolders> folders(const Records& records) const override {
    const auto column =
        HOWDAH_TRY(hashable(HOWDAH_TRY(column_of(*records.batch, spec_.expression))));
    std::vector<statistics::Hash128> hashes(static_cast<size_t>(column->length()));
    add_value_hashes(*column, {}, 0, hashes);
    const auto buckets = static_cast<uint64_t>(spec_.buckets);
    constexpr uint32_t kUnseen = UINT32_MAX;
    std::vector<uint32_t> number_of(buckets + 1, kUnseen);  // the last: missing
    const Presence present(*column);
    LevelFolders folders;
    folders.of_row.resize(hashes.size());
    for (size_t i = 0; i < hashes.size(); ++i) {
      const uint64_t bucket =
          present[static_cast<int64_t>(i)] ? finished(hashes[i]).high % buckets : buckets;
      uint32_t& number = number_of[bucket];
      if (number == kUnseen) {
        number = static_cast<uint32_t>(folders.names.size());
        folders.names.push_back(HOWDAH_TRY(
            folder_name(spec_.name, bucket == buckets ? std::optional<std::string>()
                                                      : std::optional(std::to_string(bucket)))));
      }
      folders.of_row[i] = number;
    }
    return folders;
  }

 private:
  Spec spec_;
};

}  // namespace

Result<std::unique_ptr<PartitionLevel>> value_level(const PartitionLevel::Spec& spec,
                                                    const arrow::Schema& schema,
                                                    const std::string& time_zone,
                                                    const std::string& where) {
  auto expression = prepare::parse_expression(spec.expression);
  if (!expression) return expression.status().with_operation(where);
  const auto type = [&]() -> Result<std::shared_ptr<arrow::DataType>> {
    if (expression->kind != Expression::Kind::kColumn)
      return type_of(*expression, schema, time_zone);
    return HOWDAH_TRY(required_column(schema, expression->text, where))->type();
  }();
  if (!type) return type.status().with_operation(where);
  if (arrow::is_nested((*type)->id()))
    return Status(Code::kInvalidArgument, "column \"" + spec.expression + "\" is " +
                                              (*type)->ToString() +
                                              ", which has no single values to partition by")
        .with_operation(where);
  return std::unique_ptr<PartitionLevel>(
      new ValueLevel(spec.name, std::move(*expression), time_zone));
}

Result<std::unique_ptr<PartitionLevel>> hash_level(const PartitionLevel::Spec& spec,
                                                   const arrow::Schema& schema,
                                                   const std::string& where) {
  const auto field = HOWDAH_TRY(required_column(schema, spec.expression, where));
  if (arrow::is_nested(field->type()->id()))
    return Status(Code::kInvalidArgument, "column \"" + spec.expression + "\" is " +
                                              field->type()->ToString() +
                                              ", which has no single values to hash")
        .with_operation(where);
  return std::unique_ptr<PartitionLevel>(new HashLevel(spec));
}

}  // namespace howdah::transform
