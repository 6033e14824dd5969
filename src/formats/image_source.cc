#include "formats/image_source.h"

#include <algorithm>

namespace howdah::formats {
namespace {

// Of photographs as JPEG, roughly.
constexpr int64_t kPixelsPerStoredByte = 8;

}  // namespace

Result<std::unique_ptr<Source>> make_image_source(Found found) {
  switch (found.spec.format) {
    case prepare::Format::kTar:
      return make_tar_source(std::move(found), kChunkBytes);
    case prepare::Format::kIdx:
      return make_idx_source(std::move(found), kChunkBytes);
    default:
      return make_folder_source(std::move(found), kChunkBytes);
  }
}

int64_t ImageSource::weight(int64_t stored_bytes) const {
  const prepare::ImageOptions& images = spec_.images;
  stored_bytes = std::max<int64_t>(stored_bytes, 1);
  if (images.encoded) return stored_bytes;
  if (images.height > 0)
    return std::max(stored_bytes,
                    images.height * images.width * (images.channels > 0 ? images.channels : 3));
  return stored_bytes > INT64_MAX / kPixelsPerStoredByte ? stored_bytes
                                                         : stored_bytes * kPixelsPerStoredByte;
}

Status ImageSource::of_another_source(const Portion& portion) const {
  return Status(Code::kInvalidArgument, "a portion of another source")
      .with_peer(portion.file >= 0 && static_cast<size_t>(portion.file) < files_.size()
                     ? file(portion.file).location.uri()
                     : spec_.where);
}

std::optional<std::string_view> folder_label(std::string_view name) {
  const size_t end = name.rfind('/');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const size_t begin = name.rfind('/', end - 1);
  const std::string_view folder = begin == std::string_view::npos
                                      ? name.substr(0, end)
                                      : name.substr(begin + 1, end - begin - 1);
  return folder.empty() || folder == "." ? std::nullopt : std::optional(folder);
}

}  // namespace howdah::formats
