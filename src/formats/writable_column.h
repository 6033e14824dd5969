// Keys, or values, of a SequenceFile on their way into one column of a record batch.
//
// Each value is looked at first and appended afterwards, so that a record comes whole or not at
// all. One thread.
#pragma once

#include <arrow/array/builder_base.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "formats/missing_words.h"
#include "formats/writable.h"

namespace howdah::formats {

// Whether values of the class can become a column of the type: of Text, any but binary, by the
// value parser; of integers, float64 too; else their own.
bool can_be_read_as(Writable writable, Inferred type);

class WritableColumn {
 public:
  struct Options {
    const MissingWords& words;  // count where Text becomes another type than string
    bool errors_become_missing = false;
  };
  // can_be_read_as(writable, column.type); nothing but missing values where it is kNull.
  static Result<std::unique_ptr<WritableColumn>> make(const TableColumn& column, Writable writable,
                                                      const Options& options);

  struct Defect {
    const char* rule = nullptr;  // of a BadRecord; null: none
    std::string reason;
  };
  // 16 bytes behind `serialized` can be read; it stays as it is until append().
  Defect look(Bytes serialized);
  // What was looked at last.
  Status append();
  int64_t became_missing() const { return became_missing_; }
  Result<std::shared_ptr<arrow::Array>> finish();

 private:
  WritableColumn(const TableColumn& column, Writable writable, const Options& options)
      : column_(column), writable_(writable), options_(options) {}
  bool parse_text(std::string_view text);

  const TableColumn column_;
  const Writable writable_;
  const Options options_;
  std::unique_ptr<arrow::ArrayBuilder> builder_;
  WritableValue value_;
  bool missing_ = false, wrong_ = false;  // of the value looked at
  int64_t became_missing_ = 0;
};

}  // namespace howdah::formats
