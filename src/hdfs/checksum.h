// CRC-32C (Castagnoli) and CRC-32 (zlib's) over a block's chunks. Hadoop: DataChecksum: four bytes,
// big-endian, for each chunk of `bytes_per_chunk`; the last chunk may be shorter.
//
// CRC-32C runs on SSE4.2 where the processor has it, three chunks at a time, because the
// instruction gives a result each cycle but needs three for one; a table serves the others.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::hdfs {

enum class ChecksumType { kNull = 0, kCrc32 = 1, kCrc32c = 2 };

struct ChecksumSpec {
  ChecksumType type = ChecksumType::kCrc32c;
  uint32_t bytes_per_chunk = 512;

  size_t chunks(size_t data_bytes) const {
    return (data_bytes + bytes_per_chunk - 1) / bytes_per_chunk;
  }
  size_t checksum_bytes(size_t data_bytes) const {
    return type == ChecksumType::kNull ? 0 : 4 * chunks(data_bytes);
  }
  //   kCorrupt  an unknown type, or a chunk of no length or beyond 16 MiB
  static Result<ChecksumSpec> from_wire(int type, uint32_t bytes_per_chunk);
  bool operator==(const ChecksumSpec&) const = default;
};

// Continues from the crc of the bytes before; 0 to begin with.
uint32_t crc32c(Bytes bytes, uint32_t crc = 0);

// Writes one checksum for each chunk of the data; `into` is exactly spec.checksum_bytes long.
void compute_checksums(const ChecksumSpec& spec, Bytes data, MutableBytes into);
// The first chunk whose checksum is another, if any.
std::optional<size_t> find_mismatch(const ChecksumSpec& spec, Bytes data, Bytes checksums);

namespace internal {  // each way by itself, for the tests
uint32_t crc32c_table(Bytes bytes, uint32_t crc);
bool crc32c_has_hardware();
uint32_t crc32c_hardware(Bytes bytes, uint32_t crc);
}  // namespace internal

}  // namespace howdah::hdfs
