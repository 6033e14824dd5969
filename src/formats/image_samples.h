// Image files made by the libraries' own encoders, for tests.
#pragma once

#include <cstdio>
// After cstdio, which it needs and does not include.
#include <jpeglib.h>
#include <png.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "formats/image_decoder.h"
#include "formats/tar_header.h"

namespace howdah::formats {

// Smooth, so that JPEG keeps it nearly as it is.
inline std::vector<uint8_t> smooth_pixels(const ImageShape& shape) {
  std::vector<uint8_t> pixels;
  for (int64_t y = 0; y < shape.height; ++y)
    for (int64_t x = 0; x < shape.width; ++x)
      for (int64_t c = 0; c < shape.channels; ++c)
        pixels.push_back(
            static_cast<uint8_t>(40 + 120 * y / shape.height + 60 * x / shape.width + 10 * c));
  return pixels;
}

struct JpegSample {
  bool progressive = false;
  J_COLOR_SPACE from = JCS_RGB;  // of the pixels; of the file where it is CMYK
  bool adobe = true;             // CMYK: with Adobe's marker
};
inline std::string jpeg_file(const std::vector<uint8_t>& pixels, const ImageShape& shape,
                             const JpegSample& sample = {}) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long length = 0;
  jpeg_mem_dest(&info, &bytes, &length);
  info.image_width = static_cast<JDIMENSION>(shape.width);
  info.image_height = static_cast<JDIMENSION>(shape.height);
  info.input_components = static_cast<int>(shape.channels);
  info.in_color_space = shape.channels == 1 ? JCS_GRAYSCALE : sample.from;
  jpeg_set_defaults(&info);
  if (sample.from == JCS_CMYK) {
    jpeg_set_colorspace(&info, JCS_CMYK);
    info.write_Adobe_marker = sample.adobe;
  }
  jpeg_set_quality(&info, 95, TRUE);
  if (sample.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (int64_t y = 0; y < shape.height; ++y) {
    auto* row = const_cast<JSAMPROW>(pixels.data() + y * shape.row_bytes());
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string file(reinterpret_cast<char*>(bytes), length);
  std::free(bytes);
  return file;
}

// Rows as PNG has them: packed below 8 bits, big endian at 16.
struct PngSample {
  int color = PNG_COLOR_TYPE_RGB;
  int depth = 8;
  bool interlaced = false;
  std::vector<png_color> palette = {};
  std::vector<uint8_t> palette_alpha = {};
};
inline std::string png_file(const std::vector<std::string>& rows, int64_t width,
                            const PngSample& sample = {}) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  std::string file;
  png_set_write_fn(
      png, &file,
      [](png_structp at, png_bytep bytes, size_t length) {
        static_cast<std::string*>(png_get_io_ptr(at))
            ->append(reinterpret_cast<char*>(bytes), length);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(rows.size()),
               sample.depth, sample.color, sample.interlaced ? PNG_INTERLACE_ADAM7 : 0, 0, 0);
  if (!sample.palette.empty())
    png_set_PLTE(png, info, sample.palette.data(), static_cast<int>(sample.palette.size()));
  if (!sample.palette_alpha.empty())
    png_set_tRNS(png, info, sample.palette_alpha.data(),
                 static_cast<int>(sample.palette_alpha.size()), nullptr);
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  for (const auto& row : rows)
    pointers.push_back(reinterpret_cast<png_bytep>(const_cast<char*>(row.data())));
  png_write_image(png, pointers.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
}
inline std::string png_of(const std::vector<uint8_t>& pixels, const ImageShape& shape,
                          bool interlaced = false) {
  std::vector<std::string> rows;
  for (int64_t y = 0; y < shape.height; ++y)
    rows.emplace_back(reinterpret_cast<const char*>(pixels.data()) + y * shape.row_bytes(),
                      static_cast<size_t>(shape.row_bytes()));
  PngSample sample;
  sample.color = shape.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB;
  sample.interlaced = interlaced;
  return png_file(rows, shape.width, sample);
}
// One pixel high and wide, of that gray.
inline std::string gray_png(int gray) {
  return png_of({static_cast<uint8_t>(gray)}, {1, 1, 1});
}

// A member of a tar archive, and its end.
inline std::string tar_member(const std::string& name, const std::string& content,
                              char type = '0') {
  TarBlock block = tar_header(name, static_cast<int64_t>(content.size()));
  if (type != '0') {
    // The checksum counts the type.
    block[156] = type;
    int sum = 0;
    for (size_t i = 0; i < block.size(); ++i)
      sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
    std::snprintf(block.data() + 148, 8, "%06o", static_cast<unsigned>(sum) & 0777777);
  }
  return std::string(block.data(), block.size()) + content +
         std::string(static_cast<size_t>(tar_padding(static_cast<int64_t>(content.size()))), '\0');
}
inline std::string tar_end() {
  return std::string(2 * kTarBlock, '\0');
}

}  // namespace howdah::formats
