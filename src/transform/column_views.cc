#include "transform/column_views.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>

#include "base/nearest.h"

namespace howdah::transform {
namespace {

Status wrong(const std::string& where, std::string message) {
  return Status(Code::kInvalidArgument, std::move(message)).with_peer(where);
}

template <typename Type>
void convert(const arrow::Array& array, std::vector<double>& into) {
  const auto* from = static_cast<const arrow::NumericArray<Type>&>(array).raw_values();
  for (size_t i = 0; i < into.size(); ++i) into[i] = static_cast<double>(from[i]);
}

void convert_bool(const arrow::Array& array, std::vector<double>& into) {
  const auto& flags = static_cast<const arrow::BooleanArray&>(array);
  for (size_t i = 0; i < into.size(); ++i) into[i] = flags.Value(static_cast<int64_t>(i)) ? 1 : 0;
}

template <typename Array>
void mark_numbers(const arrow::Array& column, std::vector<uint8_t>& into) {
  const auto* values = static_cast<const Array&>(column).raw_values();
  for (size_t i = 0; i < into.size(); ++i) into[i] = values[i] == values[i];
}

}  // namespace

bool any_type(const arrow::DataType&) {
  return true;
}
bool number_type(const arrow::DataType& type) {
  return arrow::is_integer(type.id()) || floating_type(type);
}
bool floating_type(const arrow::DataType& type) {
  return type.id() == arrow::Type::FLOAT || type.id() == arrow::Type::DOUBLE;
}
bool text_type(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRING || type.id() == arrow::Type::LARGE_STRING;
}
bool date_type(const arrow::DataType& type) {
  return type.id() == arrow::Type::DATE32 || type.id() == arrow::Type::DATE64 ||
         type.id() == arrow::Type::TIMESTAMP;
}
bool numeric_view_type(const arrow::DataType& type) {
  return number_type(type) || date_type(type) || type.id() == arrow::Type::BOOL;
}

Result<std::shared_ptr<arrow::Field>> required_column(const arrow::Schema& schema,
                                                      const std::string& name,
                                                      const std::string& where) {
  if (auto field = schema.GetFieldByName(name)) return field;
  const std::string near = nearest(name, schema.field_names());
  return wrong(where, "no column \"" + name + "\" arrives here" +
                          (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
}

Result<std::vector<std::string>> required_columns(const arrow::Schema& schema,
                                                  const prepare::Columns& names,
                                                  TypePredicate takes, const std::string& due,
                                                  const std::string& where) {
  std::vector<std::string> chosen;
  for (const std::string& name : names) {
    const auto field = HOWDAH_TRY(required_column(schema, name, where));
    if (!takes(*field->type()))
      return wrong(where, "column \"" + name + "\" is " + field->type()->ToString() + " where " +
                              due + " are due");
    if (std::find(chosen.begin(), chosen.end(), name) != chosen.end())
      return wrong(where, "column \"" + name + "\" is named twice");
    chosen.push_back(name);
  }
  if (!names.empty()) return chosen;
  for (const auto& field : schema.fields())
    if (takes(*field->type())) chosen.push_back(field->name());
  if (chosen.empty()) return wrong(where, "no column of " + due + " arrives here");
  return chosen;
}

Result<std::shared_ptr<arrow::Array>> column_of(const arrow::RecordBatch& batch,
                                                const std::string& name) {
  if (auto column = batch.GetColumnByName(name)) return column;
  return Status(Code::kInternal, "records without their column \"" + name + "\"");
}

Result<std::shared_ptr<arrow::RecordBatch>> select_columns(const arrow::RecordBatch& batch,
                                                           const std::vector<std::string>& names) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const std::string& name : names) {
    columns.push_back(HOWDAH_TRY(column_of(batch, name)));
    fields.push_back(batch.schema()->GetFieldByName(name));
  }
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch.num_rows(),
                                  std::move(columns));
}

