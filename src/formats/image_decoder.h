// Decodes one image in memory, row by row from the top: JPEG by libjpeg-turbo, PNG by libpng. The
// format is known by the content, never by a name.
//
// Pixels have 8 bits; 1 channel is gray, 3 are RGB. JPEG: baseline, progressive and arithmetic, 8
// bits; CMYK becomes RGB (Adobe's is inverted); the orientation that EXIF tells is not applied.
// PNG: all depths (16 bits are scaled to 8), palettes become RGB, alpha and transparency are
// dropped; gamma and color profiles are not applied.
//
// Not thread-safe; one image. What a file may make us allocate is limited before it is allocated.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::formats {

inline constexpr int64_t kMostImagePixels = int64_t{1} << 28;
// That a decoder may hold of one image: progressive and interlaced ones are held whole.
inline constexpr int64_t kMostDecoderBytes = int64_t{512} << 20;

struct ImageShape {
  int64_t height = 0, width = 0, channels = 0;
  int64_t row_bytes() const { return width * channels; }
  int64_t bytes() const { return height * row_bytes(); }
  bool operator==(const ImageShape&) const = default;
};

enum class ImageKind { kUnknown, kJpeg, kPng, kGif, kBmp, kWebp, kTiff };
ImageKind image_kind(Bytes file);

class ImageDecoder {
 public:
  // Reads the header; `file` outlives the decoder.
  //   kCorrupt      no image, or a damaged one; with the library's reason
  //   kUnsupported  an image of another format
  static Result<std::unique_ptr<ImageDecoder>> open(Bytes file);
  virtual ~ImageDecoder() = default;

  const ImageShape& shape() const { return shape_; }
  // The next row, shape().row_bytes() bytes; shape().height times.
  //   kCorrupt  damaged or cut off; what was decoded so far is void
  virtual Status read_row(uint8_t* into) = 0;
  // After the last row: what must stand at the end.
  virtual Status finish() = 0;

 protected:
  ImageShape shape_;
};

// The parts of it.
Result<std::unique_ptr<ImageDecoder>> open_jpeg(Bytes file);
Result<std::unique_ptr<ImageDecoder>> open_png(Bytes file);
//   kCorrupt  sides or pixels beyond the limits
Status check_image_size(int64_t height, int64_t width);

}  // namespace howdah::formats
