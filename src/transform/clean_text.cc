// Tidies texts (clean_text_one.h). Missing ones stay missing, emptied ones are empty.
#include <arrow/array/builder_binary.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "formats/arrow_status.h"
#include "transform/clean_text_one.h"
#include "transform/column_views.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

class CleanText : public Step {
 public:
  CleanText(const prepare::CleanText& rule, const prepare::StepSpec& spec)
      : Step(spec), rule_(rule) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    columns_ =
        HOWDAH_TRY(required_columns(*schema, rule_.columns, text_type, "texts", spec_.where));
    return schema;
  }
  std::vector<std::string> reads() const override { return columns_; }
  std::vector<std::string> writes() const override { return columns_; }

  Status apply(Records& records, Effects& effects) const override {
    TextCleaner cleaner(rule_);
    std::vector<uint8_t> changed(static_cast<size_t>(records.size()));
    for (const std::string& name : columns_) {
      const auto column = HOWDAH_TRY(column_of(*records.batch, name));
      auto cleaned =
          HOWDAH_TRY(column->type_id() == arrow::Type::STRING
                         ? clean<arrow::StringBuilder>(column, cleaner, changed, effects)
                         : clean<arrow::LargeStringBuilder>(column, cleaner, changed, effects));
      if (cleaned) HOWDAH_TRY(records.set_column(name, std::move(cleaned)));
    }
    for (const uint8_t row : changed) effects.effect.rows_changed += row;
    return Status::ok();
  }

 private:
  // Null when no text changes.
  template <typename Builder>
  static Result<std::shared_ptr<arrow::Array>> clean(const std::shared_ptr<arrow::Array>& column,
                                                     TextCleaner& cleaner,
                                                     std::vector<uint8_t>& changed,
                                                     Effects& effects) {
    const auto texts = HOWDAH_TRY(TextView::of(column));
    Builder builder;
    int64_t changes = 0;
    for (int64_t row = 0; row < texts.size(); ++row) {
      if (!texts.present()[row]) {
        if (changes) HOWDAH_TRY(formats::from_arrow(builder.AppendNull()));
        continue;
      }
      const std::string_view before = texts[row], after = cleaner.clean(before);
      if (after.data() != before.data() && after != before) {
        if (!changes) {
          HOWDAH_TRY(formats::from_arrow(builder.Reserve(texts.size())));
          HOWDAH_TRY(formats::from_arrow(builder.AppendArraySlice(*column->data(), 0, row)));
        }
        ++changes;
        changed[static_cast<size_t>(row)] = 1;
      }
      if (changes) HOWDAH_TRY(formats::from_arrow(builder.Append(after)));
    }
    effects.effect.values_changed += changes;
    if (!changes) return std::shared_ptr<arrow::Array>();
    return formats::from_arrow(builder.Finish());
  }

  const prepare::CleanText rule_;
  std::vector<std::string> columns_;
};

}  // namespace

StepOrError make(const prepare::CleanText& rule, const prepare::StepSpec& spec) {
  return std::unique_ptr<Step>(std::make_unique<CleanText>(rule, spec));
}

}  // namespace howdah::transform
