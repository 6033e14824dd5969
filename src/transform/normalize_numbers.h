// Numbers to numbers: the methods of Normalize that map each value of a column by itself.
//
// The results are doubles, whatever the column's type: figures stay comparable with NumPy's and
// scikit-learn's, and nothing is lost before the training chooses its own precision. Missing stays
// missing and NaN stays NaN; neither is learnt from.
#pragma once

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bitmap_ops.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/arrow_status.h"
#include "transform/changed_rows.h"
#include "transform/normalize_step.h"

namespace howdah::transform {

class NumberStep : public NormalizeStep {
 public:
  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override;

 protected:
  using NormalizeStep::NormalizeStep;
  // map_of(i) says what becomes of the values of columns_[i]. Counts those that become others.
  template <typename MapOf>
  Status map_columns(Records& records, Effects& effects, const MapOf& map_of) const;
};

namespace internal {

template <typename Type, typename Map>
void map_values(const arrow::Array& from, double* into, uint8_t* changed, const Map& map) {
  const auto* values = static_cast<const arrow::NumericArray<Type>&>(from).raw_values();
  const int64_t count = from.length();
  for (int64_t i = 0; i < count; ++i) into[i] = map(static_cast<double>(values[i]));
  for (int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<double>(values[i]);
    changed[i] = static_cast<uint8_t>((into[i] != value) & (value == value));
  }
}

}  // namespace internal

// map(value) for each, over the column's own type. `from` is of number_type(). Sets changed[i], one
// a row, where the number became another one (NaN is no number).
template <typename Map>
Result<std::shared_ptr<arrow::Array>> map_numbers(const arrow::Array& from, const Map& map,
                                                  std::vector<uint8_t>& changed) {
  const int64_t count = from.length();
  auto buffer = HOWDAH_TRY(
      formats::from_arrow(arrow::AllocateBuffer(count * static_cast<int64_t>(sizeof(double)))));
  auto* into = reinterpret_cast<double*>(buffer->mutable_data());
  switch (from.type_id()) {
    case arrow::Type::INT8:
      internal::map_values<arrow::Int8Type>(from, into, changed.data(), map);
      break;
    case arrow::Type::INT16:
      internal::map_values<arrow::Int16Type>(from, into, changed.data(), map);
      break;
    case arrow::Type::INT32:
      internal::map_values<arrow::Int32Type>(from, into, changed.data(), map);
      break;
    case arrow::Type::INT64:
      internal::map_values<arrow::Int64Type>(from, into, changed.data(), map);
      break;
    case arrow::Type::UINT8:
      internal::map_values<arrow::UInt8Type>(from, into, changed.data(), map);
      break;
    case arrow::Type::UINT16:
      internal::map_values<arrow::UInt16Type>(from, into, changed.data(), map);
      break;
    case arrow::Type::UINT32:
      internal::map_values<arrow::UInt32Type>(from, into, changed.data(), map);
      break;
    case arrow::Type::UINT64:
      internal::map_values<arrow::UInt64Type>(from, into, changed.data(), map);
      break;
    case arrow::Type::FLOAT:
      internal::map_values<arrow::FloatType>(from, into, changed.data(), map);
      break;
    case arrow::Type::DOUBLE:
      internal::map_values<arrow::DoubleType>(from, into, changed.data(), map);
      break;
    default:
      return Status(Code::kInternal, "no numbers: " + from.type()->ToString());
  }
  std::shared_ptr<arrow::Buffer> present;
  const int64_t missing = from.null_count();
  if (missing > 0)
    present =
        from.offset() == 0
            ? from.null_bitmap()
            : HOWDAH_TRY(formats::from_arrow(arrow::internal::CopyBitmap(
                  arrow::default_memory_pool(), from.null_bitmap_data(), from.offset(), count)));
  return std::shared_ptr<arrow::Array>(std::make_shared<arrow::DoubleArray>(
      count, std::shared_ptr<arrow::Buffer>(std::move(buffer)), std::move(present), missing));
}

template <typename MapOf>
Status NumberStep::map_columns(Records& records, Effects& effects, const MapOf& map_of) const {
  ChangedRows changed(records.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (stays(i)) continue;
    const auto column = HOWDAH_TRY(column_of(*records.batch, columns_[i]));
    auto mapped = HOWDAH_TRY(map_numbers(*column, map_of(i), changed.of_column()));
    changed.add(*column, effects);
    HOWDAH_TRY(records.set_column(columns_[i], std::move(mapped)));
  }
  changed.finish(effects);
  return Status::ok();
}

// One Statistic a column: add(span of doubles), write_to(ByteWriter&), merge(ByteReader&).
template <typename Statistic>
class NumbersCollector : public Collector {
 public:
  explicit NumbersCollector(std::vector<std::string> columns)
      : columns_(std::move(columns)), statistics_(columns_.size()) {}
  Status add(const Records& records) override {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const auto array = HOWDAH_TRY(column_of(*records.batch, columns_[i]));
      const auto view = HOWDAH_TRY(NumericView::of(array));
      statistics_[i].add(view.present_values(scratch_));
    }
    return Status::ok();
  }
  void write_to(std::string& bytes) const override {
    statistics::ByteWriter writer(bytes);
    for (const Statistic& statistic : statistics_) statistic.write_to(writer);
  }
  Status merge(statistics::ByteReader& bytes) override {
    for (Statistic& statistic : statistics_) HOWDAH_TRY(statistic.merge(bytes));
    return Status::ok();
  }
  // In the order of the step's columns.
  const std::vector<Statistic>& statistics() const { return statistics_; }

 private:
  std::vector<std::string> columns_;
  std::vector<Statistic> statistics_;
  std::vector<double> scratch_;
};

}  // namespace howdah::transform
