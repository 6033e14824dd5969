// chrF of a corpus (Popović, 2015) and chrF++ (Popović, 2017), equal to sacrebleu's with its usual
// settings: character n-grams up to 6 without white space, recall twice as important (beta 2), case
// kept; chrF++ with word n-grams up to 2 as well.
//
// Counts only: they add up over workers. Not thread-safe while something is added.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "statistics/byte_io.h"

namespace howdah::measure {

enum class ChrfKind { kChrf, kChrfPlusPlus };

class Chrf {
 public:
  explicit Chrf(ChrfKind kind = ChrfKind::kChrf);

  // One sentence in UTF-8 and what it might have been: the reference with the best score counts,
  // the first of equals; without a reference as with an empty one. Bytes that are not UTF-8 are
  // characters of their own.
  void add(std::string_view answer, std::span<const std::string_view> references);
  void merge(const Chrf& other);  // of the same kind

  double value() const;  // from 0 to 100

  void write_to(statistics::ByteWriter& bytes) const;  // equal counts, equal bytes
  Status merge(statistics::ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  int word_order_;
  std::vector<int64_t> counts_;  // [order, (of the answer, of the reference, found)]
};

}  // namespace howdah::measure
