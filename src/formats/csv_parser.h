// Chunks of delimited text to record batches. Pure computation; all functions are thread-safe.
#pragma once

#include <string>
#include <vector>

#include "formats/csv_tokenizer.h"
#include "formats/text_parser.h"

namespace howdah::formats {

// Of one file: where its records begin and where each column stands in them.
struct CsvLayout {
  size_t fields = 0;         // of every record
  std::vector<int> sources;  // for each column of the schema: its field; -1: the file lacks it
  bool header = false;       // the file's first line is not a record
};

struct CsvOptions : TextOptions {
  using TextOptions::TextOptions;
  CsvDialect dialect;
};

// Behind the byte order mark and, where there is one, the header line.
size_t first_record(std::string_view text, const CsvDialect& dialect, bool header);
// The names in the first line that is not empty; nothing where there is no such line.
//   kInvalidArgument  a quote that is not closed, no UTF-8
Result<std::vector<std::string>> header_names(std::string_view text, const CsvDialect& dialect);

// The errors are those of a chunk as a whole: kOutOfMemory.
Result<ParsedChunk> parse_csv(const RawChunk& chunk, const TableSchema& schema,
                              const CsvLayout& layout, const CsvOptions& options);
// The schema, widened by what the chunk holds; given types stay.
Result<TableSchema> infer_csv(const RawChunk& chunk, const TableSchema& schema,
                              const CsvLayout& layout, const CsvOptions& options);

}  // namespace howdah::formats
