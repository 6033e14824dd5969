#include "formats/image_pixels.h"

#include <fmt/core.h>

#include <cstring>
#include <optional>

#include "formats/image_resize.h"

namespace howdah::formats {
namespace {

void convert_row(const uint8_t* from, int64_t width, int64_t channels, uint8_t* to) {
  for (int64_t x = 0; x < width; ++x) {
    if (channels == 1) {
      const uint8_t* rgb = from + 3 * x;
      to[x] = static_cast<uint8_t>((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16);
    } else {
      for (int64_t c = 0; c < 3; ++c) to[3 * x + c] = from[x];
    }
  }
}

// Takes the rows of an image and makes the pixels of them that are asked for.
class Pixels {
 public:
  static Result<Pixels> open(const ImageShape& shape, const prepare::ImageOptions& options,
                             int64_t max_bytes, std::vector<uint8_t>& pixels) {
    Pixels made;
    made.from_ = shape;
    made.colored_ = shape;
    if (options.channels > 0) made.colored_.channels = options.channels;
    made.to_ = made.colored_;
    if (options.height > 0) {
      made.to_.height = options.height;
      made.to_.width = options.width;
    }
    if (made.to_.bytes() > max_bytes)
      return Status(Code::kFailedPrecondition,
                    fmt::format("{} bytes of pixels where {} can be", made.to_.bytes(), max_bytes));
    pixels.resize(static_cast<size_t>(made.to_.bytes()));
    made.pixels_ = pixels.data();
    made.row_.resize(static_cast<size_t>(shape.row_bytes()));
    if (made.colored_ != shape)
      made.colored_row_.resize(static_cast<size_t>(made.colored_.row_bytes()));
    if (made.to_ != made.colored_)
      made.resizer_.emplace(made.colored_, made.to_.height, made.to_.width, made.pixels_);
    return made;
  }

  const ImageShape& shape() const { return to_; }
  // A place for the next row, which add() then takes.
  uint8_t* row() { return from_ == to_ ? target() : row_.data(); }
  void add(const uint8_t* row) {
    if (colored_ != from_) {
      uint8_t* to = resizer_ ? colored_row_.data() : target();
      convert_row(row, from_.width, colored_.channels, to);
      row = to;
    }
    if (resizer_) {
      resizer_->add_row(row);
    } else if (row != target()) {
      std::memcpy(target(), row, static_cast<size_t>(to_.row_bytes()));
    }
    ++done_;
  }

 private:
  uint8_t* target() const { return pixels_ + done_ * to_.row_bytes(); }

  ImageShape from_, colored_, to_;
  uint8_t* pixels_ = nullptr;
  std::vector<uint8_t> row_, colored_row_;
  std::optional<RowResizer> resizer_;
  int64_t done_ = 0;
};

}  // namespace

Result<ImageShape> decode_image(Bytes file, const prepare::ImageOptions& options, int64_t max_bytes,
                                std::vector<uint8_t>& pixels) {
  auto decoder = HOWDAH_TRY(ImageDecoder::open(file));
  const ImageShape shape = decoder->shape();
  if (options.encoded) {
    pixels.resize(static_cast<size_t>(shape.row_bytes()));
    for (int64_t y = 0; y < shape.height; ++y) HOWDAH_TRY(decoder->read_row(pixels.data()));
    HOWDAH_TRY(decoder->finish());
    return shape;
  }
  auto made = HOWDAH_TRY(Pixels::open(shape, options, max_bytes, pixels));
  for (int64_t y = 0; y < shape.height; ++y) {
    uint8_t* row = made.row();
    HOWDAH_TRY(decoder->read_row(row));
    made.add(row);
  }
  HOWDAH_TRY(decoder->finish());
  return made.shape();
}

Result<ImageShape> convert_pixels(const uint8_t* from, const ImageShape& shape,
                                  const prepare::ImageOptions& options, int64_t max_bytes,
                                  std::vector<uint8_t>& pixels) {
  auto made = HOWDAH_TRY(Pixels::open(shape, options, max_bytes, pixels));
  for (int64_t y = 0; y < shape.height; ++y) made.add(from + y * shape.row_bytes());
  return made.shape();
}

}  // namespace howdah::formats
