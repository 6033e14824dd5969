// A folder of IDX files as what an indexed dataset is made of.
#include <fmt/core.h>

#include "data/idx_partition.h"
#include "data/raw_dataset.h"

namespace howdah::data {
namespace {

class IdxDataset : public RawDataset {
 public:
  IdxDataset(std::vector<formats::IdxPair> pairs, int64_t classes)
      : pairs_(std::move(pairs)), classes_(classes) {}

  void describe(const std::function<void(const std::string&)>& part) const override {
    part("idx");
    for (const formats::IdxPair& pair : pairs_) {
      part(pair.partition);
      for (const formats::SourceFile& file : {pair.images, pair.labels}) {
        part(file.name);
        part(fmt::format("{}", file.length_bytes));
        part(fmt::format("{}", file.modified_ms));
      }
    }
  }

  Result<std::vector<Partition>> open(dataset::Index& index, std::stop_token,
                                      Deadline deadline) override {
    std::vector<Partition> partitions;
    for (const formats::IdxPair& pair : pairs_) {
      auto reader = std::make_unique<IdxPartitionReader>(
          HOWDAH_TRY(IdxPartitionReader::open(pair, classes_, deadline)));
      if (!partitions.empty() && reader->shape() != index.shape) {
        return Status(Code::kCorrupt,
                      fmt::format("images of another size than in {}", pairs_.front().images.name))
            .with_operation("read")
            .with_peer(pair.images.location.uri())
            .with_advice("take all files from one dataset");
      }
      index.shape = reader->shape();
      partitions.push_back({pair.partition, std::move(reader)});
    }
    return partitions;
  }

 private:
  const std::vector<formats::IdxPair> pairs_;
  const int64_t classes_;
};

}  // namespace

Result<std::unique_ptr<RawDataset>> find_idx_dataset(const fs::Location& folder,
                                                     const RawDataset::Wanted& wanted,
                                                     Deadline deadline) {
  return std::unique_ptr<RawDataset>(
      std::make_unique<IdxDataset>(HOWDAH_TRY(formats::find_idx_pairs(folder, deadline)),
                                   wanted.classes.value_or(dataset::kMaxClasses)));
}

}  // namespace howdah::data
