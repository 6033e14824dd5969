#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "formats/text_encoding.h"
#include "statistics/quantile_sketch.h"
#include "statistics/sample.h"
#include "transform/column_views.h"
#include "transform/partition_level.h"
#include "transform/partition_names.h"

namespace howdah::transform {
namespace {

using Learnt = PartitionLevel::Learnt;

constexpr size_t kSampleSize = 10'000;
// A boundary need not be longer to divide, and a sample must not grow with its texts.
constexpr size_t kLongestText = 256;

std::string_view beginning(std::string_view text) {
  if (text.size() <= kLongestText) return text;
  size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

class NumbersLearnt final : public Learnt {
 public:
  explicit NumbersLearnt(std::string column) : column_(std::move(column)) {}
  Status add(const Records& records) override {
    const auto view = HOWDAH_TRY(NumericView::of(HOWDAH_TRY(column_of(*records.batch, column_))));
    std::vector<double> scratch;
    sketch.add(view.present_values(scratch));
    return Status::ok();
  }
  void write_to(statistics::ByteWriter& bytes) const override { sketch.write_to(bytes); }
  Status merge(statistics::ByteReader& bytes) override { return sketch.merge(bytes); }

  statistics::QuantileSketch sketch;

 private:
  std::string column_;
};

class TextsLearnt final : public Learnt {
 public:
  explicit TextsLearnt(std::string column) : sample(kSampleSize), column_(std::move(column)) {}
  Status add(const Records& records) override {
    const auto view = HOWDAH_TRY(TextView::of(HOWDAH_TRY(column_of(*records.batch, column_))));
    view.each_present([&](int64_t row, std::string_view text) {
      const auto& identity = records.identities[static_cast<size_t>(row)];
      if (sample.wants(identity)) sample.add(identity, std::string(beginning(text)));
    });
    return Status::ok();
  }
  void write_to(statistics::ByteWriter& bytes) const override { sample.write_to(bytes); }
  Status merge(statistics::ByteReader& bytes) override { return sample.merge(bytes); }

  statistics::Sample sample;

 private:
  std::string column_;
};

// Folders NAME=0, NAME=1... of row numbers: the number of boundaries below a value, which is
// therefore in the bucket of the boundary that it equals.
class BucketFolders {
 public:
  BucketFolders(const std::string& name, size_t buckets, size_t rows) {
    folders_.of_row.resize(rows);
    for (size_t i = 0; i < buckets; ++i) folders_.names.push_back(std::to_string(i));
    missing_ = static_cast<uint32_t>(buckets);
    folders_.names.emplace_back();
    name_ = name;
  }
  void put(int64_t row, size_t bucket) {
    folders_.of_row[static_cast<size_t>(row)] = static_cast<uint32_t>(bucket);
  }
  void put_missing(int64_t row) { folders_.of_row[static_cast<size_t>(row)] = missing_; }
  Result<LevelFolders> finish() && {
    for (size_t i = 0; i < folders_.names.size(); ++i)
      folders_.names[i] = HOWDAH_TRY(folder_name(name_, folders_.names[i]));
    return std::move(folders_);
  }

 private:
  LevelFolders folders_;
  std::string name_;
  uint32_t missing_ = 0;
};

class NumberRanges final : public PartitionLevel {
 public:
  explicit NumberRanges(const Spec& spec) : spec_(spec) {}
  std::vector<std::string> reads() const override { return {spec_.expression}; }
  std::unique_ptr<Learnt> learner() const override {
    return std::make_unique<NumbersLearnt>(spec_.expression);
  }
  void fit(const Learnt& learnt) override {
    const auto& sketch = static_cast<const NumbersLearnt&>(learnt).sketch;
    boundaries_.clear();
    if (sketch.count() == 0) return;
    const auto distribution = sketch.distribution();
    const double maximum = distribution->quantile(1);
    for (int64_t i = 1; i < spec_.buckets; ++i) {
      const double boundary =
          distribution->quantile(static_cast<double>(i) / static_cast<double>(spec_.buckets));
      // Nothing lies above the maximum.
      if (boundary < maximum && (boundaries_.empty() || boundary > boundaries_.back()))
        boundaries_.push_back(boundary);
    }
  }
  void state(nlohmann::ordered_json& json) const override { json["boundaries"] = boundaries_; }
  Status restore(const nlohmann::ordered_json& json) override {
    std::vector<double> boundaries;
    for (const auto& boundary : json) {
      if (!boundary.is_number() ||
          (!boundaries.empty() && boundary.get<double>() <= boundaries.back()))
        return Status(Code::kCorrupt,
                      "the boundaries of \"" + spec_.name + "\" are not numbers that go up");
      boundaries.push_back(boundary.get<double>());
    }
    boundaries_ = std::move(boundaries);
    return Status::ok();
  }
  Result<LevelFolders> folders(const Records& records) const override {
    const auto view =
        HOWDAH_TRY(NumericView::of(HOWDAH_TRY(column_of(*records.batch, spec_.expression))));
    BucketFolders result(spec_.name, boundaries_.size() + 1, static_cast<size_t>(view.size()));
    const auto values = view.values();
    for (int64_t i = 0; i < view.size(); ++i) {
      const double value = values[static_cast<size_t>(i)];
      if (!view.present()[i] || std::isnan(value))
        result.put_missing(i);
      else
        result.put(
            i, static_cast<size_t>(std::lower_bound(boundaries_.begin(), boundaries_.end(), value) -
                                   boundaries_.begin()));
    }
    return std::move(result).finish();
  }

 private:
  Spec spec_;
  std::vector<double> boundaries_;  // ascending; each belongs to the range below it
};

class TextRanges final : public PartitionLevel {
 public:
  explicit TextRanges(const Spec& spec) : spec_(spec) {}
  std::vector<std::string> reads() const override { return {spec_.expression}; }
  std::unique_ptr<Learnt> learner() const override {
    return std::make_unique<TextsLearnt>(spec_.expression);
  }
  void fit(const Learnt& learnt) override {
    std::vector<std::string> texts;
    for (auto& entry : static_cast<const TextsLearnt&>(learnt).sample.sorted())
      if (formats::is_valid_utf8(entry.payload)) texts.push_back(std::move(entry.payload));
    std::sort(texts.begin(), texts.end());
    boundaries_.clear();
    const auto buckets = static_cast<size_t>(spec_.buckets);
    for (size_t i = 1; i < buckets && !texts.empty(); ++i) {
      const size_t below = (i * texts.size() + buckets - 1) / buckets;  // texts in the ranges to i
      const std::string& boundary = texts[below - 1];
      if (boundary < texts.back() && (boundaries_.empty() || boundary > boundaries_.back()))
        boundaries_.push_back(boundary);
    }
  }
  void state(nlohmann::ordered_json& json) const override { json["boundaries"] = boundaries_; }
  Status restore(const nlohmann::ordered_json& json) override {
    std::vector<std::string> boundaries;
    for (const auto& boundary : json) {
      if (!boundary.is_string() ||
          (!boundaries.empty() && boundary.get_ref<const std::string&>() <= boundaries.back()))
        return Status(Code::kCorrupt,
                      "the boundaries of \"" + spec_.name + "\" are not texts that go up");
      boundaries.push_back(boundary.get<std::string>());
    }
    boundaries_ = std::move(boundaries);
    return Status::ok();
  }
  Result<LevelFolders> folders(const Records& records) const override {
    const auto view =
        HOWDAH_TRY(TextView::of(HOWDAH_TRY(column_of(*records.batch, spec_.expression))));
    BucketFolders result(spec_.name, boundaries_.size() + 1, static_cast<size_t>(view.size()));
    for (int64_t i = 0; i < view.size(); ++i) {
      if (!view.present()[i])
        result.put_missing(i);
      else
        result.put(i, static_cast<size_t>(
                          std::lower_bound(boundaries_.begin(), boundaries_.end(), view[i]) -
                          boundaries_.begin()));
    }
    return std::move(result).finish();
  }

 private:
  Spec spec_;
  std::vector<std::string> boundaries_;
};

}  // namespace

Result<std::unique_ptr<PartitionLevel>> range_level(const PartitionLevel::Spec& spec,
                                                    const arrow::Schema& schema,
                                                    const std::string& where) {
  const auto field = HOWDAH_TRY(required_column(schema, spec.expression, where));
  if (text_type(*field->type())) return std::unique_ptr<PartitionLevel>(new TextRanges(spec));
  if (numeric_view_type(*field->type()))
    return std::unique_ptr<PartitionLevel>(new NumberRanges(spec));
  return Status(Code::kInvalidArgument, "column \"" + spec.expression + "\" is " +
                                            field->type()->ToString() +
                                            " where numbers, dates, times or texts are due")
      .with_operation(where);
}

}  // namespace howdah::transform
