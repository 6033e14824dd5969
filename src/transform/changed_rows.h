// What a step changes, counted: values column by column, and each row once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "transform/column_views.h"
#include "transform/records.h"

namespace howdah::transform {

class ChangedRows {
 public:
  explicit ChangedRows(int64_t rows)
      : any_(static_cast<size_t>(rows)), of_column_(static_cast<size_t>(rows)) {}

  // One a row, 0 or 1: whether the column's value became another one. For the caller to fill; what
  // it says of missing values means nothing.
  std::vector<uint8_t>& of_column() { return of_column_; }
  // Takes of_column() of a column as it was.
  void add(const arrow::Array& column, Effects& effects) {
    const Presence present(column);
    if (!present.all())
      for (size_t i = 0; i < any_.size(); ++i) of_column_[i] &= present[static_cast<int64_t>(i)];
    effects.effect.values_changed += std::count(of_column_.begin(), of_column_.end(), uint8_t{1});
    for (size_t i = 0; i < any_.size(); ++i) any_[i] |= of_column_[i];
  }
  // Each value of the column that is there became another one.
  void add_all(const arrow::Array& column, Effects& effects) {
    std::fill(of_column_.begin(), of_column_.end(), uint8_t{1});
    add(column, effects);
  }
  // After the last column.
  void finish(Effects& effects) const {
    effects.effect.rows_changed += std::count(any_.begin(), any_.end(), uint8_t{1});
  }

 private:
  std::vector<uint8_t> any_, of_column_;
};

}  // namespace howdah::transform
