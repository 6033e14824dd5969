#include "transform/records.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <nlohmann/json.hpp>

#include "formats/arrow_status.h"

namespace howdah::transform {
namespace {

using formats::from_arrow;

template <typename T>
void keep_entries(std::vector<T>& entries, const std::vector<uint8_t>& keep) {
  size_t to = 0;
  for (size_t i = 0; i < entries.size(); ++i)
    if (keep[i]) entries[to++] = std::move(entries[i]);
  entries.resize(to);
}

nlohmann::ordered_json value_as_json(const arrow::Array& column, int64_t row) {
  if (column.IsNull(row)) return nullptr;
  const auto scalar = column.GetScalar(row);
  if (!scalar.ok()) return "?";
  const arrow::Scalar& value = **scalar;
  switch (value.type->id()) {
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanScalar&>(value).value;
    case arrow::Type::INT64:
      return static_cast<const arrow::Int64Scalar&>(value).value;
    case arrow::Type::DOUBLE: {
      const double number = static_cast<const arrow::DoubleScalar&>(value).value;
      if (number - number == 0) return number;
      return value.ToString();  // JSON knows neither NaN nor infinity
    }
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::FIXED_SIZE_BINARY:
      return "<" +
             std::to_string(static_cast<const arrow::BaseBinaryScalar&>(value).value->size()) +
             " bytes>";
    default:
      return value.ToString();
  }
}

}  // namespace

Status Records::filter(const std::vector<uint8_t>& keep) {
  arrow::BooleanBuilder mask;
  HOWDAH_TRY(from_arrow(mask.AppendValues(keep.data(), static_cast<int64_t>(keep.size()))));
  const auto array = HOWDAH_TRY(from_arrow(mask.Finish()));
  const auto kept = HOWDAH_TRY(from_arrow(arrow::compute::Filter(batch, array)));
  batch = kept.record_batch();
  keep_entries(rows, keep);
  keep_entries(identities, keep);
  if (!parts.empty()) keep_entries(parts, keep);
  if (!partitions.of_row.empty()) keep_entries(partitions.of_row, keep);
  if (!classes.of_row.empty()) keep_entries(classes.of_row, keep);
  return Status::ok();
}

Status Records::set_column(const std::string& name, std::shared_ptr<arrow::Array> values) {
  const int at = batch->schema()->GetFieldIndex(name);
  const auto field = arrow::field(name, values->type());
  batch = HOWDAH_TRY(from_arrow(at >= 0 ? batch->SetColumn(at, field, std::move(values))
                                        : batch->AddColumn(batch->num_columns(), field, values)));
  return Status::ok();
}

std::shared_ptr<arrow::Array> Records::column(const std::string& name) const {
  return batch->GetColumnByName(name);
}

std::string row_as_json(const arrow::RecordBatch& batch, int64_t row, size_t limit) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  size_t bytes = 2;
  for (int c = 0; c < batch.num_columns(); ++c) {
    auto value = value_as_json(*batch.column(c), row);
    if (value.is_string() && value.get_ref<const std::string&>().size() > limit / 4)
      value = value.get_ref<const std::string&>().substr(0, limit / 4) + "...";
    const size_t more = batch.column_name(c).size() + 8 +
                        (value.is_string() ? value.get_ref<const std::string&>().size() : 20);
    if ((bytes += more) > limit) {
      json["..."] = std::to_string(batch.num_columns() - c) + " more columns";
      break;
    }
    json[batch.column_name(c)] = std::move(value);
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace howdah::transform
