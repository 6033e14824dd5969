// The words of an expression: names, numbers, texts and signs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace howdah::prepare {

struct ExpressionToken {
  enum class Kind { kName, kQuotedName, kInteger, kNumber, kText, kSign, kEnd } kind = Kind::kEnd;
  std::string text;              // name, text, sign; of numbers as written
  uint64_t magnitude = 0;        // kInteger: at most 2^63, which only a minus sign makes fit
  double number = 0;             // kNumber
  size_t position = 0, end = 0;  // bytes [position, end) of the source text
};

// Ends with kEnd. kInvalidArgument as complain() says it.
Result<std::vector<ExpressionToken>> tokens_of(const std::string& text);

// "character 5 of 'age >> 3': WHAT".
Status complain(const std::string& text, size_t position, const std::string& what);

}  // namespace howdah::prepare
