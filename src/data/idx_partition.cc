#include "data/idx_partition.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "dataset/index.h"

namespace howdah::data {

using formats::IdxFile;

static_assert(formats::kMaxIdxItemBytes + int64_t{sizeof(int32_t)} <= dataset::kMaxRecordBytes);

Result<IdxPartitionReader> IdxPartitionReader::open(const formats::IdxPair& pair, int64_t classes,
                                                    Deadline deadline) {
  IdxFile images = HOWDAH_TRY(IdxFile::open(pair.images, 3, deadline));
  IdxFile labels = HOWDAH_TRY(IdxFile::open(pair.labels, 1, deadline));
  if (images.items() != labels.items()) {
    return Status(Code::kCorrupt, fmt::format("{} labels, where {} has {} images", labels.items(),
                                              pair.images.name, images.items()))
        .with_operation("read")
        .with_peer(labels.uri())
        .with_advice("take both files from one dataset");
  }
  return IdxPartitionReader(std::move(images), std::move(labels), classes);
}

std::vector<int64_t> IdxPartitionReader::shape() const {
  std::vector<int64_t> shape = images_.item_shape();
  shape.insert(shape.begin(), 1);
  return shape;
}

Status IdxPartitionReader::read(int64_t count, std::vector<std::byte>& into, Deadline deadline) {
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
    if (label >= classes_) {
      return Status(Code::kCorrupt,
                    fmt::format("a label of {} at byte {}, where 0 to {} can be", label,
                                labels_.header_bytes() + done_ + static_cast<int64_t>(i),
                                classes_ - 1))
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
