#include "formats/image_decoder.h"

#include <fmt/core.h>

#include "prepare/limits.h"

namespace howdah::formats {
namespace {

Status another(const char* format) {
  return Status(Code::kUnsupported, std::string("a ") + format + " image; JPEG and PNG are read");
}

}  // namespace

ImageKind image_kind(Bytes file) {
  const std::string_view text = as_text(file.first(std::min<size_t>(file.size(), 16)));
  if (text.starts_with("\xff\xd8\xff")) return ImageKind::kJpeg;
  if (text.starts_with("\x89PNG\r\n\x1a\n")) return ImageKind::kPng;
  if (text.starts_with("GIF87a") || text.starts_with("GIF89a")) return ImageKind::kGif;
  if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WEBP")
    return ImageKind::kWebp;
  if (text.starts_with(std::string_view("II*\0", 4)) ||
      text.starts_with(std::string_view("MM\0*", 4)))
    return ImageKind::kTiff;
  if (text.starts_with("BM")) return ImageKind::kBmp;
  return ImageKind::kUnknown;
}

Status check_image_size(int64_t height, int64_t width) {
  constexpr int64_t kSide = prepare::kMostImageSide;
  if (height >= 1 && width >= 1 && height <= kSide && width <= kSide &&
      height * width <= kMostImagePixels)
    return Status::ok();
  return Status(Code::kCorrupt,
                fmt::format("{} x {} pixels, where sides of 1 to {} and {} pixels can be", width,
                            height, kSide, kMostImagePixels));
}

Result<std::unique_ptr<ImageDecoder>> ImageDecoder::open(Bytes file) {
  switch (image_kind(file)) {
    case ImageKind::kJpeg:
      return open_jpeg(file);
    case ImageKind::kPng:
      return open_png(file);
    case ImageKind::kGif:
      return another("GIF");
    case ImageKind::kBmp:
      return another("BMP");
    case ImageKind::kWebp:
      return another("WebP");
    case ImageKind::kTiff:
      return another("TIFF");
    case ImageKind::kUnknown:
      break;
  }
  return Status(Code::kCorrupt, file.empty() ? "the file is empty" : "neither JPEG nor PNG");
}

}  // namespace howdah::formats
