// What filling missing values learns: a statistic of each column for each class of records.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "statistics/moments.h"
#include "statistics/quantile_sketch.h"
#include "statistics/value_counts.h"
#include "transform/clean_classes.h"
#include "transform/step.h"

namespace howdah::transform {

// By the column `by`; one class where that is empty.
Result<Classes> classes_in(const Records& records, const std::string& by);

// Of Moments or QuantileSketch, of columns of numbers; missing values enter none. More classes than
// `limit`: it keeps none, only the knowledge that there were more.
template <typename OfClass>
class ClassCollector : public Collector {
 public:
  using Statistic = OfClass;
  ClassCollector(const std::vector<std::string>& columns, const std::string& by, size_t limit);

  Status add(const Records& records) override;
  void write_to(std::string& bytes) const override;
  Status merge(statistics::ByteReader& bytes) override;

  bool overflowed() const { return overflowed_; }
  size_t limit() const { return limit_; }
  // By Classes::keys: each class that appeared, "" with those without one.
  const std::map<std::string, Statistic>& of(size_t column) const { return statistics_[column]; }

 private:
  void overflow();

  const std::vector<std::string> columns_;
  const std::string by_;
  const size_t limit_;
  bool overflowed_ = false;
  std::vector<std::map<std::string, Statistic>> statistics_;
};
using MeanCollector = ClassCollector<statistics::Moments>;
using MedianCollector = ClassCollector<statistics::QuantileSketch>;

// How often each value occurs in each class.
class ModeCollector : public Collector {
 public:
  ModeCollector(const std::vector<std::string>& columns, const std::string& by);

  Status add(const Records& records) override;
  void write_to(std::string& bytes) const override;
  Status merge(statistics::ByteReader& bytes) override;

  // Of pairs.
  const statistics::ValueCounts& of(size_t column) const { return counts_[column]; }
  struct Pair {
    std::string_view class_key, value;  // the value as bytes (clean_fill_value.h)
  };
  static Result<Pair> split(std::string_view pair);  // kCorrupt

 private:
  const std::vector<std::string> columns_;
  const std::string by_;
  std::vector<statistics::ValueCounts> counts_;
};

}  // namespace howdah::transform
