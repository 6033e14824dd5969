// What libpng says when it gives up. It reports errors by longjmp, to the setjmp of whoever calls
// it: for image_decoder_png.cc and png_encoder.cc alone, whose calls own nothing that the jump
// would pass over.
#pragma once

#include <png.h>

#include <cstdio>

namespace howdah::formats {

struct PngFailure {
  char reason[256] = {};
};

// For png_create_read_struct and png_create_write_struct, with a PngFailure as their error pointer.
[[noreturn]] inline void png_fails(png_structp png, png_const_charp reason) {
  auto* failure = static_cast<PngFailure*>(png_get_error_ptr(png));
  std::snprintf(failure->reason, sizeof failure->reason, "%s", reason);
  png_longjmp(png, 1);
}
inline void png_warns(png_structp, png_const_charp) {}

}  // namespace howdah::formats
