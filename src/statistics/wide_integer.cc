#include "statistics/wide_integer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace howdah::statistics {
namespace {

__extension__ typedef unsigned __int128 uint128;

bool bit_at(const WideInteger& a, int position) {
  const size_t word = static_cast<size_t>(position) / 64;
  return word < a.size() && (a[word] >> (position % 64) & 1) != 0;
}

bool any_below(const WideInteger& a, int position) {
  const size_t whole = std::min(static_cast<size_t>(position) / 64, a.size());
  for (size_t i = 0; i < whole; ++i)
    if (a[i] != 0) return true;
  return whole < a.size() && (a[whole] & ((uint64_t{1} << (position % 64)) - 1)) != 0;
}

}  // namespace

WideInteger product(const WideInteger& a, const WideInteger& b) {
  WideInteger result(a.size() + b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    uint64_t carry = 0;
    for (size_t j = 0; j < b.size(); ++j) {
      const uint128 sum = static_cast<uint128>(a[i]) * b[j] + result[i + j] + carry;
      result[i + j] = static_cast<uint64_t>(sum);
      carry = static_cast<uint64_t>(sum >> 64);
    }
    result[i + b.size()] = carry;
  }
  return result;
}

WideInteger product(const WideInteger& a, uint64_t b) {
  return product(a, WideInteger{b});
}

WideInteger difference(const WideInteger& a, const WideInteger& b) {
  WideInteger result(std::max(a.size(), b.size()));
  uint64_t borrow = 0;
  for (size_t i = 0; i < result.size(); ++i) {
    const uint128 from = i < a.size() ? a[i] : 0;
    const uint128 step = from - (i < b.size() ? b[i] : 0) - borrow;
    result[i] = static_cast<uint64_t>(step);
    borrow = static_cast<uint64_t>(step >> 64) & 1;
  }
  if (borrow != 0) return {};
  return result;
}

WideInteger shifted_right(const WideInteger& a, int bits) {
  const size_t words = static_cast<size_t>(bits) / 64;
  if (words >= a.size()) return {};
  WideInteger result(a.begin() + static_cast<std::ptrdiff_t>(words), a.end());
  const int rest = bits % 64;
  if (rest == 0) return result;
  for (size_t i = 0; i < result.size(); ++i) {
    const uint64_t above = i + 1 < result.size() ? result[i + 1] : 0;
    result[i] = result[i] >> rest | above << (64 - rest);
  }
  return result;
}

WideInteger shifted_left_words(const WideInteger& a, int words) {
  WideInteger result(static_cast<size_t>(words));
  result.insert(result.end(), a.begin(), a.end());
  return result;
}

WideInteger quotient(const WideInteger& a, uint64_t by) {
  WideInteger result(a.size());
  uint64_t remainder = 0;
  for (size_t i = a.size(); i-- > 0;) {
    const uint128 part = static_cast<uint128>(remainder) << 64 | a[i];
    result[i] = static_cast<uint64_t>(part / by);
    remainder = static_cast<uint64_t>(part % by);
  }
  return result;
}

int bit_length(const WideInteger& a) {
  for (size_t i = a.size(); i-- > 0;)
    if (a[i] != 0) return static_cast<int>(i * 64 + static_cast<size_t>(std::bit_width(a[i])));
  return 0;
}

double rounded(const WideInteger& a, int exponent) {
  const int bits = bit_length(a);
  if (bits == 0) return 0;
  const int lowest = std::max(bits - 53 + exponent, -1074);  // the exponent of the last place
  const int dropped = lowest - exponent;
  if (dropped <= 0) return std::ldexp(static_cast<double>(a[0]), exponent);
  uint64_t kept = 0;
  for (int position = bits - 1; position >= dropped; --position)
    kept = kept << 1 | static_cast<uint64_t>(bit_at(a, position));
  if (bit_at(a, dropped - 1) && ((kept & 1) != 0 || any_below(a, dropped - 1))) ++kept;
  return std::ldexp(static_cast<double>(kept), lowest);
}

double rounded_root(const WideInteger& a, int exponent) {
  const int bits = bit_length(a);
  if (bits == 0) return 0;
  int top = bits - 1 + exponent;
  if (top % 2 != 0) --top;
  return std::ldexp(std::sqrt(rounded(a, exponent - top)), top / 2);
}

}  // namespace howdah::statistics
