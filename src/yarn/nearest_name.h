// The name that somebody who mistyped one probably meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::yarn {

// By edits (insert, delete, replace), at most a third of the longer name; nothing where none is
// that near.
std::optional<std::string> nearest_name(std::string_view wrong,
                                        const std::vector<std::string>& known);

}  // namespace howdah::yarn
