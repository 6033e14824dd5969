// Where raw records come from and how their bytes are read, as the job file says it. Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace howdah::prepare {

enum class Format {
  kAuto,  // from the files' names and first bytes
  kCsv,
  kTsv,
  kJsonLines,
  kText,  // a line is a record with the one column "text"
  kParquet,
  kImages,  // folders by class
  kTar,     // shards: NAME.jpg, NAME.cls...
  kIdx,
  kSequenceFile,
};
const char* format_name(Format format);  // as the job file writes it: "csv", "jsonl", ...

// Types that a column can be given. Times are UTC unless a zone stands in the text.
enum class ColumnType { kBool, kInt64, kFloat64, kString, kDate, kTimestamp };
const char* column_type_name(ColumnType type);  // "bool", "int64", "float64", "string", ...

struct CsvOptions {
  char delimiter = ',';
  char quote = '"';  // 0: none
  char escape = 0;   // 0: a quote within quotes is doubled
  bool header = true;
  std::vector<std::string> names;  // given instead of, or without, a header
  // A quoted field may hold line ends. Files are then read from their beginnings only: no file is
  // split between mappers.
  bool newlines_in_values = false;
};

// How the pictures of the formats images, tar and idx become pixels.
struct ImageOptions {
  int64_t channels = 0;           // 1: gray, 3: RGB, 0: as the file has them
  int64_t height = 0, width = 0;  // both 0: as they are; else resized, without keeping the ratio
  bool encoded = false;           // keep the file's bytes, checked by decoding
};

// What is done with a record, or a value, that cannot be read.
enum class BadRecordAction { kDrop, kQuarantine, kFail };

struct SourceSpec {
  std::vector<std::string> uris;  // files, folders, globs; at least one
  Format format = Format::kAuto;
  CsvOptions csv;
  ImageOptions images;
  std::vector<std::string> columns;  // only these, in this order; empty: all
  // The rows that belong to the source (prepare/expression.h): others are read and counted, no
  // more. Empty: all.
  std::string filter;
  std::map<std::string, ColumnType> types;  // others are inferred over all files
  std::vector<std::string> missing_words = {"",     "NA",   "N/A",  "NaN",  "nan",
                                            "null", "NULL", "None", "#N/A", "n/a"};
  std::string encoding = "utf-8";  // utf-8 | latin-1 | windows-1252 | utf-16
  // Ragged rows, values of a wrong type, invalid encodings, unreadable images.
  BadRecordAction bad_records = BadRecordAction::kDrop;
  bool type_errors_become_missing = false;  // else the whole record is bad
  // A column that some files lack: missing values there; else an error that names the file.
  bool absent_columns_are_missing = false;
  int64_t max_record_bytes = 64 << 20;
  std::string where;  // "prep.yaml:4:3", for messages
};

}  // namespace howdah::prepare
