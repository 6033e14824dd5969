// What the suite runs over: each program lists its own.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "fs/file_systems.h"

namespace howdah::fs {

struct Backend {
  std::string name;
  // An empty folder of the backend for one test. A status of kUnsupported skips the test and says
  // why.
  std::function<Result<Location>()> make_folder;
};
std::vector<Backend> backends();

inline void PrintTo(const Backend& backend, std::ostream* out) {
  *out << backend.name;
}

}  // namespace howdah::fs

namespace howdah {

// For gtest's lines.
inline void PrintTo(Code code, std::ostream* out) {
  *out << code_name(code);
}

}  // namespace howdah
