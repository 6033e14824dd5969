// Any bytes as JSON lines: typed errors or a valid batch, the same rows whichever way the file is
// cut. The first byte chooses what the job file says, the second the chunks' length.
#include "formats/text_source.h"
#include "formats_read.h"
#include "fs/memory_file_system.h"

using namespace howdah;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 1 << 16) return 0;
  const Bytes content = std::as_bytes(std::span(data + 2, size - 2));
  auto files = std::make_shared<fs::MemoryFileSystem>("fuzz");
  if (!fs::write_file(*files, "/a.jsonl", content, {}, Deadline::never()).is_ok()) std::abort();

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

  const formats::SourceFile file{
      {files, "/a.jsonl"}, "a.jsonl", static_cast<int64_t>(content.size()), 0};
  const auto source = formats::make_text_source({{file}, spec}, 1 + data[1] * 8);
  if (!source.is_ok()) std::abort();
  const auto whole = read(**source, int64_t{1} << 40);
  const auto cut = read(**source, 1);
  if (whole.is_ok() != cut.is_ok()) std::abort();
  if (whole.is_ok() && !(*whole == *cut)) std::abort();
  return 0;
}
