// Any bytes as images and labels in IDX: typed errors or valid batches, the same records however
// the chunks are cut. The first byte says where the images end and the labels begin, and whether
// both are named .gz; the second the chunks' length and what the images become.
#include "formats/image_source.h"
#include "formats_read.h"

using namespace howdah;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 1 << 16) return 0;
  const Bytes content = std::as_bytes(std::span(data + 2, size - 2));
  const std::string extension = data[0] & 1 ? ".gz" : "";
  const size_t images = content.size() * (data[0] >> 1) / 128;

  formats::Found found;
  found.files = {file_in_memory("train-images" + extension, content.first(images)),
                 file_in_memory("train-labels" + extension, content.subspan(images))};
  // One folder, as the pairs are looked for.
  const auto& files = found.files[0].location.files;
  const Status stored = fs::write_file(*files, found.files[1].location.path,
                                       content.subspan(images), {}, Deadline::never());
  if (!stored.is_ok()) std::abort();
  found.files[1].location.files = files;
  found.spec.format = prepare::Format::kIdx;
  found.spec.max_record_bytes = 4'000;
  if (data[1] & 1) found.spec.images = {data[1] & 2 ? 3 : 1, 3, 2, false};

  const auto read_with = [&](int64_t chunk_bytes) -> Result<Outcome> {
    const auto source = HOWDAH_TRY(formats::make_idx_source(found, chunk_bytes));
    return read(*source, 1);
  };
  const auto whole = read_with(formats::kChunkBytes);
  const auto cut = read_with(1 + data[1] / 4);
  if (whole.is_ok() != cut.is_ok()) std::abort();
  if (whole.is_ok() && !(*whole == *cut)) std::abort();
  return 0;
}
