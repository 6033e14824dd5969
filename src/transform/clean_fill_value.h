// Single values of columns, outside of them: what missing values become, and classes.
#pragma once

#include <arrow/array.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace howdah::transform {

// None; bool; integers, dates and timestamps (in the column's unit; uint64 by its bits); float and
// double; texts.
using FillValue = std::variant<std::monostate, bool, int64_t, double, std::string>;

bool value_type(const arrow::DataType& type);  // those
bool class_type(const arrow::DataType& type);  // those but float and double

// Reads a value as a person writes it: "true", "-5", "0.5", "2013-01-31", any text.
//   kInvalidArgument  not of the type, or out of its range
Result<FillValue> read_value(const std::string& text, const arrow::DataType& type);

// Exactly there and back: numbers by the shortest digits that mean them, texts that are no UTF-8 as
// {"bytes": "ff00"}, none as null. kCorrupt.
nlohmann::ordered_json to_json(const FillValue& value);
Result<FillValue> value_from_json(const nlohmann::ordered_json& json);

// As bytes whose order is the values' (of one type), and back. −0 is 0. kCorrupt.
std::string to_bytes(const FillValue& value);
Result<FillValue> value_from_bytes(std::string_view bytes, const arrow::DataType& type);
// The same bytes for each row of a column of value_type; empty views where it is missing (so is an
// empty text: ask Presence). They lie in `room` or in the column.
std::vector<std::string_view> bytes_of(const std::shared_ptr<arrow::Array>& column,
                                       std::string& room);

}  // namespace howdah::transform
