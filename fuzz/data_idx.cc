// Damaged IDX and gzip: a typed error and nothing left behind, or a dataset that loads again.
// The first byte says where the images end and the labels begin, and whether both are named .gz.
#include <cstdlib>

#include "data/index_builder.h"
#include "fs/memory_file_system.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah;
  if (size < 2 || size > 1 << 16) return 0;
  const Bytes content = std::as_bytes(std::span(data + 1, size - 1));
  const std::string extension = data[0] & 1 ? ".gz" : "";
  const size_t images = content.size() * (data[0] >> 1) / 128;

  auto files = std::make_shared<fs::MemoryFileSystem>("fuzz");
  const auto store = [&](const std::string& name, Bytes bytes) {
    const Status stored =
        fs::write_file(*files, "/source/" + name + extension, bytes, {}, Deadline::never());
    if (!stored.is_ok()) std::abort();
  };
  store("train-images", content.first(images));
  store("train-labels", content.subspan(images));

  data::BuildOptions options;
  options.chunk_bytes = 1000;
  const fs::Location output{files, "/out/set"};
  const auto built = data::build_index({files, "/source"}, output, options, Deadline::never());
  const auto left = files->list("/out", Deadline::never());
  if (built.is_ok()) {
    if (!dataset::Index::load(output, Deadline::never()).is_ok()) std::abort();
    if (!left.is_ok() || left->size() != 1) std::abort();
  } else if (left.is_ok() && !left->empty()) {
    std::abort();
  }
  return 0;
}
