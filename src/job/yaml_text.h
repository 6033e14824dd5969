// How values are written so that a job file reads them back.
#pragma once

#include <string>

namespace howdah::job {

// In double quotes, whatever it holds: URIs, columns and patterns are called as anybody likes.
std::string quoted(const std::string& text);

}  // namespace howdah::job
