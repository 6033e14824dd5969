// The kinds of prepared datasets that an indexed one is made of.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "data/prepared_partition.h"
#include "data/raw_dataset.h"

namespace howdah::data {

class PreparedDataset : public RawDataset {
 public:
  void describe(const std::function<void(const std::string&)>& part) const override {
    part("prepared");
    part(manifest_);
  }

 protected:
  PreparedDataset(fs::Location folder, std::string manifest)
      : folder_(std::move(folder)), manifest_(std::move(manifest)) {}

  // In the order of kParts; `make` makes the encoder of each.
  std::vector<Partition> partitions(const std::map<std::string, PreparedPart>& parts,
                                    const std::function<std::unique_ptr<RowEncoder>()>& make) const;

  const fs::Location folder_;
  const std::string manifest_;
};

std::unique_ptr<RawDataset> make_prepared_images(fs::Location folder, std::string manifest,
                                                 std::optional<int64_t> classes);
std::unique_ptr<RawDataset> make_prepared_texts(fs::Location folder, std::string manifest,
                                                const dataset::Request& request);
std::unique_ptr<RawDataset> make_prepared_table(fs::Location folder, std::string manifest,
                                                const dataset::Request& request);

}  // namespace howdah::data
