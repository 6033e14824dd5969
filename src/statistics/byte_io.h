// The encoding in which statistics travel between processes and rest between readings:
// little-endian fixed-width integers, IEEE 754 doubles by their bits, texts with a 32-bit length
// before them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace howdah::statistics {

// Appends to a string that outlives it.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& into) : into_(into) {}
  void u8(uint8_t value) { into_.push_back(static_cast<char>(value)); }
  void u32(uint32_t value) { integer(value); }
  void u64(uint64_t value) { integer(value); }
  void f64(double value);
  void varint(uint64_t value);        // 7 bits a byte, the lowest first: small numbers in few bytes
  void text(std::string_view value);  // shorter than 4 GiB

 private:
  template <typename Integer>
  void integer(Integer value) {
    for (size_t i = 0; i < sizeof(Integer); ++i)
      into_.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  }
  std::string& into_;
};

// Reads what ByteWriter wrote, from bytes that outlive it. Every call: kCorrupt when the bytes end
// early.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  Result<uint8_t> u8();
  Result<uint32_t> u32();
  Result<uint64_t> u64();
  Result<double> f64();
  Result<uint64_t> varint();  // kCorrupt also for a number not written the one way
  Result<std::string> text();
  size_t left() const { return bytes_.size(); }

 private:
  template <typename Integer>
  Result<Integer> integer();
  std::string_view bytes_;
};

}  // namespace howdah::statistics
