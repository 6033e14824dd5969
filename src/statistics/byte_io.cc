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
