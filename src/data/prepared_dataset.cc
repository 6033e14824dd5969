#include <fmt/core.h>

#include <algorithm>

#include "data/prepared_datasets.h"
#include "data/work_folder.h"
#include "dataset/part_names.h"

namespace howdah::data {
namespace {

constexpr int64_t kMaxManifestBytes = 256 << 20;

}  // namespace

Result<PreparedDataset::Parts> PreparedDataset::parts() const {
  Parts parts = HOWDAH_TRY(parts_of(folder_, manifest_));
  const auto& names = dataset::kPartNames;
  const bool any = std::any_of(names.begin(), names.end(),
                               [&](const char* name) { return parts.contains(name); });
  if (wanted_.learned ? any : parts.contains(names[0])) return parts;
  const Status status =
      Status(Code::kInvalidArgument, wanted_.learned
                                         ? "prepared data without a part that could be asked about"
                                         : "prepared data without a part 'train'")
          .with_operation("read the prepared data")
          .with_peer(folder_.uri());
  return wanted_.learned ? status.with_advice("prepare it without a split")
                         : status.with_advice(
                               "prepare it with a split: {train: 0.8, validation: 0.1, test: 0.1}");
}

const PreparedPart& PreparedDataset::first_of(const Parts& parts) {
  for (const char* name : dataset::kPartNames)
    if (const auto part = parts.find(name); part != parts.end()) return part->second;
  return parts.begin()->second;
}

Status PreparedDataset::check_targets(const std::vector<std::string>& targets,
                                      const PreparedPart& part, Deadline deadline) const {
  const auto batches = HOWDAH_TRY(PartBatches::open(part.files, {}, deadline));
  const auto& columns = batches.schema().columns;
  for (const std::string& target : targets) {
    const bool there = std::any_of(columns.begin(), columns.end(),
                                   [&](const auto& column) { return column.name == target; });
    if (!there)
      return Status(
                 Code::kInvalidArgument,
                 fmt::format("there is no column '{}', which the answers are measured by", target))
          .with_operation("read the prepared data")
          .with_peer(part.files.empty() ? folder_.uri() : part.files.front().location.uri())
          .with_advice("howdah predict asks about data without it");
  }
  return Status::ok();
}

std::vector<RawDataset::Partition> PreparedDataset::partitions(
    const Parts& parts, const std::function<std::unique_ptr<RowEncoder>()>& make) const {
  std::vector<Partition> partitions;
  for (const char* name : dataset::kPartNames)
    if (const auto part = parts.find(name); part != parts.end())
      partitions.push_back(
          {name, std::make_unique<PreparedPartition>(folder_, part->second, make())});
  return partitions;
}

Result<std::unique_ptr<RawDataset>> find_prepared_dataset(const fs::Location& folder,
                                                          const RawDataset::Wanted& wanted,
                                                          Deadline deadline) {
  auto manifest = HOWDAH_TRY(
      fs::read_file(*folder.files, folder.path + "/" + kManifestFile, kMaxManifestBytes, deadline));
  switch (wanted.request.records) {
    case dataset::Request::Records::kTexts:
      return make_prepared_texts(folder, std::move(manifest), wanted);
    case dataset::Request::Records::kTable:
      return make_prepared_table(folder, std::move(manifest), wanted);
    case dataset::Request::Records::kImages:
      break;
  }
  return make_prepared_images(folder, std::move(manifest), wanted);
}

}  // namespace howdah::data
