#include "measure/top_k.h"

#include <cmath>

#include "measure/counts_io.h"

namespace howdah::measure {

void TopK::add(int64_t truth, std::span<const float> scores) {
  const float score = scores[static_cast<size_t>(truth)];
  int64_t before = 0;
  for (size_t other = 0; other < scores.size(); ++other)
    before += !(scores[other] <= score) ||
              (scores[other] == score && static_cast<int64_t>(other) > truth);
  ++counts_[0];
  counts_[1] += !std::isnan(score) && before < k_;
}

void TopK::merge(const TopK& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

double TopK::accuracy() const {
  return counts_[0] == 0 ? 0 : static_cast<double>(counts_[1]) / static_cast<double>(counts_[0]);
}

void TopK::write_to(statistics::ByteWriter& bytes) const {
  bytes.varint(static_cast<uint64_t>(k_));
  write_counts(counts_, bytes);
}

Status TopK::merge(statistics::ByteReader& bytes) {
  if (HOWDAH_TRY(bytes.varint()) != static_cast<uint64_t>(k_))
    return Status(Code::kCorrupt, "a member counts the first k of another k");
  return add_counts(counts_, bytes);
}

}  // namespace howdah::measure
