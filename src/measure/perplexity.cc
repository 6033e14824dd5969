#include "measure/perplexity.h"

#include <cmath>
#include <limits>

#include "measure/counts_io.h"

namespace howdah::measure {

void Perplexity::add(double negative_log_likelihood, int64_t tokens) {
  counts_[0] += tokens;
  if (std::isfinite(negative_log_likelihood))
    sum_.add(negative_log_likelihood);
  else
    ++counts_[1];
}

void Perplexity::merge(const Perplexity& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  sum_.add(other.sum_);
}

double Perplexity::value() const {
  if (tokens() == 0 || counts_[1] > 0) return std::numeric_limits<double>::quiet_NaN();
  return std::exp(sum_.value() / static_cast<double>(tokens()));
}

void Perplexity::write_to(statistics::ByteWriter& bytes) const {
  write_counts(counts_, bytes);
  sum_.write_to(bytes);
}

Status Perplexity::merge(statistics::ByteReader& bytes) {
  Perplexity both = *this;
  HOWDAH_TRY(add_counts(both.counts_, bytes));
  HOWDAH_TRY(both.sum_.merge(bytes));
  *this = both;
  return Status::ok();
}

}  // namespace howdah::measure
