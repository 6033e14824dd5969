// Any bytes as a compressed stream: it ends, it keeps within what it was given, and however the
// input and the output are cut into pieces, the same bytes or the same failure come out.
#include <cstdlib>
#include <string>

#include "formats/stream_codec.h"

using namespace howdah;

namespace {

constexpr size_t kMostBytes = 4 << 20;  // of output: what grows beyond has been looked at enough

struct Output {
  bool good = false, whole = false;
  std::string bytes;
};

Output decompress(formats::Compression compression, Bytes in, size_t in_piece, size_t out_piece) {
  Output output;
  auto codec = formats::make_stream_codec(compression, in.first(std::min<size_t>(in.size(), 10)));
  if (!codec.is_ok()) return output;
  std::string piece(out_piece, '\0');
  while (output.bytes.size() < kMostBytes) {
    const Bytes given = in.first(std::min(in_piece, in.size()));
    const auto step = (*codec)->step(given, std::as_writable_bytes(std::span(piece)));
    if (!step.is_ok()) return output;
    if (step->consumed > given.size() || step->produced > piece.size()) std::abort();
    in = in.subspan(step->consumed);
    output.bytes.append(piece, 0, step->produced);
    if (step->consumed > 0 || step->produced > 0) continue;
    if (!given.empty()) return output;  // it does not go on
    output.good = true;
    output.whole = (*codec)->may_end();
    return output;
  }
  return output;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3 || size > 1 << 16) return 0;
  const auto compression = static_cast<formats::Compression>(1 + data[0] % 6);
  const Bytes in = std::as_bytes(std::span(data + 3, size - 3));
  const Output once = decompress(compression, in, in.size(), 64 << 10);
  const Output pieces = decompress(compression, in, 1 + data[1], 1 + data[2]);
  if (once.bytes.size() >= kMostBytes || pieces.bytes.size() >= kMostBytes) return 0;
  if (once.good != pieces.good || once.whole != pieces.whole) std::abort();
  if (once.good && once.bytes != pieces.bytes) std::abort();
  return 0;
}
