#include "formats/image_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "formats/image_pixels.h"
#include "formats/image_samples.h"
#include "formats/png_encoder.h"

namespace howdah::formats {
namespace {

using testing::HasSubstr;

constexpr int64_t kEnough = 64 << 20;

struct Decoded {
  ImageShape shape;
  std::vector<uint8_t> pixels;
};
Result<Decoded> decode(const std::string& file, const prepare::ImageOptions& options = {}) {
  Decoded decoded;
  decoded.shape = HOWDAH_TRY(decode_image(as_bytes(file), options, kEnough, decoded.pixels));
  return decoded;
}
std::vector<uint8_t> pixels_of(const std::string& file, const prepare::ImageOptions& options = {}) {
  const auto decoded = decode(file, options);
  EXPECT_TRUE(decoded.is_ok()) << decoded.status().to_string();
  return decoded ? decoded->pixels : std::vector<uint8_t>();
}
std::string reason(const std::string& file) {
  const auto decoded = decode(file);
  return decoded ? "fine" : decoded.status().message();
}
int largest_difference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  int most = a.size() == b.size() ? 0 : 999;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}
using P = std::vector<uint8_t>;

TEST(ImageDecoder, knows_the_format_by_its_first_bytes) {
  EXPECT_EQ(image_kind(as_bytes("\xff\xd8\xff\xe0")), ImageKind::kJpeg);
  EXPECT_EQ(image_kind(as_bytes(gray_png(1))), ImageKind::kPng);
  EXPECT_EQ(reason("GIF89a......"), "a GIF image; JPEG and PNG are read");
  EXPECT_EQ(reason("BM.........."), "a BMP image; JPEG and PNG are read");
  EXPECT_EQ(reason("RIFF....WEBPVP8 "), "a WebP image; JPEG and PNG are read");
  EXPECT_EQ(reason(std::string("II*\0....", 8)), "a TIFF image; JPEG and PNG are read");
  EXPECT_EQ(reason("hello"), "neither JPEG nor PNG");
  EXPECT_EQ(reason(""), "the file is empty");
}

TEST(ImageDecoder, reads_png_of_all_depths_and_colors_as_eight_bits) {
  EXPECT_EQ(pixels_of(png_file({"\xa5"}, 8, {PNG_COLOR_TYPE_GRAY, 1})),
            (P{255, 0, 255, 0, 0, 255, 0, 255}));
  EXPECT_EQ(pixels_of(png_file({"\x1b"}, 4, {PNG_COLOR_TYPE_GRAY, 2})), (P{0, 85, 170, 255}));
  EXPECT_EQ(pixels_of(png_file({"\x1f"}, 2, {PNG_COLOR_TYPE_GRAY, 4})), (P{17, 255}));
  EXPECT_EQ(pixels_of(png_file({"\x01\xfe"}, 2, {PNG_COLOR_TYPE_GRAY, 8})), (P{1, 254}));
  // 0x7fff / 257 is 127.498: scaled, not cut.
  EXPECT_EQ(pixels_of(png_file({std::string("\x80\xff\x00\x80\x01\x80", 6)}, 3,
                               {PNG_COLOR_TYPE_GRAY, 16})),
            (P{128, 0, 1}));
  EXPECT_EQ(pixels_of(png_file({"\x01\x02"}, 1, {PNG_COLOR_TYPE_GRAY_ALPHA, 8})), (P{1}));
  EXPECT_EQ(pixels_of(png_file({"\x01\x02\x03"}, 1, {PNG_COLOR_TYPE_RGB, 8})), (P{1, 2, 3}));
  EXPECT_EQ(pixels_of(png_file({"\x01\x02\x03\x04"}, 1, {PNG_COLOR_TYPE_RGB_ALPHA, 8})),
            (P{1, 2, 3}));
  EXPECT_EQ(
      pixels_of(png_file({"\xff\xff\x01\x01\x80\x80\x09\x09"}, 1, {PNG_COLOR_TYPE_RGB_ALPHA, 16})),
      (P{255, 1, 128}));
  PngSample palette{PNG_COLOR_TYPE_PALETTE, 4, false, {{1, 2, 3}, {7, 8, 9}}, {0, 128}};
  EXPECT_EQ(pixels_of(png_file({"\x10"}, 2, palette)), (P{7, 8, 9, 1, 2, 3}));
  palette.palette_alpha.clear();
  palette.depth = 1;
  EXPECT_EQ(pixels_of(png_file({"\x40"}, 2, palette)), (P{1, 2, 3, 7, 8, 9}));
}

TEST(ImageDecoder, reads_interlaced_png_as_the_plain_one) {
  const ImageShape shape{13, 17, 3};
  const auto pixels = smooth_pixels(shape);
  EXPECT_EQ(pixels_of(png_of(pixels, shape)), pixels);
  EXPECT_EQ(pixels_of(png_of(pixels, shape, true)), pixels);
  EXPECT_EQ(decode(png_of(pixels, shape, true))->shape, shape);
}

TEST(ImageDecoder, reads_jpeg_baseline_progressive_and_gray) {
  for (const bool progressive : {false, true}) {
    for (const int64_t channels : {1, 3}) {
      const ImageShape shape{37, 50, channels};
      const auto pixels = smooth_pixels(shape);
      const auto decoded = decode(jpeg_file(pixels, shape, {progressive}));
      ASSERT_TRUE(decoded.is_ok()) << decoded.status().to_string();
      EXPECT_EQ(decoded->shape, shape);
      EXPECT_LE(largest_difference(decoded->pixels, pixels), 8);
    }
  }
}

TEST(ImageDecoder, makes_rgb_of_cmyk_whether_adobe_inverted_it_or_not) {
  // Cyan 200, magenta 40, yellow 0, black 51: red (255 - 200) * (255 - 51) / 255 = 44...
  for (const bool adobe : {true, false}) {
    std::vector<uint8_t> inks;
    for (int i = 0; i < 64; ++i)
      for (const int ink : {200, 40, 0, 51})
        inks.push_back(static_cast<uint8_t>(adobe ? 255 - ink : ink));
    const auto decoded = decode(jpeg_file(inks, {8, 8, 4}, {false, JCS_CMYK, adobe}));
    ASSERT_TRUE(decoded.is_ok()) << decoded.status().to_string();
    EXPECT_EQ(decoded->shape, (ImageShape{8, 8, 3}));
    EXPECT_NEAR(decoded->pixels[0], 44, 2);
    EXPECT_NEAR(decoded->pixels[1], 172, 2);
    EXPECT_NEAR(decoded->pixels[2], 204, 2);
  }
}

TEST(ImageDecoder, changes_channels_as_asked) {
  prepare::ImageOptions gray, rgb;
  gray.channels = 1;
  rgb.channels = 3;
  const std::string colored = png_of({255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30}, {2, 2, 3});
  EXPECT_EQ(pixels_of(colored, gray), (P{76, 150, 29, 18}));  // 0.299, 0.587, 0.114
  EXPECT_EQ(pixels_of(colored, rgb), pixels_of(colored));
  EXPECT_EQ(pixels_of(gray_png(7), rgb), (P{7, 7, 7}));
}

TEST(ImageDecoder, says_why_an_image_that_is_cut_off_cannot_be_read) {
  const ImageShape shape{32, 32, 3};
  const std::string png = png_of(smooth_pixels(shape), shape),
                    jpeg = jpeg_file(smooth_pixels(shape), shape),
                    progressive = jpeg_file(smooth_pixels(shape), shape, {true});
  EXPECT_EQ(reason(png.substr(0, png.size() - 1)),
            "cut off at byte " + std::to_string(png.size() - 1));
  EXPECT_EQ(reason(jpeg.substr(0, jpeg.size() / 2)), "Premature end of JPEG file");
  for (const std::string& whole : {png, jpeg, progressive})
    for (size_t length = 0; length < whole.size(); ++length)
      EXPECT_FALSE(decode(whole.substr(0, length)).is_ok()) << length;
}

TEST(ImageDecoder, finds_damage_in_png_by_its_checksums) {
  const ImageShape shape{32, 32, 1};
  const std::string png = png_of(smooth_pixels(shape), shape);
  for (size_t at = 16; at < png.size(); at += 3) {
    std::string damaged = png;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    EXPECT_FALSE(decode(damaged).is_ok()) << at;
  }
}

TEST(ImageDecoder, survives_any_flipped_bit_of_jpeg) {
  const ImageShape shape{24, 24, 3};
  for (const bool progressive : {false, true}) {
    const std::string jpeg = jpeg_file(smooth_pixels(shape), shape, {progressive});
    for (size_t bit = 0; bit < jpeg.size() * 8; bit += 5) {
      std::string damaged = jpeg;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      const auto decoded = decode(damaged);
      EXPECT_TRUE(decoded.is_ok() || !decoded.status().message().empty());
    }
  }
}

// A PNG's header with its checksum, and nothing behind it.
std::string png_header(uint32_t width, uint32_t height, bool interlaced) {
  std::string png = png_file({std::string(3, 'a')}, 1, {PNG_COLOR_TYPE_RGB, 8, interlaced});
  store_be32(png.data() + 16, width);
  store_be32(png.data() + 20, height);
  uint32_t crc = 0xffffffff;
  for (size_t i = 12; i < 29; ++i) {
    crc ^= static_cast<uint8_t>(png[i]);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  store_be32(png.data() + 29, ~crc);
  return png;
}

TEST(ImageDecoder, refuses_enormous_images_before_it_allocates_them) {
  EXPECT_THAT(reason(png_header(65'535, 65'535, false)), HasSubstr("65535 x 65535 pixels"));
  EXPECT_THAT(reason(png_header(70'000, 1, false)), HasSubstr("Invalid IHDR data"));
  EXPECT_THAT(reason(png_header(16'384, 16'384, true)), HasSubstr("an interlaced PNG"));
  std::vector<uint8_t> pixels;
  const auto large = decode_image(as_bytes(png_header(9'000, 9'000, false)), {}, kEnough, pixels);
  EXPECT_EQ(large.status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(large.status().message(), "243000000 bytes of pixels where 67108864 can be");
  EXPECT_TRUE(pixels.empty());

  // Height and width stand behind the frame's marker.
  const auto enormous = [](bool progressive) {
    std::string jpeg = jpeg_file(smooth_pixels({8, 8, 3}), {8, 8, 3}, {progressive});
    const size_t frame = jpeg.find(progressive ? "\xff\xc2" : "\xff\xc0");
    store_be16(jpeg.data() + frame + 5, 16'384);
    store_be16(jpeg.data() + frame + 7, 16'384);
    return jpeg;
  };
  prepare::ImageOptions small;
  small.height = small.width = 8;
  EXPECT_THAT(decode(enormous(true), small).status().message(),
              HasSubstr("a progressive JPEG that takes more than"));
  EXPECT_THAT(decode(enormous(false), small).status().message(), HasSubstr("JPEG"));
}

TEST(ImageDecoder, keeps_nothing_of_encoded_images_but_their_shape) {
  prepare::ImageOptions encoded;
  encoded.encoded = true;
  const ImageShape shape{9, 5, 3};
  const std::string png = png_of(smooth_pixels(shape), shape);
  EXPECT_EQ(decode(png, encoded)->shape, shape);
  EXPECT_FALSE(decode(png.substr(0, png.size() - 20), encoded).is_ok());
}

TEST(PngEncoder, writes_what_reads_back_and_the_same_bytes_each_time) {
  for (const int64_t channels : {1, 3}) {
    const ImageShape shape{20, 31, channels};
    const auto pixels = smooth_pixels(shape);
    std::string file, again;
    ASSERT_TRUE(encode_png(pixels.data(), shape, file).is_ok());
    ASSERT_TRUE(encode_png(pixels.data(), shape, again).is_ok());
    EXPECT_EQ(file, again);
    EXPECT_EQ(pixels_of(file), pixels);
  }
  std::string file;
  EXPECT_EQ(encode_png(nullptr, {1, 1, 5}, file).code(), Code::kInvalidArgument);
  EXPECT_EQ(encode_png(nullptr, {0, 1, 1}, file).code(), Code::kCorrupt);
}

// ---- resizing, against the definition computed in floating point

std::vector<double> resized_axis(const std::vector<double>& line, int64_t to) {
  const auto from = static_cast<double>(line.size());
  const double scale = from / static_cast<double>(to), reach = std::max(1.0, scale);
  std::vector<double> out;
  for (int64_t i = 0; i < to; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    double sum = 0, weights = 0;
    for (size_t x = 0; x < line.size(); ++x) {
      const double weight =
          std::max(0.0, 1 - std::abs(static_cast<double>(x) + 0.5 - center) / reach);
      sum += weight * line[x];
      weights += weight;
    }
    out.push_back(sum / weights);
  }
  return out;
}
std::vector<double> resized(const std::vector<uint8_t>& pixels, const ImageShape& shape,
                            int64_t height, int64_t width) {
  std::vector<double> out(static_cast<size_t>(height * width * shape.channels));
  for (int64_t c = 0; c < shape.channels; ++c) {
    std::vector<std::vector<double>> rows;
    for (int64_t y = 0; y < shape.height; ++y) {
      std::vector<double> line;
      for (int64_t x = 0; x < shape.width; ++x)
        line.push_back(pixels[static_cast<size_t>(y * shape.row_bytes() + x * shape.channels + c)]);
      rows.push_back(resized_axis(line, width));
    }
    for (int64_t x = 0; x < width; ++x) {
      std::vector<double> line;
      for (const auto& row : rows) line.push_back(row[static_cast<size_t>(x)]);
      const auto column = resized_axis(line, height);
      for (int64_t y = 0; y < height; ++y)
        out[static_cast<size_t>((y * width + x) * shape.channels + c)] =
            column[static_cast<size_t>(y)];
    }
  }
  return out;
}

TEST(ImageResize, equals_the_antialiased_bilinear_filter_within_rounding) {
  for (const auto& [height, width] :
       std::vector<std::pair<int64_t, int64_t>>{{5, 7}, {40, 60}, {1, 1}, {23, 3}, {3, 90}}) {
    const ImageShape shape{23, 31, 3};
    std::vector<uint8_t> pixels;
    for (int64_t i = 0; i < shape.bytes(); ++i)
      pixels.push_back(static_cast<uint8_t>(i * i * 2654435761 >> 13));
    prepare::ImageOptions options;
    options.height = height;
    options.width = width;
    const auto decoded = decode(png_of(pixels, shape), options);
    ASSERT_TRUE(decoded.is_ok());
    EXPECT_EQ(decoded->shape, (ImageShape{height, width, 3}));
    const auto due = resized(pixels, shape, height, width);
    ASSERT_EQ(decoded->pixels.size(), due.size());
    for (size_t i = 0; i < due.size(); ++i)
      EXPECT_NEAR(decoded->pixels[i], due[i], 1.01) << height << " x " << width << " at " << i;
  }
}

TEST(ImageResize, leaves_images_of_that_size_and_even_ones_as_they_are) {
  const ImageShape shape{9, 11, 1};
  const auto pixels = smooth_pixels(shape);
  prepare::ImageOptions options;
  options.height = 9;
  options.width = 11;
  EXPECT_EQ(pixels_of(png_of(pixels, shape), options), pixels);
  options.height = 500;
  options.width = 2;
  EXPECT_EQ(pixels_of(png_of(P(99, 77), shape), options), P(1000, 77));
}

}  // namespace
}  // namespace howdah::formats
