#include "mapreduce/splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fs/path.h"
#include "mapreduce/glob.h"

namespace howdah::mapreduce {
namespace {

constexpr size_t kMaxFiles = 1'000'000;

bool is_hidden(const std::string& name) {
  return name.starts_with('_') || name.starts_with('.');
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t begin = 1; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// Folders and files that the pattern's parts from `part` on name below `folder`.
Status walk(fs::FileSystem& files, const std::string& folder, const std::vector<std::string>& parts,
            size_t part, std::vector<fs::FileInfo>& found, Deadline deadline) {
  const bool last = part + 1 == parts.size();
  if (!is_glob(parts[part])) {
    const std::string path = fs::join_path(folder, parts[part]);
    if (!last) return walk(files, path, parts, part + 1, found, deadline);
    auto info = files.stat(path, deadline);
    if (info) found.push_back(*std::move(info));
    return info || info.status().code() == Code::kNotFound ? Status::ok() : info.status();
  }
  const auto entries = files.list(folder, deadline);
  if (!entries) return entries.status().code() == Code::kNotFound ? Status::ok() : entries.status();
  for (const fs::FileInfo& entry : *entries) {
    const std::string name = entry.name();
    if (is_hidden(name) || !matches_glob(parts[part], name)) continue;
    if (last)
      found.push_back(entry);
    else if (entry.is_directory)
      HOWDAH_TRY(walk(files, entry.path, parts, part + 1, found, deadline));
    if (found.size() > kMaxFiles)
      return Status(Code::kInvalidArgument, "a pattern that names more than a million files");
  }
  return Status::ok();
}

Status check(const SplitLimits& limits) {
  if (limits.min_bytes >= 1 && limits.max_bytes >= limits.min_bytes) return Status::ok();
  return Status(Code::kInvalidArgument, fmt::format("splits of {} to {} bytes cannot be",
                                                    limits.min_bytes, limits.max_bytes))
      .with_advice("the smallest is at least 1 and at most the largest");
}

const std::vector<std::string>& hosts_at(const std::vector<fs::BlockLocation>& blocks,
                                         int64_t offset) {
  static const std::vector<std::string> kNone;
  const auto after = std::upper_bound(
      blocks.begin(), blocks.end(), offset,
      [](int64_t at, const fs::BlockLocation& block) { return at < block.offset_bytes; });
  return after == blocks.begin() ? kNone : std::prev(after)->hosts;
}

Status divide(fs::FileSystem& files, const fs::FileInfo& file, const SplitLimits& limits,
              std::vector<InputSplit>& into, Deadline deadline) {
  const auto blocks = HOWDAH_TRY(files.block_locations(file.path, deadline));
  const std::string uri = files.uri() + file.path;
  int64_t size = file.length_bytes;
  if (!limits.whole_files && !is_compressed_name(file.path)) {
    const int64_t block = file.block_size_bytes > 0 ? file.block_size_bytes : file.length_bytes;
    size = std::max(limits.min_bytes, std::min(limits.max_bytes, block));
  }
  const int64_t slop = size / 10;
  for (int64_t at = 0; at < file.length_bytes;) {
    const int64_t left = file.length_bytes - at;
    const int64_t length = left - slop <= size ? left : size;
    if (into.size() == limits.max_splits)
      return Status(Code::kInvalidArgument, fmt::format("more than {} splits", limits.max_splits))
          .with_peer(uri)
          .with_advice("raise the smallest split's size");
    into.push_back({uri, at, length, hosts_at(blocks, at)});
    at += length;
  }
  return Status::ok();
}

}  // namespace

// TextInputFormat reads the lines that begin in (offset, offset + length], from 0 also the first.
std::vector<InputSplit> splits_of_lines(const std::string& uri, std::string_view text,
                                        size_t lines_per_split) {
  std::vector<InputSplit> splits;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    for (size_t line = 0; line < std::max<size_t>(lines_per_split, 1) && end < text.size(); ++line)
      end = std::min(text.find('\n', end), text.size() - 1) + 1;
    const size_t offset = begin == 0 ? 0 : begin - 1;
    splits.push_back(
        {uri, static_cast<int64_t>(offset), static_cast<int64_t>(end - 1 - offset), {}});
    begin = end;
  }
  return splits;
}

bool is_compressed_name(std::string_view name) {
  static constexpr std::string_view kEndings[] = {".gz",  ".bz2",     ".zst", ".lz4", ".snappy",
                                                  ".lzo", ".deflate", ".xz",  ".br",  ".zip"};
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

Result<std::vector<fs::FileInfo>> find_inputs(fs::FileSystem& files, const std::string& path,
                                              Deadline deadline) {
  std::vector<fs::FileInfo> named;
  // A name that holds such a sign itself is taken as it is.
  auto exact = files.stat(path, deadline);
  if (exact) {
    named.push_back(*std::move(exact));
  } else if (exact.status().code() != Code::kNotFound || !is_glob(path)) {
    return exact.status();
  } else {
    for (const std::string& pattern : HOWDAH_TRY(expand_braces(path))) {
      const auto parts = parts_of(pattern);
      if (!parts.empty()) HOWDAH_TRY(walk(files, "/", parts, 0, named, deadline));
    }
    if (named.empty()) return Status(Code::kNotFound, "no file matches").with_peer(path);
  }
  std::map<std::string, fs::FileInfo> found;
  for (const fs::FileInfo& entry : named) {
    if (!entry.is_directory) {
      found[entry.path] = entry;
      continue;
    }
    for (const fs::FileInfo& inside : HOWDAH_TRY(files.list(entry.path, deadline))) {
      if (is_hidden(inside.name())) continue;
      if (inside.is_directory)
        return Status(Code::kInvalidArgument, "a folder lies among the input files")
            .with_peer(inside.path)
            .with_advice(fmt::format("name the files: {}/*/*", entry.path));
      found[inside.path] = inside;
    }
  }
  std::vector<fs::FileInfo> result;
  for (auto& [name, info] : found) result.push_back(std::move(info));
  return result;
}

Result<std::vector<InputSplit>> plan_splits(fs::FileSystems& files,
                                            const std::vector<std::string>& uris,
                                            const SplitLimits& limits, Deadline deadline) {
  HOWDAH_TRY(check(limits));
  std::map<std::string, std::pair<std::shared_ptr<fs::FileSystem>, fs::FileInfo>> inputs;
  for (const std::string& uri : uris) {
    const fs::Location place = HOWDAH_TRY(files.resolve(uri));
    for (const fs::FileInfo& file : HOWDAH_TRY(find_inputs(*place.files, place.path, deadline)))
      inputs[place.files->uri() + file.path] = {place.files, file};
  }
  std::vector<InputSplit> splits;
  for (const auto& [uri, input] : inputs)
    HOWDAH_TRY(divide(*input.first, input.second, limits, splits, deadline));
  if (splits.empty())
    return Status(Code::kInvalidArgument, "there is no input: no file, or only empty ones")
        .with_peer(uris.empty() ? "" : uris.front());
  return splits;
}

}  // namespace howdah::mapreduce
