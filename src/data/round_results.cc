#include "data/round_results.h"

namespace howdah::data {
namespace {

Status merge_collector(const std::unique_ptr<transform::Collector>& collector,
                       statistics::ByteReader& bytes) {
  const bool there = HOWDAH_TRY(bytes.u8()) != 0;
  if (there != (collector != nullptr))
    return Status(Code::kCorrupt, "results of another round cannot be merged");
  return there ? collector->merge(bytes) : Status::ok();
}

void write_collector(const std::unique_ptr<transform::Collector>& collector, std::string& bytes) {
  statistics::ByteWriter(bytes).u8(collector ? 1 : 0);
  if (collector) collector->write_to(bytes);
}

}  // namespace

void RoundResults::write_to(std::string& bytes) const {
  statistics::ByteWriter writer(bytes);
  writer.u64(collectors.size());
  for (const auto& collector : collectors) write_collector(collector, bytes);
  write_collector(splitter, bytes);
  write_collector(partitioner, bytes);
  writer.u64(static_cast<uint64_t>(dealt_rows));
  writer.u64(static_cast<uint64_t>(training_rows));
  tally.write_to(bytes);
}

Status RoundResults::merge(statistics::ByteReader& bytes) {
  if (HOWDAH_TRY(bytes.u64()) != collectors.size())
    return Status(Code::kCorrupt, "results of another preparation cannot be merged");
  for (const auto& collector : collectors) HOWDAH_TRY(merge_collector(collector, bytes));
  HOWDAH_TRY(merge_collector(splitter, bytes));
  HOWDAH_TRY(merge_collector(partitioner, bytes));
  dealt_rows += static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
  training_rows += static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
  return tally.merge(bytes);
}

Status RoundResults::merge(const RoundResults& other) {
  std::string bytes;
  other.write_to(bytes);
  statistics::ByteReader reader(bytes);
  return merge(reader);
}

}  // namespace howdah::data
