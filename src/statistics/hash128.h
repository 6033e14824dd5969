// A 128-bit hash as identity and order of records: XXH3 (Collet), whose values are fixed by its
// specification, so that they are the same in every process and every version.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace howdah::statistics {

struct Hash128 {
  uint64_t high = 0, low = 0;
  auto operator<=>(const Hash128&) const = default;
};

// Not for adversaries: whoever chooses the bytes can make two of them equal.
Hash128 hash128(std::string_view bytes, uint64_t seed = 0);
uint64_t hash64(std::string_view bytes, uint64_t seed = 0);

}  // namespace howdah::statistics
