// Which functions there are, and what they may be called with.
#pragma once

#include <string>
#include <vector>

#include "prepare/expression.h"

namespace howdah::prepare {

// The names of all functions, in the order of the alphabet.
const std::vector<std::string>& function_names();

// What is wrong with this call of a function, for people; empty: nothing.
struct CallComplaint {
  std::string what, advice;
  size_t position = 0;
};
CallComplaint check_call(const Expression& call);

}  // namespace howdah::prepare
