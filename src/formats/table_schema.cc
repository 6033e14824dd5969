#include "formats/table_schema.h"

#include <arrow/type.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace howdah::formats {
namespace {

constexpr std::array kNames = {"null", "bool",      "int64",  "float64",
                               "date", "timestamp", "string", "binary"};

std::optional<Inferred> inferred_of(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (name == kNames[i]) return static_cast<Inferred>(i);
  return std::nullopt;
}

// Types that a schema can carry as text; others are the format's own and stay in the process.
const std::vector<std::shared_ptr<arrow::DataType>>& named_types() {
  static const std::vector<std::shared_ptr<arrow::DataType>> types = {
      arrow::boolean(),
      arrow::int8(),
      arrow::int16(),
      arrow::int32(),
      arrow::int64(),
      arrow::uint8(),
      arrow::uint16(),
      arrow::uint32(),
      arrow::uint64(),
      arrow::float16(),
      arrow::float32(),
      arrow::float64(),
      arrow::utf8(),
      arrow::binary(),
      arrow::date32(),
      arrow::large_utf8(),
      arrow::date64(),
      arrow::null(),
      arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
  };
  return types;
}

std::shared_ptr<arrow::DataType> arrow_type(const TableColumn& column) {
  if (column.fixed) return column.fixed;
  switch (column.type) {
    case Inferred::kBool:
      return arrow::boolean();
    case Inferred::kInt64:
      return arrow::int64();
    case Inferred::kFloat64:
      return arrow::float64();
    case Inferred::kDate:
      return arrow::date32();
    case Inferred::kTimestamp:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case Inferred::kBinary:
      return arrow::binary();
    case Inferred::kNull:
    case Inferred::kString:
      break;
  }
  return arrow::utf8();
}

bool same_fixed(const TableColumn& a, const TableColumn& b) {
  return a.fixed && b.fixed ? a.fixed->Equals(*b.fixed) : a.fixed == b.fixed;
}

Status no_schema(const std::string& why) {
  return Status(Code::kCorrupt, "no table schema: " + why);
}

Result<TableColumn> column_from(const nlohmann::json& item) {
  const auto name = item.find("name"), type = item.find("type");
  if (name == item.end() || !name->is_string() || type == item.end() || !type->is_string())
    return no_schema("a column without name or type");
  TableColumn column;
  column.name = name->get<std::string>();
  const auto inferred = inferred_of(type->get_ref<const std::string&>());
  if (!inferred) return no_schema("an unknown type of '" + column.name + "'");
  column.type = *inferred;
  if (const auto given = item.find("given"); given != item.end()) {
    if (!given->is_boolean()) return no_schema("'given' is true or false");
    column.given = given->get<bool>();
  }
  if (const auto fixed = item.find("fixed"); fixed != item.end()) {
    for (const auto& candidate : named_types())
      if (fixed->is_string() && candidate->ToString() == fixed->get_ref<const std::string&>())
        column.fixed = candidate;
    if (!column.fixed) return no_schema("an unknown fixed type of '" + column.name + "'");
  }
  return column;
}

}  // namespace

Inferred inferred_of(prepare::ColumnType type) {
  switch (type) {
    case prepare::ColumnType::kBool:
      return Inferred::kBool;
    case prepare::ColumnType::kInt64:
      return Inferred::kInt64;
    case prepare::ColumnType::kFloat64:
      return Inferred::kFloat64;
    case prepare::ColumnType::kDate:
      return Inferred::kDate;
    case prepare::ColumnType::kTimestamp:
      return Inferred::kTimestamp;
    case prepare::ColumnType::kString:
      break;
  }
  return Inferred::kString;
}

Inferred least_upper_bound(Inferred a, Inferred b) {
  if (a == b || b == Inferred::kNull) return a;
  if (a == Inferred::kNull) return b;
  if (a == Inferred::kBinary || b == Inferred::kBinary) return Inferred::kBinary;
  const auto pair = [&](Inferred x, Inferred y) {
    return (a == x && b == y) || (a == y && b == x);
  };
  if (pair(Inferred::kInt64, Inferred::kFloat64)) return Inferred::kFloat64;
  if (pair(Inferred::kDate, Inferred::kTimestamp)) return Inferred::kTimestamp;
  return Inferred::kString;
}

Status TableSchema::widen(const TableSchema& other) {
  const auto lacks = [](const TableSchema& schema, const std::string& name) {
    for (const auto& column : schema.columns)
      if (column.name == name) return false;
    return true;
  };
  for (const auto& column : columns)
    if (lacks(other, column.name))
      return Status(Code::kInvalidArgument,
                    "the column '" + column.name + "' is not in all chunks");
  for (const auto& column : other.columns)
    if (lacks(*this, column.name))
      return Status(Code::kInvalidArgument,
                    "the column '" + column.name + "' is not in all chunks");
  for (auto& column : columns) {
    if (column.given || column.fixed) continue;
    for (const auto& theirs : other.columns)
      if (theirs.name == column.name) column.type = least_upper_bound(column.type, theirs.type);
  }
  return Status::ok();
}

bool TableSchema::operator==(const TableSchema& other) const {
  if (columns.size() != other.columns.size()) return false;
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto &a = columns[i], &b = other.columns[i];
    if (a.name != b.name || a.type != b.type || a.given != b.given || !same_fixed(a, b))
      return false;
  }
  return true;
}

std::shared_ptr<arrow::Schema> TableSchema::to_arrow() const {
  arrow::FieldVector fields;
  fields.reserve(columns.size());
  for (const auto& column : columns)
    fields.push_back(arrow::field(column.name, arrow_type(column)));
  return arrow::schema(std::move(fields));
}

std::string TableSchema::to_json() const {
  auto items = nlohmann::json::array();
  for (const auto& column : columns) {
    nlohmann::json item = {{"name", column.name},
                           {"type", kNames[static_cast<size_t>(column.type)]}};
    if (column.given) item["given"] = true;
    if (column.fixed) item["fixed"] = column.fixed->ToString();
    items.push_back(std::move(item));
  }
  return nlohmann::json{{"columns", std::move(items)}}.dump();
}

Result<TableSchema> TableSchema::from_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return no_schema("not JSON");
  const auto items = json.find("columns");
  if (items == json.end() || !items->is_array()) return no_schema("no list of columns");
  TableSchema schema;
  for (const auto& item : *items) {
    if (!item.is_object()) return no_schema("a column is no object");
    schema.columns.push_back(HOWDAH_TRY(column_from(item)));
  }
  return schema;
}

}  // namespace howdah::formats
