// Columns as rules see them: numbers as doubles, texts as string views, and which of a schema's
// columns a rule applies to.
#pragma once

#include <arrow/array.h>
#include <arrow/util/bit_util.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "prepare/step_spec.h"

namespace howdah::transform {

using TypePredicate = bool (*)(const arrow::DataType&);

bool any_type(const arrow::DataType& type);
bool number_type(const arrow::DataType& type);  // integers, float, double
bool floating_type(const arrow::DataType& type);
bool text_type(const arrow::DataType& type);  // string, large_string
bool date_type(const arrow::DataType& type);  // date32, date64, timestamp
// What NumericView takes: numbers, bool, dates.
bool numeric_view_type(const arrow::DataType& type);

// kInvalidArgument at `where`: no such column (the nearest is named).
Result<std::shared_ptr<arrow::Field>> required_column(const arrow::Schema& schema,
                                                      const std::string& name,
                                                      const std::string& where);
// The columns that a rule names, or where it names none, all whose type it takes, in the schema's
// order. `due` is what it takes, in the plural: "numbers".
//   kInvalidArgument at `where`: no such column (the nearest is named), one named twice, a type
//                    that it does not take, no column at all that it takes
Result<std::vector<std::string>> required_columns(const arrow::Schema& schema,
                                                  const prepare::Columns& names,
                                                  TypePredicate takes, const std::string& due,
                                                  const std::string& where);
// Of records that should have it: kInternal when they do not.
Result<std::shared_ptr<arrow::Array>> column_of(const arrow::RecordBatch& batch,
                                                const std::string& name);
// These columns alone, in this order. kInternal when one is not there.
Result<std::shared_ptr<arrow::RecordBatch>> select_columns(const arrow::RecordBatch& batch,
                                                           const std::vector<std::string>& names);

// Which values of a column are there. Of an array that outlives it; cheap to ask.
class Presence {
 public:
  explicit Presence(const arrow::Array& array)
      : bits_(array.null_count() ? array.null_bitmap_data() : nullptr),
        offset_(array.offset()),
        all_missing_(array.type_id() == arrow::Type::NA) {}
  bool all() const { return !bits_ && !all_missing_; }
  bool operator[](int64_t row) const {
    return bits_ ? arrow::bit_util::GetBit(bits_, static_cast<uint64_t>(offset_ + row))
                 : !all_missing_;
  }

 private:
  const uint8_t* bits_;
  int64_t offset_;
  bool all_missing_;
};

// Sets present[i], one a row, to 1 where a value is there, else to 0; NaN is as missing. False when
// all are there: then `present` was left alone.
bool mark_present(const arrow::Array& column, std::vector<uint8_t>& present);

// A column as doubles. Integers beyond 2^53 are rounded to the nearest; bool is 0 or 1; dates are
// days (date32), milliseconds (date64) or the timestamp's unit since 1970. Doubles are not copied.
class NumericView {
 public:
  // kInternal for a type that numeric_view_type does not take: bind() checks.
  static Result<NumericView> of(std::shared_ptr<arrow::Array> array);

  int64_t size() const { return array_->length(); }
  const Presence& present() const { return present_; }
  // One a row; those of missing values mean nothing.
  std::span<const double> values() const { return values_; }
  // Those that are there, in order (NaN included); may lie in `scratch`.
  std::span<const double> present_values(std::vector<double>& scratch) const;
  // visit(row, value) for each that is there.
  template <typename Visit>
  void each_present(Visit&& visit) const {
    const int64_t count = size();
    if (present_.all()) {
      for (int64_t i = 0; i < count; ++i) visit(i, values_[static_cast<size_t>(i)]);
    } else {
      for (int64_t i = 0; i < count; ++i)
        if (present_[i]) visit(i, values_[static_cast<size_t>(i)]);
    }
  }

 private:
  explicit NumericView(std::shared_ptr<arrow::Array> array)
      : array_(std::move(array)), present_(*array_) {}
  std::shared_ptr<arrow::Array> array_;
  Presence present_;
  std::shared_ptr<std::vector<double>> converted_;  // shared: the view may be copied
  std::span<const double> values_;
};

// A column of texts.
class TextView {
 public:
  // kInternal for a type that text_type does not take.
  static Result<TextView> of(std::shared_ptr<arrow::Array> array);

  int64_t size() const { return array_->length(); }
  const Presence& present() const { return present_; }
  // Empty where it is missing.
  std::string_view operator[](int64_t row) const {
    const auto i = static_cast<size_t>(row);
    return short_ ? view(short_[i], short_[i + 1]) : view(long_[i], long_[i + 1]);
  }
  template <typename Visit>
  void each_present(Visit&& visit) const {  // visit(row, text)
    for (int64_t i = 0; i < size(); ++i)
      if (present_[i]) visit(i, (*this)[i]);
  }

 private:
  explicit TextView(std::shared_ptr<arrow::Array> array)
      : array_(std::move(array)), present_(*array_) {}
  template <typename Offset>
  std::string_view view(Offset begin, Offset end) const {
    return {bytes_ + begin, static_cast<size_t>(end - begin)};
  }
  std::shared_ptr<arrow::Array> array_;
  Presence present_;
  const int32_t* short_ = nullptr;  // offsets of string; null for large_string
  const int64_t* long_ = nullptr;
  const char* bytes_ = "";
};

}  // namespace howdah::transform
