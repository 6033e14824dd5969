#include "data/prepared_partition.h"

#include <arrow/record_batch.h>
#include <fmt/core.h>

#include <algorithm>
#include <bit>

namespace howdah::data {

static_assert(std::endian::native == std::endian::little);

Status PreparedPartition::read(int64_t count, std::vector<std::byte>& into, Deadline deadline) {
  if (!batches_)
    batches_ = HOWDAH_TRY(PartBatches::open(part_.files, encoder_->columns(), deadline));
  into.clear();
  for (int64_t left = std::min(count, part_.records - done_); left > 0; --left, ++done_) {
    while (!batch_.batch || row_ == batch_.batch->num_rows()) {
      batch_ = HOWDAH_TRY(batches_->next(deadline));
      if (!batch_.batch)
        return Status(Code::kCorrupt,
                      fmt::format("{} records where the manifest says {}", done_, part_.records))
            .with_peer(folder_uri_);
      HOWDAH_TRY(encoder_->bind(*batch_.batch));
      row_ = 0;
    }
    const Status appended = encoder_->append(row_, into);
    if (!appended.is_ok())
      return batch_.at(row_, appended).with_operation("read the prepared data");
    ++row_;
  }
  return Status::ok();
}

}  // namespace howdah::data
