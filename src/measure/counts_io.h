// Counts as they travel between workers.
#pragma once

#include <cstdint>
#include <span>

#include "statistics/byte_io.h"

namespace howdah::measure {

// The most that a list of counts may add up to: sums of them, and products of two, stay exact.
inline constexpr int64_t kMostCounted = int64_t{1} << 60;

void write_counts(std::span<const int64_t> counts, statistics::ByteWriter& bytes);
// Adds as many counts as `into` has. kCorrupt when the bytes end early, or beyond kMostCounted;
// then `into` stays as it was.
Status add_counts(std::span<int64_t> into, statistics::ByteReader& bytes);

}  // namespace howdah::measure
