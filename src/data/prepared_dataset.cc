#include "data/prepared_datasets.h"
#include "data/work_folder.h"

namespace howdah::data {
namespace {

constexpr int64_t kMaxManifestBytes = 256 << 20;

}  // namespace

std::vector<RawDataset::Partition> PreparedDataset::partitions(
    const std::map<std::string, PreparedPart>& parts,
    const std::function<std::unique_ptr<RowEncoder>()>& make) const {
  std::vector<Partition> partitions;
  for (const char* name : kParts)
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
      return make_prepared_texts(folder, std::move(manifest), wanted.request);
    case dataset::Request::Records::kTable:
      return make_prepared_table(folder, std::move(manifest), wanted.request);
    case dataset::Request::Records::kImages:
      break;
  }
  return make_prepared_images(folder, std::move(manifest), wanted.classes);
}

}  // namespace howdah::data
