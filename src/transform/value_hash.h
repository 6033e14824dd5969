// Hashes of single values, the same on every machine and whatever type a column was widened to:
// 5 and 5.0 are one number, true and "true" one text, a date is the timestamp of its midnight
// (UTC). A number and its text are two.
//
// Two lanes of 64 bits: Stafford's mixer no. 13 (the one of SplitMix64) and Evensen's moremur for
// numbers, XXH3 before them for texts. Not for adversaries.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "statistics/hash128.h"

namespace howdah::transform {

// Of the layouts that add_value_hashes reads: others (dictionaries, decimals, views) are cast.
//   kInvalidArgument  a type that has no such form: lists, structs
Result<std::shared_ptr<arrow::Array>> hashable(const std::shared_ptr<arrow::Array>& column);

// Adds to each sum, lane by lane modulo 2^64, the hash of one value: of the rows from `begin` on,
// as many as there are sums. Missing values add nothing. Columns of different seeds do not commute,
// so that a sum over columns knows which value was in which. `column` is hashable().
void add_value_hashes(const arrow::Array& column, const statistics::Hash128& seed, int64_t begin,
                      std::span<statistics::Hash128> sums);

// Ends a sum: afterwards every bit depends on both lanes.
statistics::Hash128 finished(statistics::Hash128 sum);

constexpr uint64_t mix13(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}
constexpr uint64_t moremur(uint64_t x) {
  x = (x ^ (x >> 27)) * 0x3c79ac492ba7b653ULL;
  x = (x ^ (x >> 33)) * 0x1c69b3f74ac4ae35ULL;
  return x ^ (x >> 27);
}

}  // namespace howdah::transform
