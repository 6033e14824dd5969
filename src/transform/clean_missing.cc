// Drops records that lack values. NaN in a column of floats counts as missing.
#include <arrow/type.h>
#include <fmt/format.h>

#include "transform/column_views.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

class DropMissing : public Step {
 public:
  DropMissing(const prepare::DropMissing& rule, const prepare::StepSpec& spec)
      : Step(spec), rule_(rule) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    columns_ =
        HOWDAH_TRY(required_columns(*schema, rule_.columns, any_type, "any type", spec_.where));
    return schema;
  }
  bool drops_rows() const override { return true; }
  std::vector<std::string> reads() const override { return columns_; }
  std::vector<std::string> writes() const override { return {}; }

  Status apply(Records& records, Effects& effects) const override {
    const auto count = static_cast<size_t>(records.size());
    std::vector<uint8_t> keep(count, rule_.only_if_all ? 0 : 1), present(count);
    for (const std::string& name : columns_) {
      const auto column = HOWDAH_TRY(column_of(*records.batch, name));
      const bool some_missing = mark_present(*column, present);
      if (!some_missing && rule_.only_if_all) return Status::ok();
      if (!some_missing) continue;
      if (rule_.only_if_all)
        for (size_t i = 0; i < count; ++i) keep[i] |= present[i];
      else
        for (size_t i = 0; i < count; ++i) keep[i] &= present[i];
    }
    return effects.drop(records, keep, [&](int64_t row) { return reason(*records.batch, row); });
  }

 private:
  std::string reason(const arrow::RecordBatch& batch, int64_t row) const {
    if (rule_.only_if_all && columns_.size() > 1)
      return fmt::format("{} are all missing", fmt::join(columns_, ", "));
    std::vector<uint8_t> present(1);
    for (const std::string& name : columns_) {
      const auto column = batch.GetColumnByName(name)->Slice(row, 1);
      if (mark_present(*column, present) && !present[0])
        return name + (column->IsNull(0) ? " is missing" : " is not a number");
    }
    return "a value is missing";
  }

  const prepare::DropMissing rule_;
  std::vector<std::string> columns_;
};

}  // namespace

StepOrError make(const prepare::DropMissing& rule, const prepare::StepSpec& spec) {
  return std::unique_ptr<Step>(std::make_unique<DropMissing>(rule, spec));
}

}  // namespace howdah::transform
