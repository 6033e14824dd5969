// The simulation's only source of chance: SplitMix64 (Steele, Lea, Flood 2014), the same
// everywhere.
#pragma once

#include <chrono>
#include <cstdint>

namespace howdah::sim {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 0x632be59bd9b4e019U) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  // In [from, to].
  int64_t between(int64_t from, int64_t to) {
    return from + static_cast<int64_t>(next() % static_cast<uint64_t>(to - from + 1));
  }
  std::chrono::milliseconds time(int64_t from_ms, int64_t to_ms) {
    return std::chrono::milliseconds(between(from_ms, to_ms));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }

 private:
  uint64_t state_;
};

}  // namespace howdah::sim
