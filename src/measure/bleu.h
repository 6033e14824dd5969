// BLEU of a corpus (Papineni et al., 2002), equal to sacrebleu's with its usual settings: tokenizer
// 13a, n-grams up to 4, case kept, smoothing "exp" (method 3 of Chen and Cherry, 2014).
//
// Counts only: they add up over workers. Not thread-safe while something is added.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "statistics/byte_io.h"

namespace howdah::measure {

class Bleu {
 public:
  static constexpr int kOrder = 4;

  // One sentence in UTF-8, not tokenized, and what it might have been; without a reference as with
  // an empty one. Bytes that are not UTF-8 are characters of their own.
  void add(std::string_view answer, std::span<const std::string_view> references);
  void merge(const Bleu& other);

  double value() const;  // from 0 to 100
  double brevity_penalty() const;
  int64_t answer_length() const { return counts_[0]; }  // in tokens
  int64_t reference_length() const { return counts_[1]; }

  void write_to(statistics::ByteWriter& bytes) const;  // equal counts, equal bytes
  Status merge(statistics::ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  // The two lengths, found n-grams of each order, n-grams of each order.
  std::array<int64_t, 2 + 2 * kOrder> counts_{};
};

}  // namespace howdah::measure
