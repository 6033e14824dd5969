// JPEG. libjpeg reports errors by longjmp: it never crosses a frame that owns anything, because all
// that lives between setjmp and the library is the decoder itself.
#include <csetjmp>
#include <cstdio>
// After cstdio, which it needs and does not include.
#include <jerror.h>
#include <jpeglib.h>

#include <vector>

#include "formats/image_decoder.h"

namespace howdah::formats {
namespace {

// Each scan of a progressive image is work for all its pixels; usual ones have ten.
constexpr int kMostScans = 100;

struct Failure {
  jpeg_error_mgr manager;  // first: libjpeg hands out its address
  std::jmp_buf back;
  int code;  // of libjpeg's messages
  char reason[JMSG_LENGTH_MAX];
};

[[noreturn]] void fail(j_common_ptr info) {
  auto* failure = reinterpret_cast<Failure*>(info->err);
  failure->manager.format_message(info, failure->reason);
  failure->code = info->err->msg_code;
  std::longjmp(failure->back, 1);
}

// A warning (below 0) means that what follows is invented: it counts as an error.
void on_message(j_common_ptr info, int level) {
  if (level < 0) fail(info);
}

void on_progress(j_common_ptr info) {
  const auto* decompress = reinterpret_cast<const jpeg_decompress_struct*>(info);
  if (decompress->input_scan_number <= kMostScans) return;
  auto* failure = reinterpret_cast<Failure*>(info->err);
  std::snprintf(failure->reason, sizeof failure->reason, "more than %d scans", kMostScans);
  failure->code = JERR_BAD_PROGRESSION;
  std::longjmp(failure->back, 1);
}

uint32_t product_255(uint32_t a, uint32_t b) {  // a * b / 255, rounded
  const uint32_t product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

class JpegDecoder : public ImageDecoder {
 public:
  ~JpegDecoder() override { jpeg_destroy_decompress(&info_); }

  Status open(Bytes file) {
    info_.err = jpeg_std_error(&failure_.manager);
    failure_.manager.error_exit = fail;
    failure_.manager.emit_message = on_message;
    progress_.progress_monitor = on_progress;
    if (!read_header(file)) return failed();
    HOWDAH_TRY(check_image_size(info_.image_height, info_.image_width));
    const bool gray = info_.jpeg_color_space == JCS_GRAYSCALE;
    cmyk_ = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    if (info_.jpeg_color_space == JCS_UNKNOWN)
      return Status(Code::kCorrupt, "a JPEG of unknown colors");
    info_.out_color_space = gray ? JCS_GRAYSCALE : cmyk_ ? JCS_CMYK : JCS_RGB;
    info_.dct_method = JDCT_ISLOW;  // the same figures with and without SIMD
    shape_ = {info_.image_height, info_.image_width, gray ? 1 : 3};
    if (cmyk_) inks_.resize(static_cast<size_t>(shape_.width) * 4);
    return start() ? Status::ok() : failed();
  }

  Status read_row(uint8_t* into) override {
    if (!read_samples(cmyk_ ? inks_.data() : into)) return failed();
    if (!cmyk_) return Status::ok();
    // Adobe stores 255 - ink, others the ink.
    const uint32_t flip = info_.saw_Adobe_marker ? 0 : 255;
    for (size_t x = 0; x < static_cast<size_t>(shape_.width); ++x) {
      const uint32_t light = inks_[4 * x + 3] ^ flip;
      for (size_t c = 0; c < 3; ++c)
        into[3 * x + c] = static_cast<uint8_t>(product_255(inks_[4 * x + c] ^ flip, light));
    }
    return Status::ok();
  }
  Status finish() override { return end() ? Status::ok() : failed(); }

 private:
  Status failed() const {
    if (failure_.code == JERR_OUT_OF_MEMORY) return Status(Code::kOutOfMemory, "libjpeg");
    if (failure_.code == JERR_NO_BACKING_STORE)
      return Status(Code::kCorrupt, "a progressive JPEG that takes more than " +
                                        std::to_string(kMostDecoderBytes) + " bytes to decode");
    return Status(Code::kCorrupt, failure_.reason);
  }

  // Each returns false where the library gave up.
  bool read_header(Bytes file) {
    if (setjmp(failure_.back)) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    info_.mem->max_memory_to_use = static_cast<long>(kMostDecoderBytes);
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file.data()), file.size());
    jpeg_read_header(&info_, TRUE);
    return true;
  }
  bool start() {
    if (setjmp(failure_.back)) return false;
    jpeg_start_decompress(&info_);
    return true;
  }
  bool read_samples(uint8_t* into) {
    if (setjmp(failure_.back)) return false;
    JSAMPROW row = into;
    jpeg_read_scanlines(&info_, &row, 1);
    return true;
  }
  bool end() {
    if (setjmp(failure_.back)) return false;
    jpeg_finish_decompress(&info_);
    return true;
  }

  jpeg_decompress_struct info_{};
  Failure failure_{};
  jpeg_progress_mgr progress_{};
  bool cmyk_ = false;
  std::vector<uint8_t> inks_;
};

}  // namespace

Result<std::unique_ptr<ImageDecoder>> open_jpeg(Bytes file) {
  auto decoder = std::make_unique<JpegDecoder>();
  HOWDAH_TRY(decoder->open(file));
  return std::unique_ptr<ImageDecoder>(std::move(decoder));
}

}  // namespace howdah::formats
