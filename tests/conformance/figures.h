// The figures that a conformance test compares with: figures.json beside it, which make_figures.py
// wrote.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>

namespace howdah {

inline const nlohmann::ordered_json& figures() {
  static const nlohmann::ordered_json all = [] {
    std::ifstream file(HOWDAH_FIGURES);
    return nlohmann::ordered_json::parse(file);
  }();
  return all;
}

}  // namespace howdah
