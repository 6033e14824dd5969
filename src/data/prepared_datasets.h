// The kinds of prepared datasets that an indexed one is made of.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

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
  PreparedDataset(fs::Location folder, std::string manifest, Wanted wanted)
      : folder_(std::move(folder)), manifest_(std::move(manifest)), wanted_(std::move(wanted)) {}

  using Parts = std::map<std::string, PreparedPart>;
  // By their names. Where something is to be learnt, "train" is among them; else one at least.
  //   kInvalidArgument  not so
  //   and the errors of parts_of()
  Result<Parts> parts() const;
  // The one that is learnt from, or else the first.
  static const PreparedPart& first_of(const Parts& parts);
  // Whether records that answers are to be measured by have what is to be found.
  //   kInvalidArgument  the column that is missing, and where
  Status check_targets(const std::vector<std::string>& targets, const PreparedPart& part,
                       Deadline deadline) const;
  // In the order of dataset::Part; `make` makes the encoder of each.
  std::vector<Partition> partitions(const Parts& parts,
                                    const std::function<std::unique_ptr<RowEncoder>()>& make) const;

  const fs::Location folder_;
  const std::string manifest_;
  const Wanted wanted_;
};

std::unique_ptr<RawDataset> make_prepared_images(fs::Location folder, std::string manifest,
                                                 RawDataset::Wanted wanted);
std::unique_ptr<RawDataset> make_prepared_texts(fs::Location folder, std::string manifest,
                                                RawDataset::Wanted wanted);
std::unique_ptr<RawDataset> make_prepared_table(fs::Location folder, std::string manifest,
                                                RawDataset::Wanted wanted);

}  // namespace howdah::data
