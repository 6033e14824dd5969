// Quantiles of numbers: exact while there are at most kExact different ones, and beyond that from a
// histogram whose bins are ranges of the doubles' ordered 64-bit images. The bins' width depends
// only on the set of numbers, so that the result has the same bits in whatever order and in however
// many parts they came.
//
// A bin is the images that agree but for their lowest `level` bits; the level is the smallest that
// leaves at most kExact bins that are not empty. A bin's width is thus about a share of its
// numbers' magnitude: 2^-11 for normally distributed numbers, 2^-4 at the very worst.
//
// Not thread-safe while something is added or merged; otherwise safe. Up to 4 MiB.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "statistics/bin_table.h"
#include "statistics/byte_io.h"
#include "statistics/distribution.h"

namespace howdah::statistics {

class QuantileSketch {
 public:
  static constexpr size_t kExact = 65'536;

  // Finite numbers; others are left out. −0 is 0.
  void add(double value) { add(std::span(&value, 1)); }
  void add(std::span<const double> values);  // the fast way
  void merge(const QuantileSketch& other);

  int64_t count() const { return count_; }
  bool exact() const { return level_ == 0 && bins_.size() <= kExact; }
  // share in [0, 1]. Between two numbers linearly (numpy's "linear"). NaN when count() is 0.
  // Beyond exact() the numbers of a bin are taken to be evenly spread in it; the minimum and the
  // maximum stay exact.
  double quantile(double share) const { return distribution()->quantile(share); }
  // The true quantile lies within quantile(share) ± error(share); 0 while exact().
  double error(double share) const { return distribution()->error(share); }
  double median() const { return quantile(0.5); }
  // The median of |x − median|; beyond exact() with the bins' middles for their numbers.
  double median_absolute_deviation() const { return distribution()->median_absolute_deviation(); }
  // The share of numbers below `value` plus half of those equal to it: the mid-rank. Beyond exact()
  // wrong by at most the share of numbers in the value's bin.
  double rank(double value) const { return distribution()->rank(value); }
  // What answers all these: to be held where they are asked for often.
  std::shared_ptr<const Distribution> distribution() const;

  void write_to(ByteWriter& bytes) const;  // the same numbers, the same bytes
  Status merge(ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  struct Bin {
    uint64_t key = 0;  // image >> level
    int64_t count = 0;
  };
  struct Sorted {
    int level = 0;
    std::vector<Bin> bins;
  };
  // A copy begins empty: it is made again when asked for.
  struct Cache {
    Cache() = default;
    Cache(const Cache&) {}
    Cache& operator=(const Cache&) {
      drop();
      return *this;
    }
    void drop();

    Mutex mutex;
    std::shared_ptr<const Distribution> distribution HOWDAH_GUARDED_BY(mutex);
    std::atomic<bool> filled = false;
  };

  Sorted sorted() const;
  void collapse(const Sorted& to);
  void raise(int level);
  void add_bin(uint64_t key, int64_t count);  // of the present level
  static uint64_t low_image(const Bin& bin, int level) { return bin.key << level; }
  static uint64_t high_image(const Bin& bin, int level);

  // More bins than kExact at times, so that not each new number raises the level; never a level
  // above that of the contract.
  BinTable bins_;
  int level_ = 0;
  int64_t count_ = 0;
  uint64_t lowest_ = UINT64_MAX, highest_ = 0;  // images; of all numbers
  mutable Cache cache_;
};

}  // namespace howdah::statistics
