#include "prepare/source_spec.h"

namespace howdah::prepare {

const char* format_name(Format format) {
  switch (format) {
    case Format::kAuto:
      return "auto";
    case Format::kCsv:
      return "csv";
    case Format::kTsv:
      return "tsv";
    case Format::kJsonLines:
      return "jsonl";
    case Format::kText:
      return "text";
    case Format::kParquet:
      return "parquet";
    case Format::kImages:
      return "images";
    case Format::kTar:
      return "tar";
    case Format::kIdx:
      return "idx";
    case Format::kSequenceFile:
      return "sequencefile";
  }
  return "?";
}

const char* column_type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
      return "bool";
    case ColumnType::kInt64:
      return "int64";
    case ColumnType::kFloat64:
      return "float64";
    case ColumnType::kString:
      return "string";
    case ColumnType::kDate:
      return "date";
    case ColumnType::kTimestamp:
      return "timestamp";
  }
  return "?";
}

}  // namespace howdah::prepare
