#include "data/profile.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>
#include <cmath>

namespace howdah::data {
namespace {

constexpr size_t kTextBytes = 64;
constexpr size_t kTop = 20;

bool is_numbers(const arrow::DataType& type) {
  return transform::numeric_view_type(type) && type.id() != arrow::Type::BOOL;
}

// The beginning of a value's text, of what is no number.
std::string text_of(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanArray&>(array).Value(row) ? "true" : "false";
    case arrow::Type::STRING:
      return std::string(
          static_cast<const arrow::StringArray&>(array).GetView(row).substr(0, kTextBytes));
    case arrow::Type::LARGE_STRING:
      return std::string(
          static_cast<const arrow::LargeStringArray&>(array).GetView(row).substr(0, kTextBytes));
    default:
      return "<" + array.type()->ToString() + ">";
  }
}

void set_unit(const arrow::DataType& type, Profile::Column& column) {
  if (type.id() == arrow::Type::DATE32) column.unit_seconds = 86'400;
  if (type.id() == arrow::Type::DATE64) column.units_per_second = 1e3;
  if (type.id() != arrow::Type::TIMESTAMP) return;
  switch (static_cast<const arrow::TimestampType&>(type).unit()) {
    case arrow::TimeUnit::SECOND:
      break;
    case arrow::TimeUnit::MILLI:
      column.units_per_second = 1e3;
      break;
    case arrow::TimeUnit::MICRO:
      column.units_per_second = 1e6;
      break;
    case arrow::TimeUnit::NANO:
      column.units_per_second = 1e9;
      break;
  }
}

}  // namespace

Status Profile::adopt(const arrow::Schema& schema) {
  const size_t count = std::min(kColumns, static_cast<size_t>(schema.num_fields()));
  if (columns_.empty()) {
    for (size_t c = 0; c < count; ++c) {
      const auto& field = schema.field(static_cast<int>(c));
      Column& column = columns_.emplace_back();
      column.name = field->name();
      column.type = field->type()->ToString();
      set_unit(*field->type(), column);
    }
  }
  if (columns_.size() != count)
    return Status(Code::kInternal, "the columns changed while they were profiled");
  return Status::ok();
}

Status Profile::add(const transform::Records& records) {
  HOWDAH_TRY(adopt(*records.batch->schema()));
  std::vector<std::optional<transform::NumericView>> numbers(columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) {
    const auto& array = records.batch->column(static_cast<int>(c));
    Column& column = columns_[c];
    column.rows += records.size();
    column.missing += array->null_count();
    if (!is_numbers(*array->type())) continue;
    numbers[c] = HOWDAH_TRY(transform::NumericView::of(array));
    const int64_t nans = column.numbers.nans();
    column.numbers.add(numbers[c]->present_values(scratch_));
    column.missing += column.numbers.nans() - nans;
  }
  sample(records, numbers);
  return Status::ok();
}

void Profile::sample(const transform::Records& records,
                     const std::vector<std::optional<transform::NumericView>>& numbers) {
  for (size_t r = 0; r < records.rows.size(); ++r) {
    const Key key{records.identities[r].low, records.chunk, records.rows[r]};
    if (sample_.size() == kSampleRows && !(key < sample_.rbegin()->first)) continue;
    const auto row = static_cast<int64_t>(r);
    std::vector<Value> values(columns_.size());
    for (size_t c = 0; c < columns_.size(); ++c) {
      const arrow::Array& array = *records.batch->column(static_cast<int>(c));
      if (array.IsNull(row)) continue;
      if (numbers[c])
        values[c] = columns_[c].scaled(numbers[c]->values()[r]);
      else
        values[c] = text_of(array, row);
    }
    sample_.emplace(key, std::move(values));
    trim();
  }
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
    bytes.f64(column.unit_seconds);
    bytes.f64(column.units_per_second);
    column.numbers.write_to(bytes);
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
    Column& column = columns_[c];
    column.name = HOWDAH_TRY(bytes.text());
    column.type = HOWDAH_TRY(bytes.text());
    column.rows += static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
    column.missing += static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
    column.unit_seconds = HOWDAH_TRY(bytes.f64());
    column.units_per_second = HOWDAH_TRY(bytes.f64());
    HOWDAH_TRY(column.numbers.merge(bytes));
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

ValuesReport Profile::values_of(size_t which) const {
  const Column& column = columns_[which];
  ValuesReport report;
  report.type = column.type;
  report.rows = column.rows;
  report.missing = column.missing;
  if (column.numbers.count() > 0) {
    report.min = column.scaled(column.numbers.minimum());
    report.max = column.scaled(column.numbers.maximum());
    report.mean = column.scaled(column.numbers.mean());
  }
  report.sample_rows = static_cast<int64_t>(sample_.size());
  std::map<std::string, int64_t> texts;
  // Halves, as the whole span may be beyond the doubles.
  const double span = report.max / 2 - report.min / 2;
  for (const auto& [key, values] : sample_) {
    const Value& value = values[which];
    if (const double* number = std::get_if<double>(&value); number && std::isfinite(*number)) {
      report.sample_bins.resize(kBins);
      const double at = span > 0 ? (*number / 2 - report.min / 2) / span * kBins : 0;
      ++report.sample_bins[std::min<size_t>(kBins - 1, static_cast<size_t>(at))];
    }
    if (const std::string* text = std::get_if<std::string>(&value)) ++texts[*text];
  }
  report.sample_distinct = static_cast<int64_t>(texts.size());
  std::vector<std::pair<std::string, int64_t>> top(texts.begin(), texts.end());
  std::stable_sort(top.begin(), top.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (top.size() > kTop) top.resize(kTop);
  report.sample_top = std::move(top);
  return report;
}

}  // namespace howdah::data
