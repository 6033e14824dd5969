// How PrepareSpec::check() refuses.
#pragma once

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "base/result.h"

namespace howdah::prepare {

inline Status refuse_at(const std::string& where, const std::string& what,
                        const std::string& advice = "") {
  Status status = Status(Code::kInvalidArgument, what).with_peer(where);
  return advice.empty() ? status : status.with_advice(advice);
}

// "did you mean 'x'?", else `otherwise`.
inline std::string meant(const std::string& word, const std::vector<std::string>& known,
                         const std::string& otherwise = "") {
  const std::string near = nearest(word, known);
  return near.empty() ? otherwise : "did you mean '" + near + "'?";
}

// The first that comes twice, or null.
inline const std::string* repeated(const std::vector<std::string>& words) {
  std::set<std::string> seen;
  for (const std::string& word : words)
    if (!seen.insert(word).second) return &word;
  return nullptr;
}

}  // namespace howdah::prepare
