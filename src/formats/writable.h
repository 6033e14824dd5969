// Hadoop's Writables, as the keys and values of a SequenceFile hold them.
//
// Hadoop: org.apache.hadoop.io.Text, LongWritable, ...
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "formats/table_schema.h"

namespace howdah::formats {

enum class Writable {
  kText,
  kBytes,
  kByte,
  kShort,
  kInt,
  kLong,
  kVInt,
  kVLong,
  kFloat,
  kDouble,
  kBoolean,
  kNull,  // no bytes, and no column
};

// By Java's name of the class, "org.apache.hadoop.io.Text"; nothing for classes that are not read.
std::optional<Writable> writable_of(std::string_view class_name);
const char* writable_name(Writable writable);  // "Text", "IntWritable", ...
// The names of all that are read, for messages.
std::string writable_names();
// kString, kBinary, kInt64, kFloat64 or kBool; kNull of NullWritable.
Inferred writable_type(Writable writable);

struct WritableValue {
  int64_t integer = 0;     // of integers, and 0 or 1 of booleans
  double number = 0;       // of floats
  std::string_view bytes;  // of Text (not checked to be UTF-8) and BytesWritable; into the input
};
// All of `bytes` as one value; false where they are none, or some are left over.
bool read_writable(Writable writable, Bytes bytes, WritableValue* value);
// The value for a report, at most `limit` bytes; what can be seen of it where it is none.
std::string writable_text(Writable writable, Bytes bytes, size_t limit);

}  // namespace howdah::formats
