#include "data/raw_dataset.h"

#include "data/work_folder.h"

namespace howdah::data {

Result<std::unique_ptr<RawDataset>> RawDataset::find(const fs::Location& folder,
                                                     const Wanted& wanted, Deadline deadline) {
  const auto manifest = folder.files->stat(folder.path + "/" + kManifestFile, deadline);
  if (manifest) return find_prepared_dataset(folder, wanted, deadline);
  if (wanted.request.records == dataset::Request::Records::kImages)
    return find_idx_dataset(folder, wanted, deadline);
  if (manifest.status().code() != Code::kNotFound)
    return manifest.status().with_operation("read the prepared data").with_peer(folder.uri());
  return Status(Code::kInvalidArgument, "is no prepared dataset")
      .with_operation("read the prepared data")
      .with_peer(folder.uri())
      .with_advice("texts and tables are trained from the output of: howdah prepare");
}

}  // namespace howdah::data
