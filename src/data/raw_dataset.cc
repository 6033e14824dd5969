#include "data/raw_dataset.h"

#include "data/work_folder.h"

namespace howdah::data {

Result<std::unique_ptr<RawDataset>> RawDataset::find(const fs::Location& folder,
                                                     Deadline deadline) {
  const auto manifest = folder.files->stat(folder.path + "/" + kManifestFile, deadline);
  return manifest ? find_prepared_dataset(folder, deadline) : find_idx_dataset(folder, deadline);
}

}  // namespace howdah::data
