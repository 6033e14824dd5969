// index: 0 for unknown, 1 for the most frequent category, and so on (int64). Nothing is missing
// afterwards; what was is not counted as changed.
#include <arrow/array/array_primitive.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include "formats/arrow_status.h"
#include "transform/changed_rows.h"
#include "transform/normalize_categories.h"

namespace howdah::transform {
namespace {

class IndexStep : public CategoryStep {
 public:
  explicit IndexStep(const prepare::StepSpec& spec) : CategoryStep(spec, kMaxCategories) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    HOWDAH_TRY(bind_columns(*schema));
    return with_type(*schema, arrow::int64());
  }
  Status apply(Records& records, Effects& effects) const override {
    if (!learnt_) return Status(Code::kInternal, name() + " is not fit");
    const int64_t rows = records.size();
    ChangedRows changed(rows);
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (stays(i)) continue;
      const auto column = HOWDAH_TRY(column_of(*records.batch, columns_[i]));
      std::shared_ptr<arrow::Buffer> buffer = HOWDAH_TRY(
          formats::from_arrow(arrow::AllocateBuffer(rows * static_cast<int64_t>(sizeof(int64_t)))));
      auto* codes = reinterpret_cast<int64_t*>(buffer->mutable_data());
      HOWDAH_TRY(encode(column, i, {codes, static_cast<size_t>(rows)}));
      changed.add_all(*column, effects);
      HOWDAH_TRY(
          records.set_column(columns_[i], std::make_shared<arrow::Int64Array>(rows, buffer)));
    }
    changed.finish(effects);
    return Status::ok();
  }
};

}  // namespace

StepOrError make_index(const prepare::StepSpec& spec) {
  HOWDAH_TRY(check_categories(spec, kMaxCategories));
  return std::unique_ptr<Step>(std::make_unique<IndexStep>(spec));
}

}  // namespace howdah::transform
