// Files of text: CSV (RFC 4180; a missing value is empty, an empty text is ""), JSON lines, and
// lines of the one column that there is; see file_writer.h.
#pragma once

#include "formats/arrow_output.h"
#include "formats/file_writer.h"

namespace howdah::formats {

// Of the format text.
//   kInvalidArgument  another number of columns than one
Status check_text_schema(const arrow::Schema& schema);
Result<std::unique_ptr<FileWriter>> make_text_writer(std::shared_ptr<ArrowOutput> output,
                                                     std::shared_ptr<arrow::Schema> schema,
                                                     const WriterOptions& options);
// "none", "gzip" and "zstd" may be asked for; anything else is taken for none, as it is Parquet's
// default and not the user's word.
std::string text_suffix(const WriterOptions& options);

}  // namespace howdah::formats
