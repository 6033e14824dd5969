// Paths of a FileSystem: absolute, '/'-separated, without "." and "..", "/" for the root.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace howdah::fs {

// Makes an absolute path of one that has doubled slashes, ".", ".." or a trailing slash. ".." above
// the root stays at the root.
//   kInvalidArgument  not absolute, or a NUL byte in it
Result<std::string> normalize_path(std::string_view path);
// "/a/b" of "/a/b/c"; "/" of "/a" and of "/".
std::string parent_path(std::string_view path);
// "c" of "/a/b/c"; empty of "/".
std::string base_name(std::string_view path);
// "/a/b" of "/a" and "b".
std::string join_path(std::string_view folder, std::string_view name);

}  // namespace howdah::fs
