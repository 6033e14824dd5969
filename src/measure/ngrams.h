// How often each n-gram occurs in one text.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace howdah::measure {

// Sorted by key. An n-gram of numbers below 2^bits is one integer: n · bits is 128 at most.
struct Ngrams {
  __extension__ typedef unsigned __int128 Key;
  struct Count {
    Key key;
    int64_t times;
  };
  std::vector<Count> counts;

  int64_t total() const;
};

Ngrams ngrams_of(std::span<const uint32_t> numbers, int n, int bits);
// Σ of the lesser count of each.
int64_t matches(const Ngrams& a, const Ngrams& b);
// Each as often as in that text where it is more frequent.
Ngrams united(const Ngrams& a, const Ngrams& b);

// Numbers for words, the same for the same; for texts that outlive it. Below 2^32.
class WordNumbers {
 public:
  std::vector<uint32_t> of(std::span<const std::string_view> words);

 private:
  std::map<std::string_view, uint32_t> numbers_;
};

}  // namespace howdah::measure
