// Parquet files; see file_writer.h.
#pragma once

#include "formats/arrow_output.h"
#include "formats/file_writer.h"

namespace howdah::formats {

Result<std::unique_ptr<FileWriter>> make_parquet_writer(std::shared_ptr<ArrowOutput> output,
                                                        std::shared_ptr<arrow::Schema> schema,
                                                        const WriterOptions& options);

}  // namespace howdah::formats
