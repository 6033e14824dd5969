// What a preparation may ask for at most, shared by the job file's reader and PrepareSpec::check().
#pragma once

#include <cstdint>

namespace howdah::prepare {

inline constexpr int64_t kMostSteps = 1'000;
inline constexpr int64_t kMostColumns = 100'000;    // of one list
inline constexpr int64_t kMostTextBytes = 1 << 16;  // of a name, a path, a word
inline constexpr int64_t kLeastRecordBytes = 1 << 10;
inline constexpr int64_t kMostRecordBytes = (int64_t{1} << 31) - 1;  // Arrow's offsets
inline constexpr int64_t kMostImageSide = 65'535;                    // in pixels, as JPEG has it
inline constexpr int64_t kLeastFileBytes = 4 << 10;
inline constexpr int64_t kMostFileBytes = int64_t{1} << 40;
inline constexpr int64_t kMostParts = 64;
inline constexpr int64_t kMostLevels = 16;
inline constexpr int64_t kMostPartitionBuckets = 100'000;
inline constexpr int64_t kMostPartitions = 1'000'000;
inline constexpr int64_t kMostShingle = 1'000;
inline constexpr int64_t kMostPermutations = 4'096;
inline constexpr int64_t kMostCategories = 100'000;
inline constexpr int64_t kMostHashBuckets = int64_t{1} << 31;
inline constexpr int64_t kMostQuantiles = 100'000;
inline constexpr int64_t kMostWords = 10'000'000;
inline constexpr int64_t kMostPieces = 1'000'000;
inline constexpr int64_t kMostTextLength = 1'000'000;  // of a vocabulary's lists, in numbers

}  // namespace howdah::prepare
