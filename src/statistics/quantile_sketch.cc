#include "statistics/quantile_sketch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "statistics/ordered_image.h"

namespace howdah::statistics {
namespace {

constexpr size_t kBlock = 512;
// With 12 bits of sign and exponent and 4 of the mantissa there are no more than kExact bins.
constexpr int kHighestLevel = 48;

// The images of the finite numbers of a block; how many.
size_t images_of(std::span<const double> values, uint64_t* images) {
  size_t kept = 0;
  for (const double value : values) {
    images[kept] = image_of(value + 0.0);  // −0 + 0 is 0
    kept += std::abs(value) <= std::numeric_limits<double>::max() ? 1 : 0;
  }
  return kept;
}

}  // namespace

void QuantileSketch::Cache::drop() {
  if (!filled.load(std::memory_order_relaxed)) return;
  MutexLock lock(mutex);
  distribution.reset();
  filled.store(false, std::memory_order_relaxed);
}

void QuantileSketch::add(std::span<const double> values) {
  cache_.drop();
  uint64_t images[kBlock];
  while (!values.empty()) {
    const size_t length = std::min(values.size(), kBlock);
    const size_t kept = images_of(values.first(length), images);
    values = values.subspan(length);
    count_ += static_cast<int64_t>(kept);
    uint64_t lowest = lowest_, highest = highest_;
    for (size_t i = 0; i < kept; ++i) {
      lowest = std::min(lowest, images[i]);
      highest = std::max(highest, images[i]);
    }
    lowest_ = lowest;
    highest_ = highest;
    for (size_t i = 0; i < kept; ++i) add_bin(images[i] >> level_, 1);
  }
}

inline void QuantileSketch::add_bin(uint64_t key, int64_t count) {
  if (bins_.add(key, count) && bins_.size() == BinTable::kMost) [[unlikely]]
    collapse(sorted());
}

// As the contract has it: at the smallest level that leaves at most kExact bins.
QuantileSketch::Sorted QuantileSketch::sorted() const {
  Sorted result{level_, {}};
  result.bins.reserve(bins_.size());
  bins_.each([&](uint64_t key, int64_t count) { result.bins.push_back({key, count}); });
  std::sort(result.bins.begin(), result.bins.end(),
            [](const Bin& a, const Bin& b) { return a.key < b.key; });
  // Neighbours that first differ in bit b, counted from 1, become one bin when b bits are left out.
  std::array<size_t, 65> differ{};
  for (size_t i = 1; i < result.bins.size(); ++i)
    ++differ[static_cast<size_t>(std::bit_width(result.bins[i - 1].key ^ result.bins[i].key))];
  size_t left = result.bins.size();
  size_t more = 0;
  while (left > kExact) left -= differ[++more];
  if (more == 0) return result;
  result.level += static_cast<int>(more);
  size_t last = 0;
  for (size_t i = 0; i < result.bins.size(); ++i) {
    const Bin bin{result.bins[i].key >> more, result.bins[i].count};
    if (i > 0 && result.bins[last].key == bin.key)
      result.bins[last].count += bin.count;
    else
      result.bins[i == 0 ? 0 : ++last] = bin;
  }
  result.bins.resize(last + 1);
  return result;
}

void QuantileSketch::collapse(const Sorted& to) {
  level_ = to.level;
  bins_ = {};
  for (const Bin& bin : to.bins) bins_.add(bin.key, bin.count);
}

void QuantileSketch::raise(int level) {
  if (level <= level_) return;
  const int more = level - level_;
  const BinTable before = std::exchange(bins_, {});
  level_ = level;
  before.each([&](uint64_t key, int64_t count) { bins_.add(key >> more, count); });
}

void QuantileSketch::merge(const QuantileSketch& other) {
  if (&other == this) return merge(QuantileSketch(other));
  cache_.drop();
  raise(other.level_);
  // A bin added can raise the level again.
  other.bins_.each(
      [&](uint64_t key, int64_t count) { add_bin(key >> (level_ - other.level_), count); });
  count_ += other.count_;
  lowest_ = std::min(lowest_, other.lowest_);
  highest_ = std::max(highest_, other.highest_);
}

uint64_t QuantileSketch::high_image(const Bin& bin, int level) {
  return bin.key << level | ((uint64_t{1} << level) - 1);
}

std::shared_ptr<const Distribution> QuantileSketch::distribution() const {
  MutexLock lock(cache_.mutex);
  if (cache_.distribution != nullptr) return cache_.distribution;
  const Sorted ordered = sorted();
  std::vector<Distribution::Bin> bins;
  bins.reserve(ordered.bins.size());
  for (const Bin& bin : ordered.bins) {
    bins.push_back({double_of(std::max(low_image(bin, ordered.level), lowest_)),
                    double_of(std::min(high_image(bin, ordered.level), highest_)), bin.count});
  }
  cache_.distribution = std::make_shared<const Distribution>(std::move(bins));
  cache_.filled.store(true, std::memory_order_relaxed);
  return cache_.distribution;
}

void QuantileSketch::write_to(ByteWriter& bytes) const {
  const Sorted ordered = sorted();
  bytes.u8(static_cast<uint8_t>(ordered.level));
  bytes.varint(ordered.bins.size());
  if (ordered.bins.empty()) return;
  bytes.u64(lowest_);
  bytes.u64(highest_);
  uint64_t before = 0;
  for (const Bin& bin : ordered.bins) {
    bytes.varint(bin.key - before);
    bytes.varint(static_cast<uint64_t>(bin.count));
    before = bin.key;
  }
}

Status QuantileSketch::merge(ByteReader& bytes) {
  const auto wrong = [] { return Status(Code::kCorrupt, "quantiles are out of range"); };
  QuantileSketch theirs;
  theirs.level_ = HOWDAH_TRY(bytes.u8());
  const uint64_t size = HOWDAH_TRY(bytes.varint());
  if (theirs.level_ > kHighestLevel || size > kExact) return wrong();
  if (size == 0) return theirs.level_ == 0 ? Status::ok() : wrong();
  theirs.lowest_ = HOWDAH_TRY(bytes.u64());
  theirs.highest_ = HOWDAH_TRY(bytes.u64());
  const double minimum = double_of(theirs.lowest_), maximum = double_of(theirs.highest_);
  if (!std::isfinite(minimum) || !std::isfinite(maximum)) return wrong();
  uint64_t key = 0;
  for (uint64_t i = 0; i < size; ++i) {
    const uint64_t step = HOWDAH_TRY(bytes.varint());
    const uint64_t times = HOWDAH_TRY(bytes.varint());
    const auto most =
        static_cast<uint64_t>(std::numeric_limits<int64_t>::max() - count_ - theirs.count_);
    if (step > UINT64_MAX - key || (i > 0 && step == 0) || times == 0 || times > most)
      return wrong();
    key += step;
    if ((i == 0 && key != theirs.lowest_ >> theirs.level_) ||
        key > theirs.highest_ >> theirs.level_ || (theirs.level_ == 0 && key == image_of(-0.0)))
      return wrong();
    theirs.bins_.add(key, static_cast<int64_t>(times));
    theirs.count_ += static_cast<int64_t>(times);
  }
  if (key != theirs.highest_ >> theirs.level_) return wrong();
  merge(theirs);
  return Status::ok();
}

}  // namespace howdah::statistics
