// Integers of any width without sign, for the figures of an exact sum: words of 64 bits, the least
// significant first. Made for one division or root at the end of a pass, not for speed.
#pragma once

#include <cstdint>
#include <vector>

namespace howdah::statistics {

using WideInteger = std::vector<uint64_t>;

WideInteger product(const WideInteger& a, const WideInteger& b);
WideInteger product(const WideInteger& a, uint64_t b);
WideInteger difference(const WideInteger& a, const WideInteger& b);  // 0 where a < b
WideInteger shifted_right(const WideInteger& a, int bits);
WideInteger shifted_left_words(const WideInteger& a, int words);
WideInteger quotient(const WideInteger& a, uint64_t by);  // rounded down; by > 0
int bit_length(const WideInteger& a);                     // 0 for 0

// a · 2^exponent, rounded once to nearest even; infinity beyond the doubles.
double rounded(const WideInteger& a, int exponent);
// The root of a · 2^exponent to within one unit in the last place, also where the number itself
// is beyond the doubles.
double rounded_root(const WideInteger& a, int exponent);

}  // namespace howdah::statistics
