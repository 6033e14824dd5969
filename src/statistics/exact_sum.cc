#include "statistics/exact_sum.h"

namespace howdah::statistics {
namespace {

__extension__ typedef unsigned __int128 uint128;

struct Parts {
  bool negative;
  uint64_t mantissa;
  uint64_t biased;  // value = ± mantissa · 2^(biased − 1075)
};

Parts parts_of(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const uint64_t biased = bits >> 52 & 0x7ff;
  const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  if (biased == 0) return {bits >> 63 != 0, fraction, 1};
  return {bits >> 63 != 0, fraction | uint64_t{1} << 52, biased};
}

}  // namespace

void ExactSum::add_product(double a, double b) {
  const Parts left = parts_of(a), right = parts_of(b);
  uint128 magnitude = static_cast<uint128>(left.mantissa) * right.mantissa;
  const int64_t sign = left.negative != right.negative ? -1 : 1;
  const uint64_t position = left.biased + right.biased - uint64_t{2 * 1075 + kUnitExponent};
  const uint64_t shift = position & 31;
  for (int64_t* chunk = &chunks_[position >> 5]; magnitude != 0; ++chunk, magnitude >>= 32) {
    const uint64_t part = (static_cast<uint64_t>(magnitude) & 0xffffffff) << shift;
    chunk[0] += sign * static_cast<int64_t>(part & 0xffffffff);
    chunk[1] += sign * static_cast<int64_t>(part >> 32);
  }
  note_added();
}

void ExactSum::add(const ExactSum& other) {
  carry_all();
  Chunks theirs = other.chunks_;
  carry(theirs);
  for (size_t i = 0; i < kChunks; ++i) chunks_[i] += theirs[i];
  pending_ = 1;
}

// Afterwards all chunks but the last are in [0, 2^32): one representation for each sum.
void ExactSum::carry(Chunks& chunks) {
  for (size_t i = 0; i + 1 < kChunks; ++i) {
    chunks[i + 1] += chunks[i] >> 32;
    chunks[i] &= 0xffffffff;
  }
}

void ExactSum::carry_all() {
  carry(chunks_);
  pending_ = 0;
}

ExactSum::Exact ExactSum::exact() const {
  Chunks chunks = chunks_;
  carry(chunks);
  const bool negative = chunks.back() < 0;
  if (negative) {
    for (int64_t& chunk : chunks) chunk = -chunk;
    carry(chunks);
  }
  Exact result{negative, WideInteger(kChunks / 2)};
  for (size_t i = 0; i < kChunks; ++i)
    result.magnitude[i / 2] |= static_cast<uint64_t>(chunks[i]) << (i % 2 * 32);
  return result;
}

double ExactSum::value() const {
  const Exact sum = exact();
  const double magnitude = rounded(sum.magnitude, kUnitExponent);
  return sum.negative ? -magnitude : magnitude;
}

void ExactSum::write_to(ByteWriter& bytes) const {
  const Exact sum = exact();
  size_t first = 0, last = sum.magnitude.size();
  while (last > 0 && sum.magnitude[last - 1] == 0) --last;
  while (first < last && sum.magnitude[first] == 0) ++first;
  if (last == 0) first = 0;
  bytes.u8(sum.negative ? 1 : 0);
  bytes.u8(static_cast<uint8_t>(first));
  bytes.u8(static_cast<uint8_t>(last - first));
  for (size_t i = first; i < last; ++i) bytes.u64(sum.magnitude[i]);
}

Status ExactSum::merge(ByteReader& bytes) {
  const uint8_t negative = HOWDAH_TRY(bytes.u8());
  const size_t first = HOWDAH_TRY(bytes.u8());
  const size_t words = HOWDAH_TRY(bytes.u8());
  // The last word has room for the carries of many sums.
  if (negative > 1 || first + words >= kChunks / 2 || (words == 0 && (negative != 0 || first != 0)))
    return Status(Code::kCorrupt, "a sum in statistics is beyond its range");
  ExactSum theirs;
  for (size_t i = first; i < first + words; ++i) {
    const uint64_t word = HOWDAH_TRY(bytes.u64());
    theirs.chunks_[2 * i] = static_cast<int64_t>(word & 0xffffffff);
    theirs.chunks_[2 * i + 1] = static_cast<int64_t>(word >> 32);
  }
  if (negative != 0)
    for (int64_t& chunk : theirs.chunks_) chunk = -chunk;
  add(theirs);
  return Status::ok();
}

}  // namespace howdah::statistics
