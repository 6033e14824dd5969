// A column's values as categories, each of them a text: integers in decimal, true and false, dates
// as 2013-01-31. The same value is the same text in every type that holds it.
#pragma once

#include <arrow/array.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transform/column_views.h"

namespace howdah::transform {

// Texts, integers, bool, date32.
bool category_type(const arrow::DataType& type);
// Those that are categories without being asked: texts and bool.
bool evident_category_type(const arrow::DataType& type);

class CategoryView {
 public:
  // kInternal for a type that category_type() does not take.
  static Result<CategoryView> of(const std::shared_ptr<arrow::Array>& array);

  int64_t size() const { return present_.size(); }

  // codes[row] = code_of(text) where there is a value, else `missing`. Asked once for each
  // different value where integers lie close together, else for each row.
  template <typename CodeOf>
  void encode(const CodeOf& code_of, int64_t missing, std::span<int64_t> codes) const;
  // visit(text, times), several times for one text.
  template <typename Visit>
  void count(const Visit& visit) const;

 private:
  static constexpr int64_t kMaxSpan = 1 << 16;  // of integers, for which a table is made

  enum class Writing { kSigned, kUnsigned, kBool, kDate };
  std::string text(int64_t number) const;
  bool dense() const { return least_ <= greatest_ && span() < static_cast<uint64_t>(kMaxSpan); }
  uint64_t span() const { return static_cast<uint64_t>(greatest_) - static_cast<uint64_t>(least_); }
  size_t place(size_t row) const {
    return static_cast<size_t>(static_cast<uint64_t>(numbers_[row]) -
                               static_cast<uint64_t>(least_));
  }

  std::shared_ptr<arrow::Array> array_;
  std::vector<uint8_t> present_;  // one a row
  bool is_text_ = false;
  std::vector<std::string_view> texts_;  // one a row, of texts
  std::vector<int64_t> numbers_;         // one a row, of the rest
  Writing writing_ = Writing::kSigned;
  int64_t least_ = INT64_MAX, greatest_ = INT64_MIN;  // of numbers_ that are there
};

template <typename CodeOf>
void CategoryView::encode(const CodeOf& code_of, int64_t missing, std::span<int64_t> codes) const {
  const size_t rows = present_.size();
  if (is_text_) {
    for (size_t i = 0; i < rows; ++i) codes[i] = present_[i] ? code_of(texts_[i]) : missing;
  } else if (dense()) {
    std::vector<uint8_t> seen(static_cast<size_t>(span()) + 1);
    std::vector<int64_t> code(seen.size());
    for (size_t i = 0; i < rows; ++i) {
      if (!present_[i]) {
        codes[i] = missing;
        continue;
      }
      const size_t at = place(i);
      if (!seen[at]) {
        seen[at] = 1;
        code[at] = code_of(text(numbers_[i]));
      }
      codes[i] = code[at];
    }
  } else {
    for (size_t i = 0; i < rows; ++i) codes[i] = present_[i] ? code_of(text(numbers_[i])) : missing;
  }
}

template <typename Visit>
void CategoryView::count(const Visit& visit) const {
  const size_t rows = present_.size();
  if (is_text_) {
    for (size_t i = 0; i < rows; ++i)
      if (present_[i]) visit(texts_[i], 1);
  } else if (dense()) {
    std::vector<int64_t> times(static_cast<size_t>(span()) + 1);
    for (size_t i = 0; i < rows; ++i)
      if (present_[i]) ++times[place(i)];
    for (size_t at = 0; at < times.size(); ++at)
      if (times[at]) visit(text(least_ + static_cast<int64_t>(at)), times[at]);
  } else {
    for (size_t i = 0; i < rows; ++i)
      if (present_[i]) visit(text(numbers_[i]), 1);
  }
}

}  // namespace howdah::transform
