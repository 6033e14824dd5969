// The name that somebody who mistyped one probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace howdah {

// The candidate with the fewest edits (insert, delete, replace) to `word`, at most two or a third
// of its letters; empty where none is that near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace howdah
