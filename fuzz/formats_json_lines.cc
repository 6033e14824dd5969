// Any bytes as JSON lines: typed errors or a valid batch, the same rows whichever way the file is
// cut. The first byte chooses what the job file says, the second the chunks' length.
#include "formats/text_source.h"
#include "formats_read.h"

using namespace howdah;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 1 << 16) return 0;
  const Bytes content = std::as_bytes(std::span(data + 2, size - 2));

  prepare::SourceSpec spec;
  spec.format = prepare::Format::kJsonLines;
  spec.absent_columns_are_missing = data[0] & 1;
  spec.type_errors_become_missing = data[0] & 2;
  if (data[0] & 4)
    spec.types = {{"a", prepare::ColumnType::kTimestamp}, {"b", prepare::ColumnType::kBool}};
  if (data[0] & 8) spec.columns = {"a", "c"};
  spec.max_record_bytes = data[0] & 16 ? 30 : 1 << 20;
  if (data[0] & 32) spec.missing_words = {"1", "true"};
  spec.encoding = data[0] & 64 ? "latin-1" : "utf-8";

  const formats::SourceFile file = file_in_memory("a.jsonl", content);
  const auto source = formats::make_text_source({{file}, spec}, 1 + data[1] * 8);
  if (!source.is_ok()) std::abort();
  read_both_ways(**source);
  return 0;
}
