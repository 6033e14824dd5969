#include "formats/writable.h"

#include <fmt/core.h>

#include <array>
#include <bit>

#include "formats/text_encoding.h"
#include "hadoop/vint.h"

namespace howdah::formats {
namespace {

constexpr std::string_view kPackage = "org.apache.hadoop.io.";
constexpr std::array kNames = {"Text",           "BytesWritable",   "ByteWritable",
                               "ShortWritable",  "IntWritable",     "LongWritable",
                               "VIntWritable",   "VLongWritable",   "FloatWritable",
                               "DoubleWritable", "BooleanWritable", "NullWritable"};

// Big-endian, of 1, 2, 4 or 8 bytes.
bool read_integer(Bytes bytes, size_t width, int64_t* value) {
  if (bytes.size() != width) return false;
  switch (width) {
    case 1:
      *value = static_cast<int8_t>(bytes[0]);
      return true;
    case 2:
      *value = static_cast<int16_t>(load_be16(bytes.data()));
      return true;
    case 4:
      *value = static_cast<int32_t>(load_be32(bytes.data()));
      return true;
    default:
      *value = static_cast<int64_t>(load_be64(bytes.data()));
      return true;
  }
}

bool read_variable(Bytes bytes, bool of_32_bits, int64_t* value) {
  hadoop::WritableReader reader(bytes);
  if (of_32_bits) {
    const auto read = reader.vint();
    if (read.is_ok()) *value = *read;
    return read.is_ok() && reader.rest().empty();
  }
  const auto read = reader.vlong();
  if (read.is_ok()) *value = *read;
  return read.is_ok() && reader.rest().empty();
}

bool read_text(Bytes bytes, std::string_view* text) {
  hadoop::WritableReader reader(bytes);
  const auto read = reader.sized(bytes.size());
  if (!read.is_ok() || !reader.rest().empty()) return false;
  *text = *read;
  return true;
}

bool read_bytes(Bytes bytes, std::string_view* content) {
  if (bytes.size() < 4 || load_be32(bytes.data()) != bytes.size() - 4) return false;
  *content = as_text(bytes.subspan(4));
  return true;
}

}  // namespace

std::optional<Writable> writable_of(std::string_view class_name) {
  if (!class_name.starts_with(kPackage)) return std::nullopt;
  class_name.remove_prefix(kPackage.size());
  for (size_t i = 0; i < kNames.size(); ++i)
    if (class_name == kNames[i]) return static_cast<Writable>(i);
  return std::nullopt;
}

const char* writable_name(Writable writable) {
  return kNames[static_cast<size_t>(writable)];
}

std::string writable_names() {
  std::string names;
  for (const char* name : kNames) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

Inferred writable_type(Writable writable) {
  switch (writable) {
    case Writable::kText:
      return Inferred::kString;
    case Writable::kBytes:
      return Inferred::kBinary;
    case Writable::kByte:
    case Writable::kShort:
    case Writable::kInt:
    case Writable::kLong:
    case Writable::kVInt:
    case Writable::kVLong:
      return Inferred::kInt64;
    case Writable::kFloat:
    case Writable::kDouble:
      return Inferred::kFloat64;
    case Writable::kBoolean:
      return Inferred::kBool;
    case Writable::kNull:
      break;
  }
  return Inferred::kNull;
}

bool read_writable(Writable writable, Bytes bytes, WritableValue* value) {
  switch (writable) {
    case Writable::kText:
      return read_text(bytes, &value->bytes);
    case Writable::kBytes:
      return read_bytes(bytes, &value->bytes);
    case Writable::kByte:
      return read_integer(bytes, 1, &value->integer);
    case Writable::kShort:
      return read_integer(bytes, 2, &value->integer);
    case Writable::kInt:
      return read_integer(bytes, 4, &value->integer);
    case Writable::kLong:
      return read_integer(bytes, 8, &value->integer);
    case Writable::kVInt:
    case Writable::kVLong:
      return read_variable(bytes, writable == Writable::kVInt, &value->integer);
    case Writable::kFloat:
      if (bytes.size() != 4) return false;
      value->number = std::bit_cast<float>(load_be32(bytes.data()));
      return true;
    case Writable::kDouble:
      if (bytes.size() != 8) return false;
      value->number = std::bit_cast<double>(load_be64(bytes.data()));
      return true;
    case Writable::kBoolean:
      if (bytes.size() != 1) return false;
      value->integer = bytes[0] != std::byte{0};  // as DataInput.readBoolean
      return true;
    case Writable::kNull:
      return bytes.empty();
  }
  return false;
}

std::string writable_text(Writable writable, Bytes bytes, size_t limit) {
  WritableValue value;
  if (!read_writable(writable, bytes, &value)) {
    // Of a text whose end is missing, the beginning without its length.
    hadoop::WritableReader reader(bytes);
    if (writable == Writable::kText && reader.vint().is_ok()) bytes = reader.rest();
    if (writable == Writable::kBytes && bytes.size() >= 4) bytes = bytes.subspan(4);
    return printable(as_text(bytes), limit);
  }
  switch (writable_type(writable)) {
    case Inferred::kInt64:
      return std::to_string(value.integer);
    case Inferred::kFloat64:
      return fmt::format("{}", value.number);
    case Inferred::kBool:
      return value.integer ? "true" : "false";
    default:
      return printable(value.bytes, limit);
  }
}

}  // namespace howdah::formats
