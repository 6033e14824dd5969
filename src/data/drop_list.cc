#include "data/drop_list.h"

#include <algorithm>

#include "statistics/byte_io.h"

namespace howdah::data {

void DropList::merge(DropList&& other) {
  for (auto& [chunk, rows] : other.rows_) {
    auto& into = rows_[chunk];
    into.insert(into.end(), rows.begin(), rows.end());
  }
  other.rows_.clear();
}

void DropList::finish() {
  for (auto& [chunk, rows] : rows_) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  }
}

const std::vector<uint32_t>& DropList::rows_of(formats::ChunkId chunk) const {
  static const std::vector<uint32_t> kNone;
  const auto found = rows_.find(chunk);
  return found == rows_.end() ? kNone : found->second;
}

int64_t DropList::size() const {
  int64_t size = 0;
  for (const auto& [chunk, rows] : rows_) size += static_cast<int64_t>(rows.size());
  return size;
}

void DropList::write_to(std::string& bytes) const {
  statistics::ByteWriter writer(bytes);
  writer.u64(rows_.size());
  for (const auto& [chunk, rows] : rows_) {
    writer.u32(static_cast<uint32_t>(chunk.file));
    writer.u32(static_cast<uint32_t>(chunk.ordinal));
    writer.u64(rows.size());
    for (const uint32_t row : rows) writer.u32(row);
  }
}

Result<DropList> DropList::read_from(std::string_view bytes) {
  statistics::ByteReader reader(bytes);
  DropList list;
  const uint64_t chunks = HOWDAH_TRY(reader.u64());
  for (uint64_t i = 0; i < chunks; ++i) {
    formats::ChunkId chunk;
    chunk.file = static_cast<int32_t>(HOWDAH_TRY(reader.u32()));
    chunk.ordinal = static_cast<int32_t>(HOWDAH_TRY(reader.u32()));
    const uint64_t rows = HOWDAH_TRY(reader.u64());
    if (rows > reader.left() / sizeof(uint32_t))
      return Status(Code::kCorrupt, "a list of dropped rows is longer than its file");
    auto& into = list.rows_[chunk];
    into.reserve(rows);
    for (uint64_t r = 0; r < rows; ++r) into.push_back(HOWDAH_TRY(reader.u32()));
  }
  return list;
}

}  // namespace howdah::data
