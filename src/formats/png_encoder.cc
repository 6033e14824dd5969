#include "formats/png_encoder.h"

// libpng reports errors by longjmp: it never crosses a frame that owns anything.
#include <png.h>

#include <csetjmp>

#include "formats/png_failure.h"

namespace howdah::formats {
namespace {

constexpr int kLevel = 4;  // of zlib

void append(png_structp png, png_bytep bytes, size_t length) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<char*>(bytes), length);
}
void flush(png_structp) {}

// False where the library gave up.
bool write_image(png_structp png, png_infop info, const uint8_t* pixels, const ImageShape& shape,
                 int color, std::string& file) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_write_fn(png, &file, append, flush);
  png_set_compression_level(png, kLevel);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
  png_set_IHDR(png, info, static_cast<png_uint_32>(shape.width),
               static_cast<png_uint_32>(shape.height), 8, color, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (int64_t y = 0; y < shape.height; ++y) png_write_row(png, pixels + y * shape.row_bytes());
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

Status encode_png(const uint8_t* pixels, const ImageShape& shape, std::string& file) {
  constexpr int kColors[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                             PNG_COLOR_TYPE_RGB_ALPHA};
  HOWDAH_TRY(check_image_size(shape.height, shape.width));
  if (shape.channels < 1 || shape.channels > 4)
    return Status(Code::kInvalidArgument,
                  "PNG has 1 to 4 channels, not " + std::to_string(shape.channels));
  file.clear();
  PngFailure failure;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &failure, png_fails, png_warns);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  const bool written =
      info && write_image(png, info, pixels, shape, kColors[shape.channels - 1], file);
  png_destroy_write_struct(&png, &info);
  if (written) return Status::ok();
  return Status(Code::kOutOfMemory, std::string("libpng: ") + failure.reason);
}

}  // namespace howdah::formats
