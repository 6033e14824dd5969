// Finding separators, sixteen bytes at a time with what every x86-64 has (SSE2).
#pragma once

#include <emmintrin.h>

#include <cstdint>
#include <cstring>

namespace howdah::formats {

// The first of the three in [begin, end), or end.
inline const char* find_any(const char* begin, const char* end, char a, char b, char c) {
  const __m128i va = _mm_set1_epi8(a), vb = _mm_set1_epi8(b), vc = _mm_set1_epi8(c);
  for (; end - begin >= 16; begin += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin));
    const __m128i hit =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, va), _mm_cmpeq_epi8(block, vb)),
                     _mm_cmpeq_epi8(block, vc));
    const int mask = _mm_movemask_epi8(hit);
    if (mask != 0) return begin + __builtin_ctz(static_cast<unsigned>(mask));
  }
  for (; begin < end; ++begin)
    if (*begin == a || *begin == b || *begin == c) return begin;
  return end;
}

inline const char* find_byte(const char* begin, const char* end, char c) {
  const void* hit = begin < end ? std::memchr(begin, c, static_cast<size_t>(end - begin)) : nullptr;
  return hit ? static_cast<const char*>(hit) : end;
}

// A bit for each of the 64 bytes at `from` that equals `c`.
inline uint64_t equal_mask_64(const __m128i (&block)[4], __m128i c) {
  uint64_t mask = 0;
  for (int i = 0; i < 4; ++i) {
    const auto part = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block[i], c)));
    mask |= uint64_t{part} << (16 * i);
  }
  return mask;
}

}  // namespace howdah::formats
