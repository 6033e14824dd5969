#include "formats/file_writer.h"

#include "formats/arrow_output.h"
#include "formats/parquet_writer.h"
#include "formats/text_writer.h"

namespace howdah::formats {

Result<std::unique_ptr<FileWriter>> FileWriter::create(fs::FileSystem& files,
                                                       const std::string& path,
                                                       std::shared_ptr<arrow::Schema> schema,
                                                       const WriterOptions& options,
                                                       Deadline deadline) {
  if (options.format == prepare::OutputFormat::kTar)
    return Status(Code::kUnsupported, "tar shards cannot be written yet")
        .with_advice("write parquet");
  auto file = HOWDAH_TRY(files.create(path, {}, deadline));
  auto output = std::make_shared<ArrowOutput>(std::move(file), deadline);
  auto writer = options.format == prepare::OutputFormat::kParquet
                    ? make_parquet_writer(std::move(output), std::move(schema), options)
                    : make_text_writer(std::move(output), std::move(schema), options);
  if (!writer) {
    [[maybe_unused]] const Status removed = files.remove(path, false, deadline);
    return writer.status().with_peer(path);
  }
  return writer;
}

std::string FileWriter::suffix(const WriterOptions& options) {
  if (options.format == prepare::OutputFormat::kParquet) return ".parquet";
  if (options.format == prepare::OutputFormat::kTar) return ".tar";
  return text_suffix(options);
}

}  // namespace howdah::formats
