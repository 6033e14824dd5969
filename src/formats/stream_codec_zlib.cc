#include <zlib.h>

#include <algorithm>

#include "formats/stream_codec.h"

namespace howdah::formats {
namespace {

constexpr size_t kMaxStepBytes = size_t{1} << 30;  // zlib counts in unsigned int

class ZlibCodec : public StreamCodec {
 public:
  ~ZlibCodec() override {
    if (open_) inflateEnd(&zlib_);
  }
  Status open(bool gzip) {
    if (inflateInit2(&zlib_, gzip ? 16 + MAX_WBITS : MAX_WBITS) != Z_OK)
      return Status(Code::kOutOfMemory, "inflate");
    open_ = true;
    gzip_ = gzip;
    return Status::ok();
  }

  Result<Step> step(Bytes in, MutableBytes out) override {
    Step step;
    if (between_members_) {
      while (!in.empty() && in[0] == std::byte{0}) {
        padded_ = true;
        ++step.consumed;
        in = in.subspan(1);
      }
      if (in.empty()) return step;
      if (padded_ || !gzip_ || in[0] != std::byte{0x1f})
        return Status(Code::kCorrupt, "something else follows the compressed stream");
      inflateReset(&zlib_);
      between_members_ = false;
    }
    const size_t in_bytes = std::min(in.size(), kMaxStepBytes);
    const size_t out_bytes = std::min(out.size(), kMaxStepBytes);
    zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    zlib_.avail_in = static_cast<uInt>(in_bytes);
    zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib_.avail_out = static_cast<uInt>(out_bytes);
    const int outcome = inflate(&zlib_, Z_NO_FLUSH);
    if (outcome == Z_MEM_ERROR) return Status(Code::kOutOfMemory, "inflate");
    step.consumed += in_bytes - zlib_.avail_in;
    step.produced = out_bytes - zlib_.avail_out;
    // Up to the damage, the stream is good: inflate says the same again when it is called again.
    const bool broken = outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR;
    if (broken && step.consumed == 0 && step.produced == 0)
      return Status(Code::kCorrupt, zlib_.msg != nullptr ? zlib_.msg : "not a valid stream");
    between_members_ = outcome == Z_STREAM_END;
    return step;
  }
  bool may_end() const override { return between_members_; }

 private:
  z_stream zlib_{};
  bool open_ = false, gzip_ = false;
  bool between_members_ = false, padded_ = false;
};

}  // namespace

Result<std::unique_ptr<StreamCodec>> make_zlib_codec(bool gzip) {
  auto codec = std::make_unique<ZlibCodec>();
  HOWDAH_TRY(codec->open(gzip));
  return std::unique_ptr<StreamCodec>(std::move(codec));
}

}  // namespace howdah::formats
