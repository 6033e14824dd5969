#include "data/dropped_records.h"

#include <algorithm>
#include <tuple>

namespace howdah::data {
namespace {

auto place(const DroppedRecord& record) {
  return std::tie(record.chunk, record.row);
}

}  // namespace

void DroppedRecords::add(const DroppedRecord& record) {
  auto& kept = by_rule_[record.rule];
  if (kept.size() == kPerRule && place(kept.back()) <= place(record)) return;
  const auto at = std::lower_bound(
      kept.begin(), kept.end(), record,
      [](const DroppedRecord& a, const DroppedRecord& b) { return place(a) < place(b); });
  kept.insert(at, record);
  if (kept.size() > kPerRule) kept.pop_back();
}

void DroppedRecords::write_to(statistics::ByteWriter& bytes) const {
  bytes.u64(by_rule_.size());
  for (const auto& [rule, records] : by_rule_) {
    bytes.text(rule);
    bytes.u64(records.size());
    for (const DroppedRecord& record : records) {
      bytes.u32(static_cast<uint32_t>(record.chunk.file));
      bytes.u32(static_cast<uint32_t>(record.chunk.ordinal));
      bytes.u64(static_cast<uint64_t>(record.row));
      bytes.u64(static_cast<uint64_t>(record.offset));
      bytes.text(record.reason);
      bytes.text(record.content);
    }
  }
}

Status DroppedRecords::merge(statistics::ByteReader& bytes) {
  const uint64_t rules = HOWDAH_TRY(bytes.u64());
  for (uint64_t i = 0; i < rules; ++i) {
    const std::string rule = HOWDAH_TRY(bytes.text());
    const uint64_t records = HOWDAH_TRY(bytes.u64());
    if (records > kPerRule) return Status(Code::kCorrupt, "too many dropped records in a sample");
    for (uint64_t r = 0; r < records; ++r) {
      DroppedRecord record;
      record.rule = rule;
      record.chunk.file = static_cast<int32_t>(HOWDAH_TRY(bytes.u32()));
      record.chunk.ordinal = static_cast<int32_t>(HOWDAH_TRY(bytes.u32()));
      record.row = static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
      record.offset = static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
      record.reason = HOWDAH_TRY(bytes.text());
      record.content = HOWDAH_TRY(bytes.text());
      add(record);
    }
  }
  return Status::ok();
}

}  // namespace howdah::data
