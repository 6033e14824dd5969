#include "statistics/byte_io.h"

#include <bit>

namespace howdah::statistics {
namespace {

Status ends_early() {
  return Status(Code::kCorrupt, "statistics end early");
}

}  // namespace

void ByteWriter::f64(double value) {
  u64(std::bit_cast<uint64_t>(value));
}

void ByteWriter::text(std::string_view value) {
  u32(static_cast<uint32_t>(value.size()));
  into_.append(value);
}

template <typename Integer>
Result<Integer> ByteReader::integer() {
  if (bytes_.size() < sizeof(Integer)) return ends_early();
  Integer value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i)
    value = static_cast<Integer>(value | static_cast<Integer>(static_cast<uint8_t>(bytes_[i]))
                                             << (8 * i));
  bytes_.remove_prefix(sizeof(Integer));
  return value;
}

void ByteWriter::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) u8(static_cast<uint8_t>(value | 0x80));
  u8(static_cast<uint8_t>(value));
}

Result<uint64_t> ByteReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint64_t byte = HOWDAH_TRY(u8());
    const uint64_t bits = byte & 0x7f;
    if (bits << shift >> shift != bits) break;
    value |= bits << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift > 0) break;
      return value;
    }
  }
  return Status(Code::kCorrupt, "a malformed number in statistics");
}

Result<uint8_t> ByteReader::u8() {
  return integer<uint8_t>();
}

Result<uint32_t> ByteReader::u32() {
  return integer<uint32_t>();
}

Result<uint64_t> ByteReader::u64() {
  return integer<uint64_t>();
}

Result<double> ByteReader::f64() {
  const uint64_t bits = HOWDAH_TRY(u64());
  return std::bit_cast<double>(bits);
}

Result<std::string> ByteReader::text() {
  const uint32_t length = HOWDAH_TRY(u32());
  if (length > bytes_.size()) return ends_early();
  std::string value(bytes_.substr(0, length));
  bytes_.remove_prefix(length);
  return value;
}

}  // namespace howdah::statistics
