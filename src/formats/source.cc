#include "formats/source.h"

#include <numeric>

#include "formats/folder_columns.h"
#include "formats/source_format.h"
#include "formats/source_listing.h"
#include "formats/sources.h"

namespace howdah::formats {
namespace {

Result<std::unique_ptr<Source>> make_source(Found found) {
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

}  // namespace

Result<std::unique_ptr<Source>> Source::open(fs::FileSystems& files,
                                             const prepare::SourceSpec& spec, Deadline deadline) {
  if (spec.uris.empty())
    return Status(Code::kInvalidArgument, "a source without files").with_peer(spec.where);
  Found found{HOWDAH_TRY(list_sources(files, spec.uris, deadline)), spec};
  if (found.spec.format == prepare::Format::kAuto)
    found.spec.format = HOWDAH_TRY(detect_format(found.files, deadline));
  found.folders = HOWDAH_TRY(FolderColumns::find(found.files, found.spec));
  if (!found.folders) return make_source(std::move(found));
  const auto folders = found.folders;
  const prepare::SourceSpec asked = found.spec;
  found.spec = HOWDAH_TRY(without_folder_columns(asked, *folders));
  return make_folder_columns_source(HOWDAH_TRY(make_source(std::move(found))), asked, folders);
}

Status Source::no_records() const {
  return Status(Code::kInvalidArgument, "all files are empty")
      .with_operation("survey")
      .with_peer(files_.empty() ? spec_.where : files_[0].location.uri());
}

bool Source::in_folders(const std::string& column) const {
  return folders_ && folders_->has(column);
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
