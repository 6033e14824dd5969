// Only some columns, or all but some.
#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>

#include "formats/arrow_status.h"
#include "transform/column_views.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

class SelectColumnsStep final : public Step {
 public:
  SelectColumnsStep(const prepare::SelectColumns& rule, prepare::StepSpec spec)
      : Step(std::move(spec)), rule_(rule) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    HOWDAH_TRY(required_columns(*schema, rule_.columns, any_type, "values", spec_.where));
    arrow::FieldVector kept;
    if (rule_.drop) {
      for (const auto& field : schema->fields())
        if (!named(field->name())) kept.push_back(field);
      if (kept.empty())
        return Status(Code::kInvalidArgument, "no column would be left")
            .with_operation(spec_.where);
    } else {
      for (const auto& name : rule_.columns) kept.push_back(schema->GetFieldByName(name));
    }
    return arrow::schema(kept);
  }
  std::vector<std::string> reads() const override {
    return rule_.drop ? prepare::Columns() : rule_.columns;
  }
  std::vector<std::string> writes() const override { return {}; }

  Status apply(Records& records, Effects&) const override {
    const auto& schema = *records.batch->schema();
    std::vector<int> kept;
    if (rule_.drop) {
      for (int c = 0; c < schema.num_fields(); ++c)
        if (!named(schema.field(c)->name())) kept.push_back(c);
    } else {
      for (const auto& name : rule_.columns) {
        const int at = schema.GetFieldIndex(name);
        if (at < 0) return column_of(*records.batch, name).status();
        kept.push_back(at);
      }
    }
    records.batch = HOWDAH_TRY(formats::from_arrow(records.batch->SelectColumns(kept)));
    return Status::ok();
  }

 private:
  bool named(const std::string& name) const {
    return std::find(rule_.columns.begin(), rule_.columns.end(), name) != rule_.columns.end();
  }
  prepare::SelectColumns rule_;
};

}  // namespace

StepOrError make(const prepare::SelectColumns& rule, const prepare::StepSpec& spec) {
  if (rule.columns.empty())
    return Status(Code::kInvalidArgument, "no column is named").with_operation(spec.where);
  return std::unique_ptr<Step>(new SelectColumnsStep(rule, spec));
}

}  // namespace howdah::transform
