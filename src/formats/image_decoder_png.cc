// PNG. libpng reports errors by longjmp: it never crosses a frame that owns anything, because all
// that lives between setjmp and the library is the decoder itself.
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include "formats/image_decoder.h"
#include "formats/png_failure.h"
#include "prepare/limits.h"

namespace howdah::formats {
namespace {

// `file` is what is left of it.
struct PngState {
  Bytes file;
  size_t length = 0;
  PngFailure failure;
};

void read_bytes(png_structp png, png_bytep into, size_t length) {
  auto* state = static_cast<PngState*>(png_get_io_ptr(png));
  if (length > state->file.size()) {
    char reason[64];
    std::snprintf(reason, sizeof reason, "cut off at byte %zu", state->length);
    png_fails(png, reason);
  }
  if (length > 0) std::memcpy(into, state->file.data(), length);
  state->file = state->file.subspan(length);
}

class PngDecoder : public ImageDecoder {
 public:
  ~PngDecoder() override { png_destroy_read_struct(&png_, &info_, nullptr); }

  Status open(Bytes file) {
    state_.file = file;
    state_.length = file.size();
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state_.failure, png_fails, png_warns);
    info_ = png_ ? png_create_info_struct(png_) : nullptr;
    if (!info_) return Status(Code::kOutOfMemory, "libpng");
    if (!read_header()) return failed();
    shape_ = {png_get_image_height(png_, info_), png_get_image_width(png_, info_), 0};
    HOWDAH_TRY(check_image_size(shape_.height, shape_.width));
    if (!start()) return failed();
    shape_.channels = png_get_channels(png_, info_);
    if ((shape_.channels != 1 && shape_.channels != 3) ||
        png_get_rowbytes(png_, info_) != static_cast<size_t>(shape_.row_bytes()))
      return Status(Code::kCorrupt, "a PNG of unknown colors");
    if (passes_ == 1) return Status::ok();
    // Interlaced: its rows are complete only after the last pass.
    if (shape_.bytes() > kMostDecoderBytes)
      return Status(Code::kCorrupt, "an interlaced PNG of " + std::to_string(shape_.bytes()) +
                                        " bytes, where " + std::to_string(kMostDecoderBytes) +
                                        " can be");
    whole_.resize(static_cast<size_t>(shape_.bytes()));
    for (int pass = 0; pass < passes_; ++pass)
      for (int64_t y = 0; y < shape_.height; ++y)
        if (!read_samples(whole_.data() + y * shape_.row_bytes())) return failed();
    return Status::ok();
  }

  Status read_row(uint8_t* into) override {
    if (passes_ == 1) return read_samples(into) ? Status::ok() : failed();
    std::memcpy(into, whole_.data() + next_ * shape_.row_bytes(),
                static_cast<size_t>(shape_.row_bytes()));
    ++next_;
    return Status::ok();
  }
  Status finish() override { return end() ? Status::ok() : failed(); }

 private:
  Status failed() const { return Status(Code::kCorrupt, state_.failure.reason); }

  // Each returns false where the library gave up.
  bool read_header() {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_read_fn(png_, &state_, read_bytes);
    png_set_user_limits(png_, prepare::kMostImageSide, prepare::kMostImageSide);
    // Texts, profiles and times, which could be large, and wrong without harm to the pixels.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_benign_errors(png_, 0);
    png_read_info(png_, info_);
    return true;
  }
  bool start() {
    if (setjmp(png_jmpbuf(png_))) return false;
    const int color = png_get_color_type(png_, info_);
    if (png_get_bit_depth(png_, info_) == 16) png_set_scale_16(png_);
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png_);
    png_set_strip_alpha(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  bool read_samples(uint8_t* into) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_row(png_, into, nullptr);
    return true;
  }
  bool end() {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_end(png_, nullptr);
    return true;
  }

  PngState state_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  std::vector<uint8_t> whole_;
  int64_t next_ = 0;  // row of whole_
};

}  // namespace

Result<std::unique_ptr<ImageDecoder>> open_png(Bytes file) {
  auto decoder = std::make_unique<PngDecoder>();
  HOWDAH_TRY(decoder->open(file));
  return std::unique_ptr<ImageDecoder>(std::move(decoder));
}

}  // namespace howdah::formats
