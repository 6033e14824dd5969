// Any bytes as a CSV file: typed errors or a valid batch, the same rows whichever way the file is
// cut. The first byte chooses the dialect and the encoding, the second the chunks' length.
#include "formats/text_source.h"
#include "formats_read.h"

using namespace howdah;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 1 << 16) return 0;
  const Bytes content = std::as_bytes(std::span(data + 2, size - 2));

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

  const formats::SourceFile file = file_in_memory("a.csv", content);
  const int64_t chunk_bytes = 1 + data[1] * 8;
  auto source = formats::make_text_source({{file}, spec}, chunk_bytes);
  if (!source.is_ok()) std::abort();
  read_both_ways(**source);
  return 0;
}
