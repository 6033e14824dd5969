// Formats of blocks, each decompressed as a whole: snappy's framing format, and Hadoop's
// BlockCompressorStream.
#include <arrow/util/compression.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "formats/arrow_status.h"
#include "formats/stream_codec.h"

namespace howdah::formats {
namespace {

// Hadoop's default is 256 KiB (io.compression.codec.*.buffersize).
constexpr size_t kMaxBlockBytes = 64 << 20;
constexpr size_t kMaxFrameBytes = 64 << 10;  // of snappy's framing format

Status corrupt(std::string what) {
  return Status(Code::kCorrupt, std::move(what));
}

uint32_t crc32c(Bytes bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> made{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value & 1 ? (value >> 1) ^ 0x82f63b78u : value >> 1;
      made[i] = value;
    }
    return made;
  }();
  uint32_t crc = ~0u;
  for (const std::byte byte : bytes)
    crc = (crc >> 8) ^ table[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  return ~crc;
}

// The length that stands before every raw snappy block, a varint.
Result<size_t> snappy_length(Bytes block) {
  uint64_t length = 0;
  for (size_t i = 0; i < 5 && i < block.size(); ++i) {
    const auto byte = static_cast<uint8_t>(block[i]);
    length |= uint64_t{byte & 0x7fu} << (7 * i);
    if (byte < 0x80) return static_cast<size_t>(length);
  }
  return corrupt("a snappy block without its length");
}

// Gathers a piece of the input until it is whole, and delivers what it decompresses to.
class BlockCodec : public StreamCodec {
 public:
  explicit BlockCodec(arrow::Compression::type type) : codec_(*arrow::util::Codec::Create(type)) {}

  Result<Step> step(Bytes in, MutableBytes out) override {
    Step step;
    if (!broken_.is_ok()) return broken_;
    while (true) {
      if (given_ < ready_.size()) {
        const size_t count = std::min(out.size() - step.produced, ready_.size() - given_);
        std::copy_n(ready_.begin() + static_cast<ptrdiff_t>(given_), count,
                    out.begin() + static_cast<ptrdiff_t>(step.produced));
        given_ += count;
        step.produced += count;
        if (given_ < ready_.size()) return step;
      }
      const size_t count = std::min(in.size() - step.consumed, due_ - piece_.size());
      const auto begin = in.begin() + static_cast<ptrdiff_t>(step.consumed);
      piece_.insert(piece_.end(), begin, begin + static_cast<ptrdiff_t>(count));
      step.consumed += count;
      if (piece_.size() < due_) return step;
      ready_.clear();
      given_ = 0;
      const auto next = piece_done(piece_);
      if (!next.is_ok()) {
        broken_ = next.status();
        ready_.clear();
        return step;
      }
      piece_.clear();
      due_ = *next;
    }
  }
  bool may_end() const override { return between() && piece_.empty() && given_ == ready_.size(); }

 protected:
  // A whole piece has come; returns the length of the next one, not 0.
  virtual Result<size_t> piece_done(Bytes piece) = 0;
  virtual bool between() const = 0;

  // Appends to ready_; at most max_bytes.
  Result<size_t> decompress(Bytes block, size_t max_bytes) {
    const size_t before = ready_.size();
    ready_.resize(before + max_bytes);
    const auto count = codec_->Decompress(
        static_cast<int64_t>(block.size()), reinterpret_cast<const uint8_t*>(block.data()),
        static_cast<int64_t>(max_bytes), reinterpret_cast<uint8_t*>(ready_.data() + before));
    if (!count.ok()) return corrupt("a block cannot be decompressed: " + count.status().message());
    ready_.resize(before + static_cast<size_t>(*count));
    return static_cast<size_t>(*count);
  }
  void deliver(Bytes bytes) { ready_.insert(ready_.end(), bytes.begin(), bytes.end()); }
  size_t ready_bytes() const { return ready_.size(); }
  Bytes ready() const { return ready_; }

  size_t due_ = 4;  // both formats begin with four bytes

