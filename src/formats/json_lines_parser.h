// Chunks of JSON lines to record batches: each line an object, each key a column.
//
// A value's type is JSON's: a string is a string (or a date, or a timestamp), never a number, where
// the job file does not give the column another type. null and a key that is not there are missing;
// missing_words count only in columns that were given a type other than string. Of a key that
// stands twice in an object, the last counts. An object or a list in a column that is asked for
// makes the record unreadable. So does a number beyond a double's range, unless its column was
// given as string ("type_error"), and half a surrogate pair ("encoding").
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "formats/text_parser.h"

namespace howdah::formats {

struct JsonLinesOptions : TextOptions {
  using TextOptions::TextOptions;
  // Keys that are not in the schema are passed over; else they are an error.
  bool more_keys_are_fine = false;
  // Keys that are passed over in any case; null: none.
  std::function<bool(const std::string&)> known_keys;
};

//   kInvalidArgument  a key that is not in the schema
Result<ParsedChunk> parse_json_lines(const RawChunk& chunk, const TableSchema& schema,
                                     const JsonLinesOptions& options);
// The schema, widened by what the chunk holds; keys beyond it are passed over.
Result<TableSchema> infer_json_lines(const RawChunk& chunk, const TableSchema& schema,
                                     const JsonLinesOptions& options);
// The keys of all good records, in the order in which they appear.
//   kInvalidArgument  no record is good: says what is wrong with the first
Result<std::vector<std::string>> json_keys(const RawChunk& chunk, const JsonLinesOptions& options);

}  // namespace howdah::formats
