// From the bytes of an image file to the pixels that the job file asks for.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/image_decoder.h"
#include "prepare/source_spec.h"

namespace howdah::formats {

// Decodes all of it; `pixels` becomes height x width x channels bytes, row-major, channels
// interleaved. With options.encoded `pixels` is scratch, and the shape the file's own. Gray of RGB
// is (19595 R + 38470 G + 7471 B + 32768) >> 16, as Pillow has it.
//   kCorrupt, kUnsupported  as ImageDecoder
//   kFailedPrecondition     more than max_bytes of pixels; none was decoded
Result<ImageShape> decode_image(Bytes file, const prepare::ImageOptions& options, int64_t max_bytes,
                                std::vector<uint8_t>& pixels);
// The same of pixels that are there already.
Result<ImageShape> convert_pixels(const uint8_t* from, const ImageShape& shape,
                                  const prepare::ImageOptions& options, int64_t max_bytes,
                                  std::vector<uint8_t>& pixels);

}  // namespace howdah::formats
