// A partition of a dataset in IDX: a file of images and a file of labels, read together as records.
#pragma once

#include <cstdint>
#include <vector>

#include "data/raw_dataset.h"
#include "formats/idx_file.h"
#include "formats/idx_pairs.h"

namespace howdah::data {

// The shape is [1, height, width].
class IdxPartitionReader : public PartitionReader {
 public:
  // Reads both headers.
  //   kCorrupt  as formats::IdxFile::open; the two files disagree about the number of records
  static Result<IdxPartitionReader> open(const formats::IdxPair& pair, int64_t classes,
                                         Deadline deadline);

  int64_t records() const override { return images_.items(); }
  std::vector<int64_t> shape() const;
  int64_t record_bytes() const { return images_.item_bytes() + int64_t{sizeof(int32_t)}; }

  Status read(int64_t count, std::vector<std::byte>& into, Deadline deadline) override;

 private:
  IdxPartitionReader(formats::IdxFile images, formats::IdxFile labels, int64_t classes)
      : images_(std::move(images)), labels_(std::move(labels)), classes_(classes) {}
  formats::IdxFile images_, labels_;
  int64_t classes_;
  int64_t done_ = 0;
  std::vector<std::byte> label_bytes_, image_bytes_;
};

}  // namespace howdah::data