 private:
  std::unique_ptr<arrow::util::Codec> codec_;
  std::vector<std::byte> piece_, ready_;
  size_t given_ = 0;
  Status broken_ = Status::ok();
};

// [length of the block, decompressed][length of a chunk][chunk]... until the block is full; lengths
// are 4 bytes, big-endian.
class HadoopBlockCodec : public BlockCodec {
 public:
  explicit HadoopBlockCodec(Compression compression)
      : BlockCodec(compression == Compression::kLz4 ? arrow::Compression::LZ4
                                                    : arrow::Compression::SNAPPY),
        snappy_(compression == Compression::kSnappy) {}

 protected:
  Result<size_t> piece_done(Bytes piece) override {
    if (next_ == Next::kBlockLength) {
      left_ = load_be32(piece.data());
      if (left_ > kMaxBlockBytes) return corrupt("a block of " + std::to_string(left_) + " bytes");
      if (left_ > 0) next_ = Next::kChunkLength;
      return size_t{4};
    }
    if (next_ == Next::kChunkLength) {
      const size_t length = load_be32(piece.data());
      if (length == 0 || length > kMaxBlockBytes)
        return corrupt("a compressed chunk of " + std::to_string(length) + " bytes");
      next_ = Next::kChunk;
      return length;
    }
    // No format reaches more than 255 to one: a short chunk cannot make us allocate a whole block.
    size_t room = std::min(left_, piece.size() * 255 + 64);
    if (snappy_) {
      const size_t length = HOWDAH_TRY(snappy_length(piece));
      if (length > room) return corrupt("a chunk is longer than its block");
      room = length;
    }
    const size_t count = HOWDAH_TRY(decompress(piece, room));
    if (count == 0) return corrupt("an empty chunk");
    left_ -= count;
    next_ = left_ > 0 ? Next::kChunkLength : Next::kBlockLength;
    return size_t{4};
  }
  bool between() const override { return next_ == Next::kBlockLength; }

 private:
  enum class Next { kBlockLength, kChunkLength, kChunk };
  Next next_ = Next::kBlockLength;
  size_t left_ = 0;  // of the block, still to come
  const bool snappy_;
};

// https://github.com/google/snappy/blob/main/framing_format.txt
class SnappyFrameCodec : public BlockCodec {
 public:
  SnappyFrameCodec() : BlockCodec(arrow::Compression::SNAPPY) {}

 protected:
  Result<size_t> piece_done(Bytes piece) override {
    if (header_) {
      kind_ = static_cast<uint8_t>(piece[0]);
      size_t length = 0;
      for (size_t i = 3; i > 0; --i) length = length << 8 | static_cast<uint8_t>(piece[i]);
      if (kind_ >= 0x02 && kind_ < 0x80) return corrupt("a reserved kind of snappy frame");
      if (length == 0) return size_t{4};
      header_ = false;
      return length;
    }
    header_ = true;
    if (kind_ == 0xff && as_text(piece) != "sNaPpY") return corrupt("no snappy frames");
    if (kind_ >= 0x80) return size_t{4};
    if (piece.size() < 4) return corrupt("a snappy frame without its checksum");
    const Bytes data = piece.subspan(4);
    if (kind_ == 0) {
      const size_t length = HOWDAH_TRY(snappy_length(data));
      if (length > kMaxFrameBytes) return corrupt("a snappy frame that is too long");
      HOWDAH_TRY(decompress(data, length));
    } else {
      if (data.size() > kMaxFrameBytes) return corrupt("a snappy frame that is too long");
      deliver(data);
    }
    const uint32_t crc = crc32c(ready());
    const uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    uint32_t expected = 0;
    for (size_t i = 4; i > 0; --i) expected = expected << 8 | static_cast<uint8_t>(piece[i - 1]);
    if (masked != expected) return corrupt("the checksum of a snappy frame is wrong");
    return size_t{4};
  }
  bool between() const override { return header_; }

 private:
  bool header_ = true;
  uint8_t kind_ = 0;
};

}  // namespace

std::unique_ptr<StreamCodec> make_snappy_frame_codec() {
  return std::make_unique<SnappyFrameCodec>();
}
std::unique_ptr<StreamCodec> make_hadoop_block_codec(Compression compression) {
  return std::make_unique<HadoopBlockCodec>(compression);
}

}  // namespace howdah::formats
