// Drops records whose texts are too short or too long, counted in code points of UTF-8. A missing
// text is neither.
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "transform/column_views.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

int64_t code_points(std::string_view text) {
  int64_t count = 0;
  for (const char byte : text) count += (byte & 0xC0) != 0x80;
  return count;
}

class TextLength : public Step {
 public:
  TextLength(const prepare::TextLength& rule, const prepare::StepSpec& spec)
      : Step(spec), rule_(rule) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    columns_ =
        HOWDAH_TRY(required_columns(*schema, rule_.columns, text_type, "texts", spec_.where));
    return schema;
  }
  bool drops_rows() const override { return true; }
  std::vector<std::string> reads() const override { return columns_; }
  std::vector<std::string> writes() const override { return {}; }

  Status apply(Records& records, Effects& effects) const override {
    std::vector<uint8_t> keep(static_cast<size_t>(records.size()), 1);
    for (const std::string& name : columns_) {
      const auto texts = HOWDAH_TRY(TextView::of(HOWDAH_TRY(column_of(*records.batch, name))));
      texts.each_present([&](int64_t row, std::string_view text) {
        if (!fits(text)) keep[static_cast<size_t>(row)] = 0;
      });
    }
    return effects.drop(records, keep, [&](int64_t row) { return reason(*records.batch, row); });
  }

 private:
  bool fits(std::string_view text) const {
    const auto bytes = static_cast<int64_t>(text.size());
    // A code point has one to four bytes: mostly there is no need to count.
    if (bytes < rule_.min_characters) return false;
    if (bytes / 4 >= rule_.min_characters && bytes <= rule_.max_characters) return true;
    const int64_t count = code_points(text);
    return count >= rule_.min_characters && count <= rule_.max_characters;
  }

  std::string reason(const arrow::RecordBatch& batch, int64_t row) const {
    for (const std::string& name : columns_) {
      const auto texts = TextView::of(batch.GetColumnByName(name));
      if (!texts || !texts->present()[row] || fits((*texts)[row])) continue;
      const int64_t count = code_points((*texts)[row]);
      return count < rule_.min_characters ? fmt::format("{} has {} characters, less than {}", name,
                                                        count, rule_.min_characters)
                                          : fmt::format("{} has {} characters, more than {}", name,
                                                        count, rule_.max_characters);
    }
    return "a text is too short or too long";
  }

  const prepare::TextLength rule_;
  std::vector<std::string> columns_;
};

}  // namespace

StepOrError make(const prepare::TextLength& rule, const prepare::StepSpec& spec) {
  if (rule.min_characters < 0 || rule.max_characters < rule.min_characters)
    return Status(Code::kInvalidArgument, fmt::format("no text has between {} and {} characters",
                                                      rule.min_characters, rule.max_characters))
        .with_peer(spec.where);
  return std::unique_ptr<Step>(std::make_unique<TextLength>(rule, spec));
}

}  // namespace howdah::transform
