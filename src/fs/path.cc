#include "fs/path.h"

#include <vector>

namespace howdah::fs {

Result<std::string> normalize_path(std::string_view path) {
  const auto refuse = [&](const char* why) {
    return Status(Code::kInvalidArgument, std::string("the path ") + why)
        .with_peer(std::string(path.substr(0, 200)));
  };
  if (!path.starts_with('/')) return refuse("is not absolute");
  if (path.find('\0') != std::string_view::npos) return refuse("holds a NUL byte");
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  std::string normal;
  for (const std::string_view part : parts) {
    normal += '/';
    normal += part;
  }
  return normal.empty() ? "/" : normal;
}

std::string parent_path(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

std::string base_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string join_path(std::string_view folder, std::string_view name) {
  std::string joined(folder);
  if (!joined.ends_with('/')) joined += '/';
  return joined += name;
}

}  // namespace howdah::fs
