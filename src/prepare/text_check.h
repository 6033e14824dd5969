// Limits that hold for each text, number and list of a specification alike.
#pragma once

#include "prepare/spec.h"

namespace howdah::prepare {

// Texts are UTF-8 without NUL and of a limited length, numbers are finite, lists are limited.
// kInvalidArgument at the place of the part that holds it.
Status check_texts(const PrepareSpec& spec);

}  // namespace howdah::prepare
