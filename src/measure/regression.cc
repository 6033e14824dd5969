#include "measure/regression.h"

#include <cmath>
#include <limits>

#include "measure/counts_io.h"

namespace howdah::measure {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void Regression::add(double truth, double prediction) {
  const double difference = prediction - truth;
  ++counts_[0];
  if (!std::isfinite(difference)) {
    ++counts_[1];
    return;
  }
  absolute_.add(std::abs(difference));
  squares_.add_product(difference, difference);
  truths_.add(truth);
}

void Regression::merge(const Regression& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  absolute_.add(other.absolute_);
  squares_.add(other.squares_);
  truths_.merge(other.truths_);
}

double Regression::mean_squared_error() const {
  return figures() ? squares_.value() / static_cast<double>(records()) : kNoNumber;
}

double Regression::root_mean_squared_error() const {
  return std::sqrt(mean_squared_error());
}

double Regression::mean_absolute_error() const {
  return figures() ? absolute_.value() / static_cast<double>(records()) : kNoNumber;
}

double Regression::r2() const {
  if (!figures() || records() < 2) return kNoNumber;
  const double spread = truths_.variance();
  if (spread == 0) return squares_.value() == 0 ? 1 : 0;
  return 1 - mean_squared_error() / spread;
}

void Regression::write_to(statistics::ByteWriter& bytes) const {
  write_counts(counts_, bytes);
  absolute_.write_to(bytes);
  squares_.write_to(bytes);
  truths_.write_to(bytes);
}

Status Regression::merge(statistics::ByteReader& bytes) {
  Regression both = *this;
  HOWDAH_TRY(add_counts(both.counts_, bytes));
  HOWDAH_TRY(both.absolute_.merge(bytes));
  HOWDAH_TRY(both.squares_.merge(bytes));
  HOWDAH_TRY(both.truths_.merge(bytes));
  *this = both;
  return Status::ok();
}

}  // namespace howdah::measure