bool mark_present(const arrow::Array& column, std::vector<uint8_t>& present) {
  const bool floating = floating_type(*column.type());
  const Presence there(column);
  if (!floating && there.all()) return false;
  if (column.type_id() == arrow::Type::DOUBLE)
    mark_numbers<arrow::DoubleArray>(column, present);
  else if (floating)
    mark_numbers<arrow::FloatArray>(column, present);
  else
    std::fill(present.begin(), present.end(), uint8_t{1});
  if (!there.all())
    for (size_t i = 0; i < present.size(); ++i) present[i] &= there[static_cast<int64_t>(i)];
  return std::find(present.begin(), present.end(), uint8_t{0}) != present.end();
}

Result<NumericView> NumericView::of(std::shared_ptr<arrow::Array> array) {
  NumericView view(std::move(array));
  const arrow::Array& from = *view.array_;
  const auto count = static_cast<size_t>(from.length());
  if (from.type_id() == arrow::Type::DOUBLE) {
    view.values_ = {static_cast<const arrow::DoubleArray&>(from).raw_values(), count};
    return view;
  }
  view.converted_ = std::make_shared<std::vector<double>>(count);
  std::vector<double>& into = *view.converted_;
  switch (from.type_id()) {
    case arrow::Type::BOOL:
      convert_bool(from, into);
      break;
    case arrow::Type::INT8:
      convert<arrow::Int8Type>(from, into);
      break;
    case arrow::Type::INT16:
      convert<arrow::Int16Type>(from, into);
      break;
    case arrow::Type::INT32:
      convert<arrow::Int32Type>(from, into);
      break;
    case arrow::Type::INT64:
      convert<arrow::Int64Type>(from, into);
      break;
    case arrow::Type::UINT8:
      convert<arrow::UInt8Type>(from, into);
      break;
    case arrow::Type::UINT16:
      convert<arrow::UInt16Type>(from, into);
      break;
    case arrow::Type::UINT32:
      convert<arrow::UInt32Type>(from, into);
      break;
    case arrow::Type::UINT64:
      convert<arrow::UInt64Type>(from, into);
      break;
    case arrow::Type::FLOAT:
      convert<arrow::FloatType>(from, into);
      break;
    case arrow::Type::DATE32:
      convert<arrow::Date32Type>(from, into);
      break;
    case arrow::Type::DATE64:
      convert<arrow::Date64Type>(from, into);
      break;
    case arrow::Type::TIMESTAMP:
      convert<arrow::TimestampType>(from, into);
      break;
    default:
      return Status(Code::kInternal, "no numbers: " + from.type()->ToString());
  }
  view.values_ = into;
  return view;
}

std::span<const double> NumericView::present_values(std::vector<double>& scratch) const {
  if (present_.all()) return values_;
  scratch.resize(values_.size());
  size_t kept = 0;
  for (size_t i = 0; i < values_.size(); ++i) {
    scratch[kept] = values_[i];
    kept += present_[static_cast<int64_t>(i)];
  }
  scratch.resize(kept);
  return scratch;
}

Result<TextView> TextView::of(std::shared_ptr<arrow::Array> array) {
  TextView view(std::move(array));
  const arrow::Array& from = *view.array_;
  if (from.length() == 0 && text_type(*from.type())) {
    static constexpr int32_t kNone[1] = {0};
    view.short_ = kNone;
    return view;
  }
  if (from.type_id() == arrow::Type::STRING) {
    const auto& texts = static_cast<const arrow::StringArray&>(from);
    view.short_ = texts.raw_value_offsets();
    if (texts.raw_data()) view.bytes_ = reinterpret_cast<const char*>(texts.raw_data());
    return view;
  }
  if (from.type_id() == arrow::Type::LARGE_STRING) {
    const auto& texts = static_cast<const arrow::LargeStringArray&>(from);
    view.long_ = texts.raw_value_offsets();
    if (texts.raw_data()) view.bytes_ = reinterpret_cast<const char*>(texts.raw_data());
    return view;
  }
  return Status(Code::kInternal, "no texts: " + from.type()->ToString());
}

}  // namespace howdah::transform
