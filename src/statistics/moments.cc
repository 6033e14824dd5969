#include "statistics/moments.h"

#include <algorithm>
#include <cmath>

#include "statistics/block_sums.h"

namespace howdah::statistics {

void Moments::add(double value) {
  if (!std::isfinite(value)) {
    ++(std::isnan(value) ? nans_ : infinities_);
    return;
  }
  ++count_;
  minimum_ = std::min(minimum_, value);
  maximum_ = std::max(maximum_, value);
  sum_.add(value);
  squares_.add_product(value, value);
}

void Moments::add(std::span<const double> values) {
  const BlockKernel kernel = block_kernel();
  while (values.size() >= kBlockStep) {
    const size_t count = std::min(values.size() / kBlockStep * kBlockStep, kBlockValues);
    add_block(kernel, values.data(), count);
    values = values.subspan(count);
  }
  for (const double value : values) add(value);
}

void Moments::add_block(const BlockKernel& kernel, const double* values, size_t count) {
  double finite[kBlockValues];
  BlockRange range = kernel.range(values, count);
  if (!range.finite) {
    size_t kept = 0;
    for (size_t i = 0; i < count; ++i) {
      finite[kept] = values[i];
      kept += std::isfinite(values[i]) ? 1 : 0;
      nans_ += std::isnan(values[i]) ? 1 : 0;
      infinities_ += std::isinf(values[i]) ? 1 : 0;
    }
    values = finite;
    count = kept / kBlockStep * kBlockStep;
    for (size_t i = count; i < kept; ++i) add(finite[i]);
    if (count == 0) return;
    range = kernel.range(values, count);
  }
  BlockSums sums;
  if (!kernel.sums(values, count, range, sums)) {
    for (size_t i = 0; i < count; ++i) add(values[i]);
    return;
  }
  count_ += static_cast<int64_t>(count);
  minimum_ = std::min(minimum_, range.minimum);
  maximum_ = std::max(maximum_, range.maximum);
  for (size_t i = 0; i < sums.sums; ++i) sum_.add(sums.sum_parts[i]);
  for (size_t i = 0; i < sums.squares; ++i) squares_.add(sums.square_parts[i]);
}

void Moments::merge(const Moments& other) {
  count_ += other.count_;
  nans_ += other.nans_;
  infinities_ += other.infinities_;
  minimum_ = std::min(minimum_, other.minimum_);
  maximum_ = std::max(maximum_, other.maximum_);
  sum_.add(other.sum_);
  squares_.add(other.squares_);
}

double Moments::sum() const {
  return sum_.value();
}

// Divisions are carried 320 bits below the lowest bit of what they divide. By a divisor of 126 bits
// the result is at least 2^-126; half its last place at least 2^-180; and what is not just that
// half differs from it by 2^-306 or more. So no remainder is needed to round.
constexpr int kExtraWords = 5;
constexpr int kQuotientExponent = ExactSum::kUnitExponent - 64 * kExtraWords;

double Moments::mean() const {
  if (count_ == 0) return 0;
  const ExactSum::Exact sum = sum_.exact();
  const double mean = rounded(
      quotient(shifted_left_words(sum.magnitude, kExtraWords), static_cast<uint64_t>(count_)),
      kQuotientExponent);
  return sum.negative ? -mean : mean;
}

// Σ(x − mean)² = (count·Σx² − (Σx)²) / count, over the divisor.
double Moments::spread(int64_t divisor, bool root) const {
  if (count_ == 0 || divisor <= 0) return 0;
  // Every double is a multiple of 2^(kUnitExponent / 2), whose square is the unit of Σx².
  const WideInteger sum = shifted_right(sum_.exact().magnitude, -ExactSum::kUnitExponent / 2);
  const auto count = static_cast<uint64_t>(count_);
  const WideInteger scaled =
      difference(product(squares_.exact().magnitude, count), product(sum, sum));
  const WideInteger result = quotient(quotient(shifted_left_words(scaled, kExtraWords), count),
                                      static_cast<uint64_t>(divisor));
  return root ? rounded_root(result, kQuotientExponent) : rounded(result, kQuotientExponent);
}

double Moments::variance() const {
  return spread(count_, false);
}
double Moments::sample_variance() const {
  return spread(count_ - 1, false);
}
double Moments::standard_deviation() const {
  return spread(count_, true);
}
double Moments::sample_standard_deviation() const {
  return spread(count_ - 1, true);
}

// −0 and 0 are equal, and which of them came first must not show.
double Moments::minimum() const {
  return count_ == 0 ? 0 : minimum_ + 0.0;
}
double Moments::maximum() const {
  return count_ == 0 ? 0 : maximum_ + 0.0;
}

void Moments::write_to(ByteWriter& bytes) const {
  bytes.u64(static_cast<uint64_t>(count_));
  bytes.u64(static_cast<uint64_t>(nans_));
  bytes.u64(static_cast<uint64_t>(infinities_));
  if (count_ == 0) return;
  bytes.f64(minimum());
  bytes.f64(maximum());
  sum_.write_to(bytes);
  squares_.write_to(bytes);
}

Status Moments::merge(ByteReader& bytes) {
  const auto wrong = [] { return Status(Code::kCorrupt, "moments are out of range"); };
  Moments theirs;
  for (auto [count, mine] : {std::pair{&theirs.count_, count_},
                             {&theirs.nans_, nans_},
                             {&theirs.infinities_, infinities_}}) {
    *count = static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
    if (*count < 0 || *count > std::numeric_limits<int64_t>::max() - mine) return wrong();
  }
  if (theirs.count_ > 0) {
    theirs.minimum_ = HOWDAH_TRY(bytes.f64());
    theirs.maximum_ = HOWDAH_TRY(bytes.f64());
    HOWDAH_TRY(theirs.sum_.merge(bytes));
    HOWDAH_TRY(theirs.squares_.merge(bytes));
    if (!std::isfinite(theirs.minimum_) || !std::isfinite(theirs.maximum_) ||
        theirs.minimum_ > theirs.maximum_ || theirs.squares_.exact().negative)
      return wrong();
  }
  merge(theirs);
  return Status::ok();
}

}  // namespace howdah::statistics
