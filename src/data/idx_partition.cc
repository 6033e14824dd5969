#include "data/idx_partition.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

namespace howdah::data {
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

Status not_found(const fs::Location& folder, std::string what) {
  return Status(Code::kNotFound, std::move(what))
      .with_operation("find the data")
      .with_peer(folder.uri())
      .with_advice("put train-images-idx3-ubyte and train-labels-idx1-ubyte there, .gz or plain");
}

}  // namespace

Result<std::vector<IdxPair>> find_idx_pairs(const fs::Location& folder, Deadline deadline) {
  auto listed = folder.files->list(folder.path, deadline);
  if (!listed.is_ok()) return listed.status().with_operation("list").with_peer(folder.uri());
  if (listed->size() == 1 && listed->front().path == folder.path) {
    return Status(Code::kInvalidArgument, "a file, where a folder is due")
        .with_operation("find the data")
        .with_peer(folder.uri())
        .with_advice("name the folder that holds it");
  }
  std::map<std::pair<std::string_view, bool>, const fs::FileInfo*> found;
  for (const fs::FileInfo& file : *listed) {
    if (file.is_directory) continue;
    for (const Half& half : kHalves) {
      if (!file.name().starts_with(half.prefix)) continue;
      const auto [at, is_new] = found.insert({{half.partition, half.images}, &file});
      if (is_new) continue;
      return Status(Code::kInvalidArgument,
                    fmt::format("both {} and {} could be the {} {}", at->second->name(),
                                file.name(), half.partition, half.images ? "images" : "labels"))
          .with_operation("find the data")
          .with_peer(folder.uri())
          .with_advice("leave one of them there");
    }
  }
  std::vector<IdxPair> pairs;
  for (const std::string_view partition : {"train", "test"}) {
    const auto images = found.find({partition, true});
    const auto labels = found.find({partition, false});
    if (images == found.end() && labels == found.end()) continue;
    if (images == found.end() || labels == found.end()) {
      const auto& [key, lone] = images == found.end() ? *labels : *images;
      return not_found(folder, fmt::format("{} without the {} that belong to it", lone->name(),
                                           key.second ? "labels" : "images"));
    }
    pairs.push_back({std::string(partition), *images->second, *labels->second});
  }
  if (pairs.empty() || pairs[0].partition != "train") {
    return not_found(folder, "no training data in IDX");
  }
  return pairs;
}

Result<IdxPartitionReader> IdxPartitionReader::open(const fs::Location& folder, const IdxPair& pair,
                                                    Deadline deadline) {
  IdxFile images = HOWDAH_TRY(IdxFile::open({folder.files, pair.images.path}, 3, deadline));
  IdxFile labels = HOWDAH_TRY(IdxFile::open({folder.files, pair.labels.path}, 1, deadline));
  if (images.items() != labels.items()) {
    return Status(Code::kCorrupt, fmt::format("{} labels, where {} has {} images", labels.items(),
                                              pair.images.name(), images.items()))
        .with_operation("read")
        .with_peer(labels.uri())
        .with_advice("take both files from one dataset");
  }
  return IdxPartitionReader(std::move(images), std::move(labels));
}

std::vector<int64_t> IdxPartitionReader::shape() const {
  std::vector<int64_t> shape = images_.item_shape();
  shape.insert(shape.begin(), 1);
  return shape;
}

Status IdxPartitionReader::read(int64_t count, int64_t classes, std::vector<std::byte>& into,
                                Deadline deadline) {
  count = std::min(count, records() - done_);
  const auto features = static_cast<size_t>(images_.item_bytes());
  const auto records = static_cast<size_t>(count);
  label_bytes_.resize(records);
  image_bytes_.resize(records * features);
  HOWDAH_TRY(labels_.read(label_bytes_, deadline));
  HOWDAH_TRY(images_.read(image_bytes_, deadline));

  into.resize(records * static_cast<size_t>(record_bytes()));
  std::byte* to = into.data();
  for (size_t i = 0; i < records; ++i) {
    const auto label = std::to_integer<int32_t>(label_bytes_[i]);
    if (label >= classes) {
      return Status(
                 Code::kCorrupt,
                 fmt::format("a label of {} at byte {}, where 0 to {} can be", label,
                             labels_.header_bytes() + done_ + static_cast<int64_t>(i), classes - 1))
          .with_operation("read")
          .with_peer(labels_.uri())
          .with_advice("correct the number of classes, or the file");
    }
    std::memcpy(to, image_bytes_.data() + i * features, features);
    std::memcpy(to + features, &label, sizeof label);
    to += features + sizeof label;
  }
  done_ += count;
  if (done_ < this->records()) return Status::ok();
  HOWDAH_TRY(labels_.finish(deadline));
  return images_.finish(deadline);
}

}  // namespace howdah::data
