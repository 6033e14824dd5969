// Shares of the hashes' range: part i holds the hashes below cut i and not below the one before.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "prepare/spec.h"
#include "statistics/hash128.h"
#include "transform/value_hash.h"

namespace howdah::transform {

// For one use of a record's identity: other uses (samples, order) see other numbers.
inline uint64_t split_hash(const statistics::Hash128& identity, uint64_t seed) {
  constexpr uint64_t kSplit = 0x73706c6974ULL;  // "split"
  return moremur(identity.high ^ mix13(seed + kSplit)) + identity.low;
}

class ShareCuts {
 public:
  ShareCuts() = default;
  explicit ShareCuts(const std::vector<prepare::SplitSpec::Part>& parts) {
    double below = 0;
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      below += parts[i].share;
      const double cut = std::ldexp(below, 64);
      if (cut >= std::ldexp(1.0, 64)) break;  // all that follow are empty, but for rounding
      cuts_.push_back(static_cast<uint64_t>(cut));
    }
  }
  uint8_t part_of(uint64_t hash) const {
    uint8_t part = 0;
    for (const uint64_t cut : cuts_) part = static_cast<uint8_t>(part + (hash >= cut));
    return part;
  }

 private:
  std::vector<uint64_t> cuts_;
};

}  // namespace howdah::transform
