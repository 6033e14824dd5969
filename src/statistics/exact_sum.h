// A sum of doubles without rounding: a fixed-point accumulator that spans all their exponents (the
// superaccumulator of Neal, 2015). Addition is associative and commutative to the bit.
//
// It spans the exponents of products, too: 1 KiB. Up to 2^62 summands.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "statistics/byte_io.h"
#include "statistics/wide_integer.h"

namespace howdah::statistics {

class ExactSum {
 public:
  // The exponent of the lowest bit that a product of doubles can have.
  static constexpr int kUnitExponent = -2148;

  void add(double value);  // finite
  void add(const ExactSum& other);
  void add_product(double a, double b);  // a·b exactly; finite
  // Rounded once, to nearest even; ±infinity beyond the doubles; an exact 0 is +0.
  double value() const;

  struct Exact {  // ± magnitude · 2^kUnitExponent
    bool negative = false;
    WideInteger magnitude;
  };
  Exact exact() const;

  void write_to(ByteWriter& bytes) const;  // equal sums, equal bytes
  Status merge(ByteReader& bytes);         // kCorrupt, and the sum stays as it was

 private:
  // Chunk i counts 2^(32·i + kUnitExponent). Each has 31 bits of room for carries not yet made.
  static constexpr size_t kChunks = 136;
  static constexpr uint32_t kMaxPending = 1u << 29;
  using Chunks = std::array<int64_t, kChunks>;

  static void carry(Chunks& chunks);
  void note_added() {
    if (++pending_ >= kMaxPending) carry_all();
  }
  void carry_all();

  Chunks chunks_{};
  uint32_t pending_ = 0;
};

inline void ExactSum::add(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const uint64_t biased = bits >> 52 & 0x7ff;
  const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  const uint64_t mantissa = biased == 0 ? fraction : fraction | uint64_t{1} << 52;
  // The lowest bit of a double with biased exponent b counts 2^(b − 1075).
  const uint64_t position = (biased == 0 ? 1 : biased) + uint64_t{-kUnitExponent - 1075};
  const uint64_t shift = position & 31;
  const uint64_t low = (mantissa & 0xffffffff) << shift;
  const uint64_t high = (mantissa >> 32) << shift;
  const int64_t sign = -static_cast<int64_t>(bits >> 63);  // 0 or −1
  const auto signed_part = [sign](uint64_t part) {
    return (static_cast<int64_t>(part) ^ sign) - sign;
  };
  int64_t* chunk = &chunks_[position >> 5];
  chunk[0] += signed_part(low & 0xffffffff);
  chunk[1] += signed_part((low >> 32) + (high & 0xffffffff));
  chunk[2] += signed_part(high >> 32);
  note_added();
}

}  // namespace howdah::statistics
