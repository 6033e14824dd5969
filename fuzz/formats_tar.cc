// Any bytes as a tar shard: typed errors or valid batches, the same records however the chunks are
// cut. The first byte says whether it is named .gz, and the chunks' length.
#include <arrow/record_batch.h>

#include <cstdlib>

#include "formats/image_source.h"
#include "fs/memory_file_system.h"

namespace {

using namespace howdah;

struct Outcome {
  int64_t rows = 0, bad = 0;
  bool operator==(const Outcome&) const = default;
};

Result<Outcome> read(const formats::Found& found, int64_t chunk_bytes) {
  const auto source = HOWDAH_TRY(formats::make_tar_source(found, chunk_bytes));
  const auto schema = HOWDAH_TRY(source->survey(Deadline::never()));
  Outcome outcome;
  for (const auto& portion : HOWDAH_TRY(source->portions(1, Deadline::never()))) {
    const auto reader = HOWDAH_TRY(source->read(portion, Deadline::never()));
    while (const auto chunk = HOWDAH_TRY(reader->next(Deadline::never()))) {
      const auto parsed = HOWDAH_TRY(source->parse(*chunk, schema));
      if (!parsed.batch->ValidateFull().ok()) std::abort();
      const auto bad = static_cast<int64_t>(parsed.bad.size());
      if (parsed.batch->num_rows() + bad != parsed.rows_read) std::abort();
      outcome.rows += parsed.batch->num_rows();
      outcome.bad += bad;
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1 || size > 1 << 16) return 0;
  const Bytes content = std::as_bytes(std::span(data + 1, size - 1));
  const std::string name = data[0] & 1 ? "a.tar.gz" : "a.tar";
  auto files = std::make_shared<fs::MemoryFileSystem>("fuzz");
  if (!fs::write_file(*files, "/" + name, content, {}, Deadline::never()).is_ok()) std::abort();
  prepare::SourceSpec spec;
  spec.format = prepare::Format::kTar;
  spec.max_record_bytes = 4'000;
  const formats::SourceFile file{
      {files, "/" + name}, name, static_cast<int64_t>(content.size()), 0};
  const formats::Found found{{file}, spec};
  const auto whole = read(found, formats::kChunkBytes);
  const auto cut = read(found, 1 + data[0] / 2);
  if (whole.is_ok() != cut.is_ok()) std::abort();
  if (whole.is_ok() && !(*whole == *cut)) std::abort();
  return 0;
}
