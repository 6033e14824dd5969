// A new column, or new values of one, by an expression.
#include <arrow/array.h>
#include <arrow/type.h>

#include "formats/arrow_status.h"
#include "transform/evaluate.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

using prepare::Expression;

class DeriveColumnStep final : public Step {
 public:
  DeriveColumnStep(const prepare::DeriveColumn& rule, Expression expression, prepare::StepSpec spec)
      : Step(std::move(spec)), name_(rule.name), expression_(std::move(expression)) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    const auto type = type_of(expression_, *schema);
    if (!type) return type.status().with_operation(spec_.where);
    if ((*type)->id() == arrow::Type::NA)
      return Status(Code::kInvalidArgument, "column \"" + name_ + "\" would always be missing")
          .with_operation(spec_.where);
    const int at = schema->GetFieldIndex(name_);
    const auto field = arrow::field(name_, *type);
    const auto with =
        at >= 0 ? schema->SetField(at, field) : schema->AddField(schema->num_fields(), field);
    auto bound = formats::from_arrow(with);
    if (!bound) return bound.status().with_operation(spec_.where);
    return bound;
  }
  std::vector<std::string> reads() const override { return prepare::columns_of(expression_); }
  std::vector<std::string> writes() const override { return {name_}; }

  Status apply(Records& records, Effects& effects) const override {
    auto values = HOWDAH_TRY(evaluate(expression_, *records.batch));
    const int64_t changed = changes(records.column(name_).get(), *values);
    effects.effect.rows_changed += changed;
    effects.effect.values_changed += changed;
    return records.set_column(name_, std::move(values));
  }

 private:
  // Of a new column, the values that are there; else those that differ from what was there.
  static int64_t changes(const arrow::Array* before, const arrow::Array& after) {
    if (!before) return after.length() - after.null_count();
    const bool same_type = before->type()->Equals(*after.type());
    const auto options = arrow::EqualOptions::Defaults().nans_equal(true);
    int64_t count = 0;
    for (int64_t i = 0; i < after.length(); ++i)
      count += same_type ? !before->RangeEquals(after, i, i + 1, i, options)
                         : before->IsValid(i) || after.IsValid(i);
    return count;
  }

  std::string name_;
  Expression expression_;
};

}  // namespace

StepOrError make(const prepare::DeriveColumn& rule, const prepare::StepSpec& spec) {
  if (rule.name.empty())
    return Status(Code::kInvalidArgument, "the new column has no name").with_operation(spec.where);
  auto expression = prepare::parse_expression(rule.expression);
  if (!expression) return expression.status().with_operation(spec.where);
  return std::unique_ptr<Step>(new DeriveColumnStep(rule, std::move(*expression), spec));
}

}  // namespace howdah::transform
