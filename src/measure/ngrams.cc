#include "measure/ngrams.h"

#include <algorithm>

namespace howdah::measure {

int64_t Ngrams::total() const {
  int64_t total = 0;
  for (const Count& count : counts) total += count.times;
  return total;
}

Ngrams ngrams_of(std::span<const uint32_t> numbers, int n, int bits) {
  const auto length = static_cast<size_t>(n);
  if (numbers.size() < length) return {};
  std::vector<Ngrams::Key> keys;
  keys.reserve(numbers.size() - length + 1);
  for (size_t begin = 0; begin + length <= numbers.size(); ++begin) {
    Ngrams::Key key = 0;
    for (size_t i = 0; i < length; ++i) key = key << bits | numbers[begin + i];
    keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  Ngrams ngrams;
  for (const Ngrams::Key key : keys) {
    if (ngrams.counts.empty() || ngrams.counts.back().key != key) ngrams.counts.push_back({key, 0});
    ++ngrams.counts.back().times;
  }
  return ngrams;
}

int64_t matches(const Ngrams& a, const Ngrams& b) {
  int64_t matches = 0;
  auto theirs = b.counts.begin();
  for (const Ngrams::Count& count : a.counts) {
    while (theirs != b.counts.end() && theirs->key < count.key) ++theirs;
    if (theirs == b.counts.end()) break;
    if (theirs->key == count.key) matches += std::min(count.times, theirs->times);
  }
  return matches;
}

Ngrams united(const Ngrams& a, const Ngrams& b) {
  Ngrams both;
  auto left = a.counts.begin(), right = b.counts.begin();
  while (left != a.counts.end() || right != b.counts.end()) {
    if (right == b.counts.end() || (left != a.counts.end() && left->key < right->key)) {
      both.counts.push_back(*left++);
    } else if (left == a.counts.end() || right->key < left->key) {
      both.counts.push_back(*right++);
    } else {
      both.counts.push_back({left->key, std::max(left->times, right->times)});
      ++left;
      ++right;
    }
  }
  return both;
}

std::vector<uint32_t> WordNumbers::of(std::span<const std::string_view> words) {
  std::vector<uint32_t> numbers;
  numbers.reserve(words.size());
  for (const std::string_view word : words)
    numbers.push_back(
        numbers_.try_emplace(word, static_cast<uint32_t>(numbers_.size())).first->second);
  return numbers;
}

}  // namespace howdah::measure
