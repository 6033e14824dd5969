// A variable of the process's environment; empty when it is not set.
#pragma once

#include <cstdlib>
#include <string>

namespace howdah {

inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace howdah
