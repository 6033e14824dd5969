// How values are written so that a job file reads them back.
#pragma once

#include <cstdint>
#include <string>

namespace howdah::job {

// In double quotes, whatever it holds: URIs, columns and patterns are called as anybody likes.
std::string quoted(const std::string& text);
std::string size_text(int64_t bytes);  // "512 MiB", or a number of bytes

}  // namespace howdah::job
