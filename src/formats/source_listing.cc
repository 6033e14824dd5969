#include "formats/source_listing.h"

#include <algorithm>
#include <set>

#include "fs/path.h"
#include "prepare/output_names.h"

namespace howdah::formats {
namespace {

constexpr size_t kMaxBraces = 10'000;

bool hidden(std::string_view name) {
  return name.starts_with('.') || name.starts_with('_');
}
bool is_glob(std::string_view text) {
  return text.find_first_of("*?[{") != std::string_view::npos;
}

// What stands beside the records in a folder that a preparation wrote.
class PreparedFiles {
 public:
  explicit PreparedFiles(const std::vector<fs::FileInfo>& folder) {
    for (const auto& info : folder)
      if (!info.is_directory && info.name() == prepare::kManifestFile) prepared_ = true;
  }
  bool hold(const fs::FileInfo& info) const {
    if (!prepared_ || info.is_directory) return false;
    const std::string name = info.name();
    return name == prepare::kReportJson || name == prepare::kReportPage ||
           name == prepare::kTransformFile;
  }

 private:
  bool prepared_ = false;
};

struct Listing {
  std::vector<SourceFile> files;
  Deadline deadline = Deadline::never();

  void add(const fs::Location& at, const fs::FileInfo& info, const std::string& name) {
    files.push_back({{at.files, info.path}, name, info.length_bytes, info.modified_ms});
  }
  Status add_folder(const fs::Location& folder, const std::string& prefix) {
    const auto entries = HOWDAH_TRY(folder.files->list(folder.path, deadline));
    const PreparedFiles beside(entries);
    for (const auto& info : entries) {
      const std::string name = info.name();
      if (hidden(name) || beside.hold(info)) continue;
      if (info.is_directory) {
        HOWDAH_TRY(add_folder({folder.files, info.path}, prefix + name + "/"));
      } else {
        add(folder, info, prefix + name);
      }
    }
    return Status::ok();
  }
  // The parts of a path below `folder`, of which some are globs.
  Status add_glob(const fs::Location& folder, const std::vector<std::string>& parts, size_t part) {
    auto entries = folder.files->list(folder.path, deadline);
    if (!entries.is_ok()) {
      // A name that is no folder, or not there, does not match: that is no error here.
      const Code code = entries.status().code();
      return code == Code::kNotFound || code == Code::kFailedPrecondition ? Status::ok()
                                                                          : entries.status();
    }
    const PreparedFiles beside(*entries);
    for (const auto& info : *entries) {
      const std::string name = info.name();
      if (info.path == folder.path || !glob_matches(parts[part], name)) continue;
      if ((hidden(name) || beside.hold(info)) && is_glob(parts[part])) continue;
      const fs::Location found{folder.files, info.path};
      if (part + 1 < parts.size()) {
        if (info.is_directory) HOWDAH_TRY(add_glob(found, parts, part + 1));
      } else if (info.is_directory) {
        HOWDAH_TRY(add_folder(found, name + "/"));
      } else {
        add(found, info, name);
      }
    }
    return Status::ok();
  }
};

Status add_pattern(Listing& listing, const fs::Location& pattern) {
  std::vector<std::string> parts;
  fs::Location folder{pattern.files, "/"};
  std::string_view rest = std::string_view(pattern.path).substr(1);
  while (!rest.empty()) {
    const size_t slash = rest.find('/');
    const std::string part(rest.substr(0, slash));
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (parts.empty() && !is_glob(part) && !rest.empty()) {
      folder.path = fs::join_path(folder.path, part);
    } else {
      parts.push_back(part);
    }
  }
  return parts.empty() ? Status::ok() : listing.add_glob(folder, parts, 0);
}

Status add_uri(Listing& listing, fs::FileSystems& systems, const std::string& uri) {
  const size_t before = listing.files.size();
  const fs::Location location = HOWDAH_TRY(systems.resolve(uri));
  const auto info = location.files->stat(location.path, listing.deadline);
  if (info.is_ok() && info->is_directory) {
    HOWDAH_TRY(listing.add_folder(location, ""));
  } else if (info.is_ok()) {
    listing.add(location, *info, info->name());
  } else if (info.status().code() != Code::kNotFound || !is_glob(uri)) {
    return info.status().with_operation("list").with_peer(location.uri());
  } else {
    for (const auto& pattern : expand_braces(uri))
      HOWDAH_TRY(add_pattern(listing, HOWDAH_TRY(systems.resolve(pattern))));
    // Names begin below the folder that all alternatives share.
    const size_t fixed = location.path.rfind('/', location.path.find_first_of("*?[{"));
    const std::string base = location.path.substr(0, fixed + 1);
    for (size_t i = before; i < listing.files.size(); ++i)
      listing.files[i].name = listing.files[i].location.path.substr(base.size());
  }
  if (listing.files.size() > before) return Status::ok();
  return Status(Code::kNotFound, info.is_ok() ? "no files in this folder" : "no file matches")
      .with_operation("list")
      .with_peer(uri)
      .with_advice("files named .x or _x are left out");
}

// Behind a '[', whose class ends before the returned position; npos where it does not end.
size_t match_class(std::string_view pattern, char c, bool* matches) {
  size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '^' || pattern[at] == '!');
  at += negated;
  bool in = false;
  for (bool first = true; at < pattern.size() && (pattern[at] != ']' || first); first = false) {
    char low = pattern[at++], high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = pattern[at + 1];
      at += 2;
    }
    in = in || (low <= c && c <= high);
  }
  if (at >= pattern.size()) return std::string_view::npos;
  *matches = in != negated;
  return at + 1;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view name) {
  size_t p = 0, n = 0, star = std::string_view::npos, star_name = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_name = n;
      continue;
    }
    bool matches = false;
    size_t next = p + 1;
    if (p < pattern.size()) {
      matches = pattern[p] == '?' || pattern[p] == name[n];
      if (pattern[p] == '\\' && p + 1 < pattern.size()) {
        matches = pattern[p + 1] == name[n];
        next = p + 2;
      } else if (pattern[p] == '[') {
        const size_t length = match_class(pattern.substr(p), name[n], &matches);
        if (length != std::string_view::npos) next = p + length;
      }
    }
    if (matches) {
      p = next;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_name;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<std::string> expand_braces(const std::string& glob) {
  std::vector<std::string> pending = {glob}, done;
  while (!pending.empty() && pending.size() + done.size() < kMaxBraces) {
    const std::string text = std::move(pending.back());
    pending.pop_back();
    const size_t open = text.find('{');
    size_t close = std::string::npos;
    std::vector<size_t> cuts = {open};
    int depth = 0;
    for (size_t i = open; i < text.size(); ++i) {
      if (text[i] == '{') ++depth;
      if (text[i] == ',' && depth == 1) cuts.push_back(i);
      if (text[i] == '}' && --depth == 0) {
        close = i;
        break;
      }
    }
    if (close == std::string::npos) {
      done.push_back(text);
      continue;
    }
    cuts.push_back(close);
    for (size_t i = 0; i + 1 < cuts.size(); ++i)
      pending.push_back(text.substr(0, open) + text.substr(cuts[i] + 1, cuts[i + 1] - cuts[i] - 1) +
                        text.substr(close + 1));
  }
  return done;
}

Result<std::vector<SourceFile>> list_sources(fs::FileSystems& systems,
                                             const std::vector<std::string>& uris,
                                             Deadline deadline) {
  Listing listing;
  listing.deadline = deadline;
  for (const auto& uri : uris) HOWDAH_TRY(add_uri(listing, systems, uri));
  auto& files = listing.files;
  const auto before = [](const SourceFile& a, const SourceFile& b) {
    return a.name != b.name ? a.name < b.name : a.location.uri() < b.location.uri();
  };
  std::sort(files.begin(), files.end(), before);
  std::set<std::string> seen;
  std::erase_if(files, [&](const SourceFile& f) { return !seen.insert(f.location.uri()).second; });
  for (auto& file : files) file.folders = file.name.substr(0, file.name.rfind('/') + 1);
  // Files of the same name in two folders are told apart by where they lie.
  const auto equal_names = [](const SourceFile& a, const SourceFile& b) {
    return a.name == b.name;
  };
  if (std::adjacent_find(files.begin(), files.end(), equal_names) != files.end()) {
    for (auto& file : files) file.name = file.location.uri();
    std::sort(files.begin(), files.end(), before);
  }
  return std::move(files);
}

}  // namespace howdah::formats
