#include "formats/source.h"

#include <numeric>

#include "formats/source_format.h"
#include "formats/source_listing.h"
#include "formats/sources.h"

namespace howdah::formats {

Result<std::unique_ptr<Source>> Source::open(fs::FileSystems& files,
                                             const prepare::SourceSpec& spec, Deadline deadline) {
  if (spec.uris.empty())
    return Status(Code::kInvalidArgument, "a source without files").with_peer(spec.where);
  Found found{HOWDAH_TRY(list_sources(files, spec.uris, deadline)), spec};
  if (found.spec.format == prepare::Format::kAuto)
    found.spec.format = HOWDAH_TRY(detect_format(found.files, deadline));
  switch (found.spec.format) {
    case prepare::Format::kParquet:
      return make_parquet_source(std::move(found));
    case prepare::Format::kImages:
    case prepare::Format::kTar:
    case prepare::Format::kIdx:
      return make_image_source(std::move(found));
    case prepare::Format::kSequenceFile:
      return make_sequence_file_source(std::move(found));
    case prepare::Format::kAuto:
    case prepare::Format::kCsv:
    case prepare::Format::kTsv:
    case prepare::Format::kJsonLines:
    case prepare::Format::kText:
      break;
  }
  return make_text_source(std::move(found));
}

const SourceFile& Source::file_of(ChunkId chunk, int64_t) const {
  return files_[static_cast<size_t>(chunk.file)];
}

int64_t Source::total_bytes() const {
  return std::accumulate(
      files_.begin(), files_.end(), int64_t{0},
      [](int64_t sum, const SourceFile& file) { return sum + file.length_bytes; });
}

}  // namespace howdah::formats
