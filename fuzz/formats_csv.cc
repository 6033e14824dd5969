// Any bytes as a CSV file: typed errors or a valid batch, the same rows whichever way the file is
// cut. The first byte chooses the dialect and the encoding, the second the chunks' length.
#include "formats/text_source.h"
#include "formats_read.h"
#include "fs/memory_file_system.h"

using namespace howdah;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 1 << 16) return 0;
  const Bytes content = std::as_bytes(std::span(data + 2, size - 2));
  auto files = std::make_shared<fs::MemoryFileSystem>("fuzz");
  if (!fs::write_file(*files, "/a.csv", content, {}, Deadline::never()).is_ok()) std::abort();

  prepare::SourceSpec spec;
  spec.format = data[0] & 1 ? prepare::Format::kJsonLines : prepare::Format::kCsv;
  spec.csv.newlines_in_values = data[0] & 2;
  spec.csv.escape = data[0] & 4 ? '\\' : '\0';
  spec.csv.header = data[0] & 8;
  spec.max_record_bytes = data[0] & 16 ? 50 : 1 << 20;
  constexpr const char* kEncodings[] = {"utf-8", "latin-1", "windows-1252", "utf-16"};
  spec.encoding = kEncodings[data[0] >> 6];
  spec.absent_columns_are_missing = true;
  if (data[0] & 32) spec.types = {{"a", prepare::ColumnType::kInt64}};

  const formats::SourceFile file{
      {files, "/a.csv"}, "a.csv", static_cast<int64_t>(content.size()), 0};
  const int64_t chunk_bytes = 1 + data[1] * 8;
  auto source = formats::make_text_source({{file}, spec}, chunk_bytes);
  if (!source.is_ok()) std::abort();
  const auto whole = read(**source, int64_t{1} << 40);
  const auto cut = read(**source, 1);
  if (whole.is_ok() != cut.is_ok()) std::abort();
  if (whole.is_ok() && !(*whole == *cut)) std::abort();
  return 0;
}
