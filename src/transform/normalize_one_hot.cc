// onehot: in place of the column, a column NAME=VALUE (uint8, 0 or 1) for each category, and last
// NAME=<unknown>. Nothing is missing afterwards: each row has one 1. What was missing is not
// counted as changed.
#include <arrow/array/array_primitive.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "formats/arrow_status.h"
#include "transform/changed_rows.h"
#include "transform/normalize_categories.h"

namespace howdah::transform {
namespace {

// Each category is a column of every batch and of every file.
constexpr int64_t kMaxOneHot = 10'000;

class OneHotStep : public CategoryStep {
 public:
  explicit OneHotStep(const prepare::StepSpec& spec) : CategoryStep(spec, kMaxOneHot) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override;
  Status fit(const Collector& collected) override {
    HOWDAH_TRY(CategoryStep::fit(collected));
    name_fields();
    return Status::ok();
  }
  Status restore(const nlohmann::ordered_json& json) override {
    HOWDAH_TRY(CategoryStep::restore(json));
    name_fields();
    return Status::ok();
  }
  std::vector<std::string> writes() const override {
    std::vector<std::string> names = columns_;
    for (const auto& fields : fields_)
      for (const auto& field : fields) names.push_back(field->name());
    return names;
  }
  Status apply(Records& records, Effects& effects) const override;

 private:
  void name_fields();
  Result<arrow::ArrayVector> columns_for(const std::shared_ptr<arrow::Array>& column,
                                         size_t which) const;

  std::vector<arrow::FieldVector> fields_;  // one a column: unknown is the last
};

void OneHotStep::name_fields() {
  fields_.clear();
  for (size_t i = 0; i < columns_.size(); ++i) {
    arrow::FieldVector fields;
    if (stays(i)) {
      fields_.push_back(std::move(fields));
      continue;
    }
    for (uint32_t place = 0; place < tables_[i].size(); ++place)
      fields.push_back(
          arrow::field(fmt::format("{}={}", columns_[i], tables_[i].word(place)), arrow::uint8()));
    fields.push_back(arrow::field(fmt::format("{}={}", columns_[i], kUnknown), arrow::uint8()));
    fields_.push_back(std::move(fields));
  }
}

Result<std::shared_ptr<arrow::Schema>> OneHotStep::bind(
    const std::shared_ptr<arrow::Schema>& schema) {
  const auto learnt_columns = columns_;
  HOWDAH_TRY(bind_columns(*schema));
  if (learnt_ && columns_ != learnt_columns)
    return Status(Code::kInternal, name() + " learnt from other columns");
  arrow::FieldVector fields;
  std::unordered_set<std::string> names;
  for (const auto& field : schema->fields()) {
    const auto at = std::find(columns_.begin(), columns_.end(), field->name());
    if (at == columns_.end() || stays(static_cast<size_t>(at - columns_.begin())))
      fields.push_back(field);
    else if (learnt_)
      for (const auto& one : fields_[static_cast<size_t>(at - columns_.begin())])
        fields.push_back(one);
  }
  for (const auto& field : fields)
    if (!names.insert(field->name()).second)
      return wrong_spec(spec_, fmt::format("two columns would be named \"{}\"", field->name()))
          .with_advice("leave one of them out, or name it otherwise");
  return arrow::schema(std::move(fields));
}

Result<arrow::ArrayVector> OneHotStep::columns_for(const std::shared_ptr<arrow::Array>& column,
                                                   size_t which) const {
  const int64_t rows = column->length();
  std::vector<int64_t> codes(static_cast<size_t>(rows));
  HOWDAH_TRY(encode(column, which, codes));
  const auto zeros_of = [rows]() -> Result<std::shared_ptr<arrow::Buffer>> {
    std::shared_ptr<arrow::Buffer> buffer =
        HOWDAH_TRY(formats::from_arrow(arrow::AllocateBuffer(rows)));
    if (rows > 0) std::memset(buffer->mutable_data(), 0, static_cast<size_t>(rows));
    return buffer;
  };
  // Categories that do not occur here share one buffer of zeros.
  const auto zeros = HOWDAH_TRY(zeros_of());
  const size_t count = fields_[which].size();
  std::vector<std::shared_ptr<arrow::Buffer>> buffers(count);
  std::vector<uint8_t*> into(count);  // by code
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto code = static_cast<size_t>(codes[i]);
    if (!into[code]) {
      const size_t place = code == 0 ? count - 1 : code - 1;
      buffers[place] = HOWDAH_TRY(zeros_of());
      into[code] = buffers[place]->mutable_data();
    }
    into[code][i] = 1;
  }
  arrow::ArrayVector columns;
  for (auto& buffer : buffers)
    columns.push_back(std::make_shared<arrow::UInt8Array>(rows, buffer ? buffer : zeros));
  return columns;
}

Status OneHotStep::apply(Records& records, Effects& effects) const {
  if (!learnt_) return Status(Code::kInternal, name() + " is not fit");
  arrow::FieldVector fields;
  arrow::ArrayVector columns;
  const arrow::RecordBatch& batch = *records.batch;
  ChangedRows changed(records.size());
  for (const std::string& column : columns_) HOWDAH_TRY(column_of(batch, column));
  for (int c = 0; c < batch.num_columns(); ++c) {
    const auto at = std::find(columns_.begin(), columns_.end(), batch.column_name(c));
    if (at == columns_.end() || stays(static_cast<size_t>(at - columns_.begin()))) {
      fields.push_back(batch.schema()->field(c));
      columns.push_back(batch.column(c));
      continue;
    }
    const auto which = static_cast<size_t>(at - columns_.begin());
    for (auto& one : HOWDAH_TRY(columns_for(batch.column(c), which))) columns.push_back(one);
    changed.add_all(*batch.column(c), effects);
    fields.insert(fields.end(), fields_[which].begin(), fields_[which].end());
  }
  records.batch =
      arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch.num_rows(), columns);
  changed.finish(effects);
  return Status::ok();
}

}  // namespace

StepOrError make_one_hot(const prepare::StepSpec& spec) {
  HOWDAH_TRY(check_categories(spec, kMaxOneHot));
  return std::unique_ptr<Step>(std::make_unique<OneHotStep>(spec));
}

}  // namespace howdah::transform
