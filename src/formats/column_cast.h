// A column of one type as a column of another, value by value: what does not fit is told, not lost.
#pragma once

#include <arrow/type_fwd.h>

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "formats/missing_words.h"

namespace howdah::formats {

// rule: "type_error" or "encoding" (text that is no UTF-8). `content` is the value as text.
using TellMisfit =
    std::function<void(int64_t row, const char* rule, std::string reason, std::string content)>;

struct CastRules {
  std::string column;           // for reasons
  const MissingWords* missing;  // what a text is read as another type
};

// One value a row; missing where it was missing, or where it does not fit: `tell` is called for
// these, rows ascending for each rule. Texts are read as in CSV; fractions are no integers; an
// integer beyond 2^53 becomes the nearest double; a time becomes its day (UTC); parts of a
// microsecond are cut. As bool only 0 and 1.
//   kCorrupt, kUnsupported  no value can be converted
Result<std::shared_ptr<arrow::Array>> cast_column(std::shared_ptr<arrow::Array> values,
                                                  const std::shared_ptr<arrow::DataType>& to,
                                                  const CastRules& rules, const TellMisfit& tell);

}  // namespace howdah::formats
