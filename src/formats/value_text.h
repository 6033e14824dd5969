// Values of Arrow columns as text, as CSV and JSON write them.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace howdah::formats {

// One column of a batch. Numbers are the shortest text that reads back the same; times are ISO 8601
// in UTC.
class ColumnText {
 public:
  virtual ~ColumnText() = default;
  bool is_missing(int64_t row) const;
  // Appends the value as it is; of a row that is not missing.
  virtual void append(int64_t row, std::string& text) const = 0;
  // Whether JSON writes it in quotes.
  virtual bool is_quoted() const = 0;
  // As a JSON value, also of lists and missing values. NaN and infinities are null.
  virtual void append_json(int64_t row, std::string& text) const;

 protected:
  explicit ColumnText(std::shared_ptr<arrow::Array> values) : values_(std::move(values)) {}
  std::shared_ptr<arrow::Array> values_;
};

// kUnsupported: no text for values of this type.
Result<std::unique_ptr<ColumnText>> column_text(std::shared_ptr<arrow::Array> values);
// In quotes, escaped; what is not UTF-8 becomes U+FFFD.
void append_json_string(std::string_view value, std::string& text);

}  // namespace howdah::formats
