#include "formats/file_writer.h"

#include "formats/arrow_output.h"
#include "formats/parquet_writer.h"
#include "formats/tar_writer.h"
#include "formats/text_writer.h"

namespace howdah::formats {

Result<std::unique_ptr<FileWriter>> FileWriter::create(fs::FileSystem& files,
                                                       const std::string& path,
                                                       std::shared_ptr<arrow::Schema> schema,
                                                       const WriterOptions& options,
                                                       Deadline deadline) {
  HOWDAH_TRY(check(*schema, options));
  auto file = HOWDAH_TRY(files.create(path, {}, deadline));
  auto output = std::make_shared<ArrowOutput>(std::move(file), deadline);
  const auto make = [&]() {
    if (options.format == prepare::OutputFormat::kParquet)
      return make_parquet_writer(std::move(output), std::move(schema), options);
    if (options.format == prepare::OutputFormat::kTar)
      return make_tar_writer(std::move(output), std::move(schema));
    return make_text_writer(std::move(output), std::move(schema), options);
  };
  auto writer = make();
  if (!writer) {
    [[maybe_unused]] const Status removed = files.remove(path, false, deadline);
    return writer.status().with_peer(path);
  }
  return writer;
}

Status FileWriter::check(const arrow::Schema& schema, const WriterOptions& options) {
  if (options.format == prepare::OutputFormat::kTar) return check_tar_schema(schema);
  if (options.format == prepare::OutputFormat::kText) return check_text_schema(schema);
  return Status::ok();
}

std::string FileWriter::suffix(const WriterOptions& options) {
  if (options.format == prepare::OutputFormat::kParquet) return ".parquet";
  if (options.format == prepare::OutputFormat::kTar) return ".tar";
  return text_suffix(options);
}

}  // namespace howdah::formats
