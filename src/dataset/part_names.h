// What the parts of a dataset are called: in its index, in job files and on the command line.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "dataset/plan.h"

namespace howdah::dataset {

inline constexpr std::array<const char*, 3> kPartNames = {"train", "validation", "test"};

inline constexpr const char* part_name(Part part) {
  return kPartNames[static_cast<size_t>(part)];
}
inline constexpr std::optional<Part> part_from_name(std::string_view name) {
  for (size_t i = 0; i < kPartNames.size(); ++i)
    if (name == kPartNames[i]) return static_cast<Part>(i);
  return std::nullopt;
}

}  // namespace howdah::dataset
