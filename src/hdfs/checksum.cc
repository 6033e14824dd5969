#include "hdfs/checksum.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace howdah::hdfs {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // Castagnoli's, reflected

// table[k][b]: the crc of the byte b followed by k zero bytes.
constexpr auto make_tables() {
  std::array<std::array<uint32_t, 256>, 8> tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < 8; ++k)
    for (size_t byte = 0; byte < 256; ++byte)
      tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xff];
  return tables;
}
constexpr auto kTables = make_tables();

uint64_t load64(const std::byte* from) {
  uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

#if defined(__x86_64__)
// The crc of three chunks of the same length at once. The length is a multiple of 8.
__attribute__((target("sse4.2"))) void crc32c_three(const std::byte* data, size_t length,
                                                    std::array<uint32_t, 3>& crcs) {
  uint64_t a = 0xffffffff, b = a, c = a;
  for (size_t at = 0; at < length; at += 8) {
    a = _mm_crc32_u64(a, load64(data + at));
    b = _mm_crc32_u64(b, load64(data + length + at));
    c = _mm_crc32_u64(c, load64(data + 2 * length + at));
  }
  crcs = {~static_cast<uint32_t>(a), ~static_cast<uint32_t>(b), ~static_cast<uint32_t>(c)};
}
#endif

const bool kHardware = internal::crc32c_has_hardware();

uint32_t crc_of(ChecksumType type, Bytes chunk) {
  if (type == ChecksumType::kCrc32c) return crc32c(chunk);
  return static_cast<uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(chunk.data()), static_cast<uInt>(chunk.size())));
}

// Calls visit(chunk's number, its crc) until it answers false.
template <typename Visit>
void for_each_chunk(const ChecksumSpec& spec, Bytes data, Visit visit) {
  const size_t length = spec.bytes_per_chunk;
  size_t chunk = 0;
#if defined(__x86_64__)
  if (spec.type == ChecksumType::kCrc32c && kHardware && length % 8 == 0) {
    std::array<uint32_t, 3> crcs;
    for (; data.size() >= 3 * length; data = data.subspan(3 * length)) {
      crc32c_three(data.data(), length, crcs);
      for (const uint32_t crc : crcs)
        if (!visit(chunk++, crc)) return;
    }
  }
#endif
  while (!data.empty()) {
    const Bytes piece = data.first(std::min(length, data.size()));
    if (!visit(chunk++, crc_of(spec.type, piece))) return;
    data = data.subspan(piece.size());
  }
}

}  // namespace

namespace internal {

uint32_t crc32c_table(Bytes bytes, uint32_t crc) {
  crc = ~crc;
  const std::byte* data = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, data += 8) {
    const uint64_t word = load64(data) ^ crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][(word >> (8 * k)) & 0xff];
  }
  for (; left > 0; --left, ++data)
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<uint32_t>(*data)) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)
bool crc32c_has_hardware() {
  return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) uint32_t crc32c_hardware(Bytes bytes, uint32_t crc) {
  uint64_t wide = static_cast<uint32_t>(~crc);
  const std::byte* data = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, data += 8) wide = _mm_crc32_u64(wide, load64(data));
  auto narrow = static_cast<uint32_t>(wide);
  for (; left > 0; --left, ++data) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*data));
  return ~narrow;
}
#else
bool crc32c_has_hardware() {
  return false;
}
uint32_t crc32c_hardware(Bytes bytes, uint32_t crc) {
  return crc32c_table(bytes, crc);
}
#endif

}  // namespace internal

Result<ChecksumSpec> ChecksumSpec::from_wire(int type, uint32_t bytes_per_chunk) {
  if (type < 0 || type > 2)
    return Status(Code::kCorrupt, "an unknown checksum type " + std::to_string(type));
  if (bytes_per_chunk == 0 || bytes_per_chunk > (16u << 20))
    return Status(Code::kCorrupt,
                  "an impossible checksum chunk of " + std::to_string(bytes_per_chunk) + " bytes");
  return ChecksumSpec{static_cast<ChecksumType>(type), bytes_per_chunk};
}

uint32_t crc32c(Bytes bytes, uint32_t crc) {
  return kHardware ? internal::crc32c_hardware(bytes, crc) : internal::crc32c_table(bytes, crc);
}

void compute_checksums(const ChecksumSpec& spec, Bytes data, MutableBytes into) {
  if (spec.type == ChecksumType::kNull) return;
  for_each_chunk(spec, data, [&](size_t chunk, uint32_t crc) {
    store_be32(into.data() + 4 * chunk, crc);
    return true;
  });
}

std::optional<size_t> find_mismatch(const ChecksumSpec& spec, Bytes data, Bytes checksums) {
  std::optional<size_t> mismatch;
  if (spec.type == ChecksumType::kNull) return mismatch;
  for_each_chunk(spec, data, [&](size_t chunk, uint32_t crc) {
    if (load_be32(checksums.data() + 4 * chunk) == crc) return true;
    mismatch = chunk;
    return false;
  });
  return mismatch;
}

}  // namespace howdah::hdfs
