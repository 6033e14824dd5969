// Patterns of paths. Hadoop: fs.GlobPattern, GlobExpander, Globber.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::mapreduce {

bool is_glob(std::string_view text);

// {a,b} written out, also nested and across '/': "/x/{a,b/c}*" is "/x/a*", "/x/b/c*".
//   kInvalidArgument  a brace without its other half, or more than 1000 patterns
Result<std::vector<std::string>> expand_braces(const std::string& pattern);

// One part of a path against * ? [abc] [a-z] [^a] and \x for x itself. A '[' that is never closed
// matches nothing.
bool matches_glob(std::string_view pattern, std::string_view name);

// Without the backslashes.
std::string unescape_glob(std::string_view pattern);

}  // namespace howdah::mapreduce
