// What a preparation would do, in a few lines for a person.
#pragma once

#include <string>

#include "prepare/spec.h"

namespace howdah::cli {

std::string plan_text(const prepare::PrepareSpec& spec);

}  // namespace howdah::cli
