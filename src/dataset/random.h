// Random numbers that are the same on every machine, compiler and library: plans and seeds are made
// of them, and the same job must give the same bits everywhere.
//
// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
// Bounded numbers: Lemire, "Fast random integer generation in an interval", 2019.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace howdah::dataset {

// A bijection of 64 bits in which every input bit moves about half of the output bits.
constexpr uint64_t mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// A seed of its own for each tuple, e.g. hash_of(seed, stream, step). The order of the parts
// counts.
template <typename... Parts>
constexpr uint64_t hash_of(uint64_t first, Parts... parts) {
  uint64_t state = mix64(first + 0x9e3779b97f4a7c15ULL);
  ((state = mix64(state + 0x9e3779b97f4a7c15ULL + mix64(static_cast<uint64_t>(parts)))), ...);
  return state;
}

class SplitMix64 {
 public:
  explicit constexpr SplitMix64(uint64_t seed) : state_(seed) {}

  constexpr uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }
  // Uniform in [0, bound); bound > 0.
  constexpr uint64_t below(uint64_t bound) {
    unsigned __int128 product = static_cast<unsigned __int128>(next()) * bound;
    if (static_cast<uint64_t>(product) < bound) [[unlikely]] {
      const uint64_t unfair = -bound % bound;
      while (static_cast<uint64_t>(product) < unfair) {
        product = static_cast<unsigned __int128>(next()) * bound;
      }
    }
    return static_cast<uint64_t>(product >> 64);
  }
  // Fisher and Yates.
  template <typename T>
  constexpr void shuffle(std::span<T> items) {
    for (size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[below(left)]);
    }
  }

 private:
  uint64_t state_;
};

}  // namespace howdah::dataset
