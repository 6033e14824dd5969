#include "mapreduce/routing.h"

#include <cstdint>

namespace howdah::mapreduce {
namespace {

constexpr int kFactor = 31;
constexpr char kFirst = 'A';

uint32_t hash_of(const std::string& bytes) {
  uint32_t hash = 1;
  for (const char byte : bytes)
    hash = kFactor * hash + static_cast<uint32_t>(static_cast<signed char>(byte));
  return hash;
}

}  // namespace

// The digits of a number to base 31, written from 'A' on, add exactly that number to the hash of
// "AAAA".
std::string key_prefix_for(int reducer, int reduces) {
  const auto modulus = static_cast<int64_t>(reduces);
  std::string prefix(kRoutingBytes, kFirst);
  const auto base = static_cast<int64_t>(hash_of(prefix)) % modulus;
  auto number = (reducer - base + modulus) % modulus;
  for (size_t i = prefix.size(); i-- > 0; number /= kFactor)
    prefix[i] = static_cast<char>(kFirst + number % kFactor);
  return prefix;
}

int reducer_of(const std::string& prefix, int reduces) {
  return static_cast<int>((hash_of(prefix) & 0x7fff'ffffU) % static_cast<uint32_t>(reduces));
}

}  // namespace howdah::mapreduce
