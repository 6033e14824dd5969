// Keeps the records for which an expression is true.
#include <arrow/array.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <optional>

#include "transform/column_views.h"
#include "transform/evaluate.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

using prepare::Expression;

class KeepWhereStep final : public Step {
 public:
  KeepWhereStep(const prepare::KeepWhere& rule, Expression condition, prepare::StepSpec spec)
      : Step(std::move(spec)),
        text_(rule.expression),
        condition_(std::move(condition)),
        columns_(prepare::columns_of(condition_)) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    const auto type = type_of(condition_, *schema);
    if (!type) return type.status().with_operation(spec_.where);
    if ((*type)->id() != arrow::Type::BOOL)
      return Status(Code::kInvalidArgument, "\"" + text_ + "\" is " + (*type)->ToString() +
                                                ", not a condition that is true or false")
          .with_operation(spec_.where);
    return schema;
  }
  bool drops_rows() const override { return true; }
  std::vector<std::string> reads() const override { return columns_; }
  std::vector<std::string> writes() const override { return {}; }

  Status apply(Records& records, Effects& effects) const override {
    const auto truths = HOWDAH_TRY(evaluate(condition_, *records.batch));
    const auto& condition = static_cast<const arrow::BooleanArray&>(*truths);
    const Presence present(condition);
    std::vector<uint8_t> keep(static_cast<size_t>(condition.length()));
    for (int64_t i = 0; i < condition.length(); ++i)
      keep[static_cast<size_t>(i)] = condition.Value(i) && present[i];
    const auto batch = records.batch;
    return effects.drop(records, keep, [&](int64_t row) { return reason(*batch, row); });
  }

 private:
  // "not: age >= 0 and age < 130 (age = 200)"
  std::string reason(const arrow::RecordBatch& batch, int64_t row) const {
    std::string values;
    for (const auto& name : columns_) {
      const auto column = batch.GetColumnByName(name);
      if (!column) continue;
      values += values.empty() ? " (" : ", ";
      if (column->IsNull(row)) {
        values += name + " is missing";
        continue;
      }
      const auto value = column->GetScalar(row);
      std::string shown = value.ok() ? (*value)->ToString() : "?";
      constexpr size_t kLongest = 80;
      if (shown.size() > kLongest) shown = shown.substr(0, kLongest) + "...";
      values += name + " = " + shown;
    }
    return "not: " + text_ + (values.empty() ? "" : values + ")");
  }

  std::string text_;
  Expression condition_;
  std::vector<std::string> columns_;
};

}  // namespace

StepOrError make(const prepare::KeepWhere& rule, const prepare::StepSpec& spec) {
  auto condition = prepare::parse_expression(rule.expression);
  if (!condition) return condition.status().with_operation(spec.where);
  return std::unique_ptr<Step>(new KeepWhereStep(rule, std::move(*condition), spec));
}

}  // namespace howdah::transform
