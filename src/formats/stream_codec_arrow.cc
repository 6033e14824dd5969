#include <arrow/util/compression.h>

#include <algorithm>

#include "formats/arrow_status.h"
#include "formats/stream_codec.h"

namespace howdah::formats {
namespace {

constexpr size_t kMaxStepBytes = 16 << 10;

// bzip2, zstd and lz4's frames, by Arrow's streaming decompressors.
class ArrowCodec : public StreamCodec {
 public:
  explicit ArrowCodec(std::shared_ptr<arrow::util::Decompressor> decompressor)
      : decompressor_(std::move(decompressor)) {}

  Result<Step> step(Bytes in, MutableBytes out) override {
    if (in.empty() && !more_output_) return Step{};
    // A damaged stream is refused as a whole call: short ones tell where.
    in = in.first(std::min(in.size(), kMaxStepBytes));
    if (decompressor_->IsFinished()) HOWDAH_TRY(from_arrow(decompressor_->Reset()));
    started_ = true;
    const auto done = decompressor_->Decompress(
        static_cast<int64_t>(in.size()), reinterpret_cast<const uint8_t*>(in.data()),
        static_cast<int64_t>(out.size()), reinterpret_cast<uint8_t*>(out.data()));
    if (!done.ok()) return Status(Code::kCorrupt, done.status().message());
    more_output_ =
        done->need_more_output ||
        (done->bytes_written == static_cast<int64_t>(out.size()) && !decompressor_->IsFinished());
    return Step{static_cast<size_t>(done->bytes_read), static_cast<size_t>(done->bytes_written)};
  }
  bool may_end() const override { return started_ && decompressor_->IsFinished(); }

 private:
  std::shared_ptr<arrow::util::Decompressor> decompressor_;
  bool started_ = false, more_output_ = false;
};

}  // namespace

Result<std::unique_ptr<StreamCodec>> make_arrow_codec(Compression compression) {
  auto type = arrow::Compression::ZSTD;
  if (compression == Compression::kBzip2) type = arrow::Compression::BZ2;
  if (compression == Compression::kLz4) type = arrow::Compression::LZ4_FRAME;
  auto codec = HOWDAH_TRY(from_arrow(arrow::util::Codec::Create(type)));
  auto decompressor = HOWDAH_TRY(from_arrow(codec->MakeDecompressor()));
  return std::unique_ptr<StreamCodec>(new ArrowCodec(std::move(decompressor)));
}

}  // namespace howdah::formats
