// The header of a member of a tar archive: 512 bytes; ustar (POSIX.1-1988), GNU's and older ones.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::formats {

inline constexpr size_t kTarBlock = 512;
using TarBlock = std::array<char, kTarBlock>;

struct TarHeader {
  std::string name;
  int64_t size_bytes = 0;  // of the content, which fills whole blocks
  char type = '0';         // '0' a file, 'x' and 'g' pax records, 'L' a long name...
};

// Of a block that is not all zeros.
//   kCorrupt  a wrong checksum, a size that is none
Result<TarHeader> parse_tar_header(const TarBlock& block);
// A file's; owned by nobody, of no time: the same bytes for the same content. `name` has at most
// 100 bytes, size_bytes is below 8 GiB.
TarBlock tar_header(std::string_view name, int64_t size_bytes);

bool is_zero(const TarBlock& block);
inline int64_t tar_padding(int64_t size_bytes) {
  constexpr auto kBlock = static_cast<int64_t>(kTarBlock);
  return (kBlock - size_bytes % kBlock) % kBlock;
}

}  // namespace howdah::formats
