// Any bytes as a Parquet file: typed errors or valid batches, never more rows than the footer says.
// The first byte chooses the filter and the types that are given.
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <cstdlib>

#include "formats/sources.h"
#include "fs/memory_file_system.h"

namespace {

using namespace howdah;

constexpr int64_t kMostRows =
    1 << 20;  // of damage that claims more, the reading would only be slow

Status read(formats::Source& source) {
  const auto schema = HOWDAH_TRY(source.survey(Deadline::never()));
  const auto shipped = formats::TableSchema::from_json(schema.to_json());
  if (!shipped.is_ok() || !(*shipped == schema)) std::abort();
  int64_t rows = 0;
  for (const auto& portion : HOWDAH_TRY(source.portions(1, Deadline::never()))) {
    const auto reader = HOWDAH_TRY(source.read(portion, Deadline::never()));
    while (const auto chunk = HOWDAH_TRY(reader->next(Deadline::never()))) {
      const auto parsed = HOWDAH_TRY(source.parse(*chunk, schema));
      if (parsed.needs) std::abort();
      if (!parsed.batch->ValidateFull().ok()) std::abort();
      if (!parsed.batch->schema()->Equals(*schema.to_arrow())) std::abort();
      const auto bad = static_cast<int64_t>(parsed.bad.size());
      if (parsed.batch->num_rows() + bad + parsed.rows_pruned != parsed.rows_read) std::abort();
      rows += parsed.rows_read;
      if (rows > kMostRows) return Status::ok();
    }
  }
  return Status::ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1 || size > 1 << 16) return 0;
  const Bytes content = std::as_bytes(std::span(data + 1, size - 1));
  auto files = std::make_shared<fs::MemoryFileSystem>("fuzz");
  if (!fs::write_file(*files, "/a.parquet", content, {}, Deadline::never()).is_ok()) std::abort();

  prepare::SourceSpec spec;
  spec.format = prepare::Format::kParquet;
  spec.absent_columns_are_missing = true;
  if (data[0] & 1) spec.filter = "a > 2 or a < 'm' or a = '2013-01-31'";
  if (data[0] & 2) spec.types = {{"a", static_cast<prepare::ColumnType>((data[0] >> 2) % 6)}};
  spec.type_errors_become_missing = data[0] & 128;

  const formats::SourceFile file{
      {files, "/a.parquet"}, "a.parquet", static_cast<int64_t>(content.size()), 0};
  const auto source = formats::make_parquet_source({{file}, spec});
  if (!source.is_ok()) std::abort();
  (void)read(**source).is_ok();
  return 0;
}
