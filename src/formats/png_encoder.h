// PNG files of pixels, with fixed settings: the same pixels give the same bytes.
#pragma once

#include <string>

#include "base/result.h"
#include "formats/image_decoder.h"

namespace howdah::formats {

// `pixels`: shape.bytes() bytes of 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGBA) channels.
// Replaces what is in `file`.
Status encode_png(const uint8_t* pixels, const ImageShape& shape, std::string& file);

}  // namespace howdah::formats
