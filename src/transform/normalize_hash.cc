// hash: hash64 of the value's text modulo the number of buckets (int64). Learns nothing; missing
// stays missing.
#include <arrow/array/array_primitive.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bitmap_ops.h>
#include <fmt/core.h>

#include "formats/arrow_status.h"
#include "statistics/hash128.h"
#include "transform/changed_rows.h"
#include "transform/normalize_category_view.h"
#include "transform/normalize_step.h"

namespace howdah::transform {
namespace {

constexpr int64_t kMaxBuckets = int64_t{1} << 31;

Result<std::shared_ptr<arrow::Array>> buckets_of(const std::shared_ptr<arrow::Array>& column,
                                                 uint64_t buckets) {
  const int64_t rows = column->length();
  std::shared_ptr<arrow::Buffer> buffer = HOWDAH_TRY(
      formats::from_arrow(arrow::AllocateBuffer(rows * static_cast<int64_t>(sizeof(int64_t)))));
  auto* codes = reinterpret_cast<int64_t*>(buffer->mutable_data());
  HOWDAH_TRY(CategoryView::of(column))
      .encode(
          [buckets](std::string_view text) {
            return static_cast<int64_t>(statistics::hash64(text) % buckets);
          },
          0, {codes, static_cast<size_t>(rows)});
  std::shared_ptr<arrow::Buffer> present;
  if (column->null_count() > 0)
    present = HOWDAH_TRY(formats::from_arrow(
        arrow::internal::CopyBitmap(arrow::default_memory_pool(), column->null_bitmap_data(),
                                    column->offset(), column->length())));
  return std::shared_ptr<arrow::Array>(
      std::make_shared<arrow::Int64Array>(rows, buffer, present, column->null_count()));
}

class HashStep : public NormalizeStep {
 public:
  explicit HashStep(const prepare::StepSpec& spec) : NormalizeStep(spec) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    const bool all = rule().columns.empty();
    columns_ = HOWDAH_TRY(chosen_columns(*schema, all ? evident_category_type : category_type,
                                         all ? "texts or bool" : "texts, integers, bool or dates"));
    return with_type(*schema, arrow::int64());
  }
  Status apply(Records& records, Effects& effects) const override {
    ChangedRows changed(records.size());
    for (const std::string& name : columns_) {
      const auto column = HOWDAH_TRY(column_of(*records.batch, name));
      auto buckets = HOWDAH_TRY(buckets_of(column, static_cast<uint64_t>(rule().buckets)));
      changed.add_all(*column, effects);
      HOWDAH_TRY(records.set_column(name, std::move(buckets)));
    }
    changed.finish(effects);
    return Status::ok();
  }
};

}  // namespace

StepOrError make_hash(const prepare::StepSpec& spec) {
  const int64_t buckets = std::get<prepare::Normalize>(spec.kind).buckets;
  if (buckets < 1 || buckets > kMaxBuckets)
    return wrong_spec(spec, fmt::format("buckets is {}; 1 to {} are due", buckets, kMaxBuckets));
  return std::unique_ptr<Step>(std::make_unique<HashStep>(spec));
}

}  // namespace howdah::transform
