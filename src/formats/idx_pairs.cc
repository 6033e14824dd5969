#include "formats/idx_pairs.h"

#include <fmt/core.h>

#include <map>
#include <string_view>

#include "fs/path.h"

namespace howdah::formats {
namespace {

struct Half {
  std::string_view prefix, partition;
  bool images;
};
constexpr Half kHalves[] = {
    {"train-images", "train", true}, {"train-labels", "train", false},
    {"t10k-images", "test", true},   {"t10k-labels", "test", false},
    {"test-images", "test", true},   {"test-labels", "test", false},
};

std::string base_name(const SourceFile& file) {
  return fs::base_name(file.location.path);
}

Status not_found(const std::string& folder, std::string what) {
  return Status(Code::kNotFound, std::move(what))
      .with_operation("find the data")
      .with_peer(folder)
      .with_advice("put train-images-idx3-ubyte and train-labels-idx1-ubyte there, .gz or plain");
}

using Halves = std::map<std::pair<std::string_view, bool>, const SourceFile*>;

// "train-images-idx3-ubyte.gz" of "train-labels-idx1-ubyte.gz", and the other way round.
std::string other_half(std::string name, bool images) {
  const auto replace = [&](std::string_view from, std::string_view to) {
    if (const size_t at = name.find(from); at != std::string::npos)
      name.replace(at, from.size(), to);
  };
  replace(images ? "images" : "labels", images ? "labels" : "images");
  replace(images ? "idx3" : "idx1", images ? "idx1" : "idx3");
  return name;
}

Status add_half(const SourceFile& file, const std::string& folder, Halves& found) {
  for (const Half& half : kHalves) {
    if (!base_name(file).starts_with(half.prefix)) continue;
    const auto [at, is_new] = found.insert({{half.partition, half.images}, &file});
    if (is_new) continue;
    return Status(Code::kInvalidArgument,
                  fmt::format("both {} and {} could be the {} {}", base_name(*at->second),
                              base_name(file), half.partition, half.images ? "images" : "labels"))
        .with_operation("find the data")
        .with_peer(folder)
        .with_advice("leave one of them there");
  }
  return Status::ok();
}

}  // namespace

Result<std::vector<IdxPair>> pair_idx_files(const std::vector<SourceFile>& files) {
  std::map<std::string, Halves> folders;
  for (const SourceFile& file : files) {
    const std::string folder =
        fs::Location{file.location.files, fs::parent_path(file.location.path)}.uri();
    HOWDAH_TRY(add_half(file, folder, folders[folder]));
  }
  std::vector<IdxPair> pairs;
  for (const auto& [folder, found] : folders) {
    for (const std::string_view partition : {"train", "test"}) {
      const auto images = found.find({partition, true});
      const auto labels = found.find({partition, false});
      if (images == found.end() && labels == found.end()) continue;
      if (images == found.end() || labels == found.end()) {
        const auto& [key, lone] = images == found.end() ? *labels : *images;
        const std::string missing = other_half(base_name(*lone), key.second);
        return not_found(folder, fmt::format("{} is there, {} is not", base_name(*lone), missing));
      }
      pairs.push_back({std::string(partition), *images->second, *labels->second});
    }
  }
  return pairs;
}

Result<std::vector<IdxPair>> find_idx_pairs(const fs::Location& folder, Deadline deadline) {
  const auto listed = folder.files->list(folder.path, deadline);
  if (!listed.is_ok()) return listed.status().with_operation("list").with_peer(folder.uri());
  if (listed->size() == 1 && listed->front().path == folder.path) {
    return Status(Code::kInvalidArgument, "a file, where a folder is due")
        .with_operation("find the data")
        .with_peer(folder.uri())
        .with_advice("name the folder that holds it");
  }
  std::vector<SourceFile> files;
  for (const fs::FileInfo& file : *listed)
    if (!file.is_directory)
      files.push_back(
          {{folder.files, file.path}, file.name(), file.length_bytes, file.modified_ms});
  auto pairs = HOWDAH_TRY(pair_idx_files(files));
  if (pairs.empty() || pairs[0].partition != "train")
    return not_found(folder.uri(), "no training data in IDX");
  return pairs;
}

}  // namespace howdah::formats
