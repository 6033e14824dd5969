#include "transform/clean_fill_value.h"

#include <arrow/type.h>
#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "formats/text_encoding.h"
#include "transform/clean_iso_time.h"
#include "transform/column_views.h"

namespace howdah::transform {
namespace {

constexpr uint64_t kSign = uint64_t{1} << 63;

uint64_t image(int64_t value) {
  return static_cast<uint64_t>(value) ^ kSign;
}
uint64_t image(double value) {
  const auto bits = std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
  return bits & kSign ? ~bits : bits | kSign;
}
double double_of(uint64_t image) {
  return std::bit_cast<double>(image & kSign ? image ^ kSign : ~image);
}

void put(uint64_t image, char* into) {
  for (int i = 0; i < 8; ++i) into[i] = static_cast<char>(image >> (56 - 8 * i));
}

template <typename Integer>
Result<FillValue> read_integer(const std::string& text, const arrow::DataType& type) {
  Integer value{};
  const char* end = text.data() + text.size();
  const auto outcome = std::from_chars(text.data(), end, value);
  if (outcome.ec != std::errc() || outcome.ptr != end)
    return Status(Code::kInvalidArgument, "\"" + text + "\" is no " + type.ToString());
  return FillValue(static_cast<int64_t>(value));
}

template <typename Value>
void images_of(const arrow::Array& column, std::string& room) {
  const Value* values = column.data()->GetValues<Value>(1);
  for (int64_t i = 0; i < column.length(); ++i) {
    if constexpr (std::is_floating_point_v<Value>)
      put(image(static_cast<double>(values[i])), &room[static_cast<size_t>(i) * 8]);
    else
      put(image(static_cast<int64_t>(values[i])), &room[static_cast<size_t>(i) * 8]);
  }
}

void bool_images_of(const arrow::Array& column, std::string& room) {
  const auto& flags = static_cast<const arrow::BooleanArray&>(column);
  for (int64_t i = 0; i < column.length(); ++i)
    put(image(int64_t{flags.Value(i)}), &room[static_cast<size_t>(i) * 8]);
}

bool images_of_any(const arrow::Array& column, std::string& room) {
  switch (column.type_id()) {
    case arrow::Type::BOOL:
      return bool_images_of(column, room), true;
    case arrow::Type::INT8:
      return images_of<int8_t>(column, room), true;
    case arrow::Type::INT16:
      return images_of<int16_t>(column, room), true;
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return images_of<int32_t>(column, room), true;
    case arrow::Type::INT64:
    case arrow::Type::DATE64:
    case arrow::Type::TIMESTAMP:
      return images_of<int64_t>(column, room), true;
    case arrow::Type::UINT8:
      return images_of<uint8_t>(column, room), true;
    case arrow::Type::UINT16:
      return images_of<uint16_t>(column, room), true;
    case arrow::Type::UINT32:
      return images_of<uint32_t>(column, room), true;
    case arrow::Type::UINT64:
      return images_of<uint64_t>(column, room), true;
    case arrow::Type::FLOAT:
      return images_of<float>(column, room), true;
    case arrow::Type::DOUBLE:
      return images_of<double>(column, room), true;
    default:
      return false;
  }
}

}  // namespace

bool value_type(const arrow::DataType& type) {
  return numeric_view_type(type) || text_type(type);
}
bool class_type(const arrow::DataType& type) {
  return value_type(type) && !floating_type(type);
}

Result<FillValue> read_value(const std::string& text, const arrow::DataType& type) {
  const auto wrong = Status(Code::kInvalidArgument, "\"" + text + "\" is no " + type.ToString());
  switch (type.id()) {
    case arrow::Type::BOOL:
      if (text != "true" && text != "false") return wrong;
      return FillValue(text == "true");
    case arrow::Type::INT8:
      return read_integer<int8_t>(text, type);
    case arrow::Type::INT16:
      return read_integer<int16_t>(text, type);
    case arrow::Type::INT32:
      return read_integer<int32_t>(text, type);
    case arrow::Type::INT64:
      return read_integer<int64_t>(text, type);
    case arrow::Type::UINT8:
      return read_integer<uint8_t>(text, type);
    case arrow::Type::UINT16:
      return read_integer<uint16_t>(text, type);
    case arrow::Type::UINT32:
      return read_integer<uint32_t>(text, type);
    case arrow::Type::UINT64:
      return read_integer<uint64_t>(text, type);
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE: {
      double value = 0;
      const char* end = text.data() + text.size();
      const auto outcome = std::from_chars(text.data(), end, value);
      if (outcome.ec != std::errc() || outcome.ptr != end || !std::isfinite(value)) return wrong;
      if (type.id() == arrow::Type::FLOAT && std::abs(value) > std::numeric_limits<float>::max())
        return wrong;
      return FillValue(value);
    }
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
    case arrow::Type::TIMESTAMP: {
      const auto time = parse_iso_time(text);
      if (!time || (type.id() != arrow::Type::TIMESTAMP && !time->date_only)) return wrong;
      return FillValue(*first_not_before(*time, type));
    }
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
      return FillValue(text);
    default:
      return wrong;
  }
}

nlohmann::ordered_json to_json(const FillValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  if (const int64_t* integer = std::get_if<int64_t>(&value)) return *integer;
  if (const double* number = std::get_if<double>(&value)) return *number;
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return nullptr;
  if (formats::is_valid_utf8(*text)) return *text;
  std::string digits;
  for (const char byte : *text) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return {{"bytes", digits}};
}

Result<FillValue> value_from_json(const nlohmann::ordered_json& json) {
  if (json.is_null()) return FillValue();
  if (json.is_boolean()) return FillValue(json.get<bool>());
  if (json.is_number_float()) return FillValue(json.get<double>());
  if (json.is_number()) return FillValue(json.get<int64_t>());
  if (json.is_string()) return FillValue(json.get<std::string>());
  const auto wrong = Status(Code::kCorrupt, "a value that is none");
  const auto bytes = json.find("bytes");
  if (!json.is_object() || bytes == json.end() || !bytes->is_string()) return wrong;
  const auto& digits = bytes->get_ref<const std::string&>();
  if (digits.size() % 2) return wrong;
  std::string text;
  for (size_t i = 0; i < digits.size(); i += 2) {
    unsigned byte = 0;
    const char* end = &digits[i] + 2;
    if (std::from_chars(&digits[i], end, byte, 16).ptr != end) return wrong;
    text += static_cast<char>(byte);
  }
  return FillValue(std::move(text));
}

std::string to_bytes(const FillValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::string bytes(8, '\0');
  if (const bool* flag = std::get_if<bool>(&value)) put(image(int64_t{*flag}), bytes.data());
  if (const int64_t* integer = std::get_if<int64_t>(&value)) put(image(*integer), bytes.data());
  if (const double* number = std::get_if<double>(&value)) put(image(*number), bytes.data());
  return bytes;
}

Result<FillValue> value_from_bytes(std::string_view bytes, const arrow::DataType& type) {
  if (text_type(type)) return FillValue(std::string(bytes));
  if (bytes.size() != 8) return Status(Code::kCorrupt, "a value of a wrong length");
  uint64_t image = 0;
  for (const char byte : bytes) image = image << 8 | static_cast<unsigned char>(byte);
  if (floating_type(type)) return FillValue(double_of(image));
  const auto integer = static_cast<int64_t>(image ^ kSign);
  if (type.id() == arrow::Type::BOOL) return FillValue(integer != 0);
  return FillValue(integer);
}

std::vector<std::string_view> bytes_of(const std::shared_ptr<arrow::Array>& column,
                                       std::string& room) {
  std::vector<std::string_view> views(static_cast<size_t>(column->length()));
  if (const auto texts = TextView::of(column)) {
    texts->each_present(
        [&](int64_t row, std::string_view text) { views[static_cast<size_t>(row)] = text; });
    return views;
  }
  room.assign(views.size() * 8, '\0');
  if (!images_of_any(*column, room)) return views;
  const Presence present(*column);
  for (size_t i = 0; i < views.size(); ++i)
    if (present[static_cast<int64_t>(i)]) views[i] = std::string_view(room).substr(i * 8, 8);
  return views;
}

}  // namespace howdah::transform
