#include "data/profile.h"

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/formatting.h>

#include <algorithm>
#include <cmath>

namespace howdah::data {
namespace {

constexpr size_t kTextBytes = 64;
constexpr size_t kTop = 20;

// The column's value as a number, or the beginning of its text.
std::variant<std::monostate, double, std::string> value_of(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return std::monostate();
  switch (array.type_id()) {
    case arrow::Type::DOUBLE:
      return static_cast<const arrow::DoubleArray&>(array).Value(row);
    case arrow::Type::FLOAT:
      return static_cast<double>(static_cast<const arrow::FloatArray&>(array).Value(row));
    case arrow::Type::INT64:
      return static_cast<double>(static_cast<const arrow::Int64Array&>(array).Value(row));
    case arrow::Type::INT32:
      return static_cast<double>(static_cast<const arrow::Int32Array&>(array).Value(row));
    case arrow::Type::UINT8:
      return static_cast<double>(static_cast<const arrow::UInt8Array&>(array).Value(row));
    case arrow::Type::DATE32:
      return static_cast<double>(static_cast<const arrow::Date32Array&>(array).Value(row)) * 86400;
    case arrow::Type::TIMESTAMP:
      return static_cast<double>(static_cast<const arrow::TimestampArray&>(array).Value(row)) / 1e6;
    case arrow::Type::BOOL:
      return std::string(static_cast<const arrow::BooleanArray&>(array).Value(row) ? "true"
                                                                                   : "false");
    case arrow::Type::STRING:
      return std::string(
          static_cast<const arrow::StringArray&>(array).GetView(row).substr(0, kTextBytes));
    default:
      return "<" + array.type()->ToString() + ">";
  }
}

}  // namespace

Status Profile::adopt(const arrow::Schema& schema) {
  const size_t count = std::min(kColumns, static_cast<size_t>(schema.num_fields()));
  if (columns_.empty()) {
    for (size_t c = 0; c < count; ++c) {
      const auto& field = schema.field(static_cast<int>(c));
      columns_.push_back({field->name(), field->type()->ToString(), 0, 0});
    }
  }
  if (columns_.size() != count)
    return Status(Code::kInternal, "the columns changed while they were profiled");
  return Status::ok();
}

Status Profile::add(const transform::Records& records) {
  HOWDAH_TRY(adopt(*records.batch->schema()));
  for (size_t c = 0; c < columns_.size(); ++c) {
    columns_[c].rows += records.size();
    columns_[c].missing += records.batch->column(static_cast<int>(c))->null_count();
  }
  for (size_t r = 0; r < records.rows.size(); ++r) {
    const Key key{records.identities[r].low, records.chunk, records.rows[r]};
    if (sample_.size() == kSampleRows && !(key < sample_.rbegin()->first)) continue;
    std::vector<Value> values;
    values.reserve(columns_.size());
    for (size_t c = 0; c < columns_.size(); ++c)
      values.push_back(
          value_of(*records.batch->column(static_cast<int>(c)), static_cast<int64_t>(r)));
    sample_.emplace(key, std::move(values));
    trim();
  }
  return Status::ok();
}

void Profile::trim() {
  while (sample_.size() > kSampleRows) sample_.erase(std::prev(sample_.end()));
}

void Profile::write_to(statistics::ByteWriter& bytes) const {
  bytes.u64(columns_.size());
  for (const Column& column : columns_) {
    bytes.text(column.name);
    bytes.text(column.type);
    bytes.u64(static_cast<uint64_t>(column.rows));
    bytes.u64(static_cast<uint64_t>(column.missing));
  }
  bytes.u64(sample_.size());
  for (const auto& [key, values] : sample_) {
    bytes.u64(key.hash);
    bytes.u32(static_cast<uint32_t>(key.chunk.file));
    bytes.u32(static_cast<uint32_t>(key.chunk.ordinal));
    bytes.u32(key.row);
    for (const Value& value : values) {
      bytes.u8(static_cast<uint8_t>(value.index()));
      if (const double* number = std::get_if<double>(&value)) bytes.f64(*number);
      if (const std::string* text = std::get_if<std::string>(&value)) bytes.text(*text);
    }
  }
}

Status Profile::merge(statistics::ByteReader& bytes) {
  const uint64_t count = HOWDAH_TRY(bytes.u64());
  if (count > kColumns || (count && !columns_.empty() && count != columns_.size()))
    return Status(Code::kCorrupt, "a profile of other columns cannot be merged");
  if (columns_.empty()) columns_.resize(count);
  for (uint64_t c = 0; c < count; ++c) {
    columns_[c].name = HOWDAH_TRY(bytes.text());
    columns_[c].type = HOWDAH_TRY(bytes.text());
    columns_[c].rows += static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
    columns_[c].missing += static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
  }
  const uint64_t rows = HOWDAH_TRY(bytes.u64());
  for (uint64_t r = 0; r < rows; ++r) {
    Key key;
    key.hash = HOWDAH_TRY(bytes.u64());
    key.chunk.file = static_cast<int32_t>(HOWDAH_TRY(bytes.u32()));
    key.chunk.ordinal = static_cast<int32_t>(HOWDAH_TRY(bytes.u32()));
    key.row = HOWDAH_TRY(bytes.u32());
    std::vector<Value> values(count);
    for (Value& value : values) {
      const uint8_t kind = HOWDAH_TRY(bytes.u8());
      if (kind == 1) value = HOWDAH_TRY(bytes.f64());
      if (kind == 2) value = HOWDAH_TRY(bytes.text());
    }
    sample_.emplace(key, std::move(values));
    trim();
  }
  return Status::ok();
}

ValuesReport Profile::values_of(size_t column) const {
  ValuesReport report;
  report.type = columns_[column].type;
  report.rows = columns_[column].rows;
  report.missing = columns_[column].missing;
  std::vector<double> numbers;
  std::map<std::string, int64_t> texts;
  for (const auto& [key, values] : sample_) {
    const Value& value = values[column];
    if (const double* number = std::get_if<double>(&value); number && std::isfinite(*number))
      numbers.push_back(*number);
    if (const std::string* text = std::get_if<std::string>(&value)) ++texts[*text];
  }
  if (!numbers.empty()) {
    report.min = *std::min_element(numbers.begin(), numbers.end());
    report.max = *std::max_element(numbers.begin(), numbers.end());
    report.bins.assign(kBins, 0);
    const double width = (report.max - report.min) / kBins;
    double sum = 0;
    for (const double number : numbers) {
      sum += number;
      const double at = width > 0 ? (number - report.min) / width : 0;
      ++report.bins[std::min<size_t>(kBins - 1, static_cast<size_t>(at))];
    }
    report.mean = sum / static_cast<double>(numbers.size());
  }
  report.distinct = static_cast<int64_t>(texts.size());
  std::vector<std::pair<std::string, int64_t>> top(texts.begin(), texts.end());
  std::stable_sort(top.begin(), top.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (top.size() > kTop) top.resize(kTop);
  report.top = std::move(top);
  return report;
}

}  // namespace howdah::data
