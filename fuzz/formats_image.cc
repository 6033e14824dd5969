// Any bytes as an image: a typed error, or as many pixels as its shape says. The first byte chooses
// what they become.
#include <cstdlib>

#include "formats/image_pixels.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah;
  if (size < 1 || size > 1 << 16) return 0;
  prepare::ImageOptions options;
  options.channels = data[0] & 1 ? 1 : data[0] & 2 ? 3 : 0;
  if (data[0] & 4) {
    options.height = 1 + (data[0] >> 4);
    options.width = 7;
  }
  options.encoded = data[0] & 8 && options.channels == 0 && options.height == 0;
  std::vector<uint8_t> pixels;
  const auto shape =
      formats::decode_image(std::as_bytes(std::span(data + 1, size - 1)), options, 1 << 20, pixels);
  if (!shape.is_ok() || options.encoded) return 0;
  if (static_cast<int64_t>(pixels.size()) != shape->bytes()) std::abort();
  if (options.channels > 0 && shape->channels != options.channels) std::abort();
  if (options.height > 0 && shape->height != options.height) std::abort();
  return 0;
}
