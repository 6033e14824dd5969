#include "data/spool.h"

#include <arrow/buffer.h>
#include <arrow/util/byte_size.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/temporary_file.h"
#include "data/packed_batch.h"
#include "formats/arrow_status.h"

namespace howdah::data {
namespace {

using formats::from_arrow;
using transform::Records;

template <typename T>
void put_vector(std::string& bytes, const std::vector<T>& values) {
  const uint64_t size = values.size();
  bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
  bytes.append(reinterpret_cast<const char*>(values.data()), size * sizeof(T));
}

template <typename T>
void take_vector(const char*& at, std::vector<T>& values) {
  uint64_t size;
  std::memcpy(&size, at, sizeof size);
  at += sizeof size;
  values.resize(size);
  if (size) std::memcpy(values.data(), at, size * sizeof(T));
  at += size * sizeof(T);
}

void put_labels(std::string& bytes, const transform::RowLabels& labels) {
  put_vector(bytes, labels.of_row);
  const uint64_t names = labels.names.size();
  bytes.append(reinterpret_cast<const char*>(&names), sizeof names);
  for (const std::string& name : labels.names)
    put_vector(bytes, std::vector<char>(name.begin(), name.end()));
}

void take_labels(const char*& at, transform::RowLabels& labels) {
  take_vector(at, labels.of_row);
  uint64_t names;
  std::memcpy(&names, at, sizeof names);
  at += sizeof names;
  for (uint64_t i = 0; i < names; ++i) {
    std::vector<char> name;
    take_vector(at, name);
    labels.names.emplace_back(name.begin(), name.end());
  }
}

int64_t bytes_of(const Records& records) {
  return arrow::util::TotalBufferSize(*records.batch) +
         static_cast<int64_t>(records.rows.size() *
                              (sizeof(uint32_t) * 2 + sizeof(statistics::Hash128) + 1));
}

}  // namespace

Spool::Spool(int64_t memory_bytes, std::string folder)
    : limit_bytes_(memory_bytes), folder_(std::move(folder)) {}

Spool::~Spool() {
  if (file_ >= 0) ::close(file_);
}

size_t Spool::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

int64_t Spool::memory_bytes() const {
  const std::lock_guard lock(mutex_);
  return memory_bytes_;
}

int64_t Spool::file_bytes() const {
  const std::lock_guard lock(mutex_);
  return file_bytes_;
}

Status Spool::put(size_t n, Records&& records) {
  Entry entry;
  entry.memory_bytes = bytes_of(records);
  bool fits;
  {
    const std::lock_guard lock(mutex_);
    fits = memory_bytes_ + entry.memory_bytes <= limit_bytes_;
    if (fits) memory_bytes_ += entry.memory_bytes;
  }
  if (fits)
    entry.records = std::move(records);
  else
    HOWDAH_TRY(spill(records, entry));
  const std::lock_guard lock(mutex_);
  if (entries_.size() <= n) entries_.resize(n + 1);
  entries_[n] = std::move(entry);
  return Status::ok();
}

Status Spool::spill(const Records& records, Entry& entry) {
  const auto batch = HOWDAH_TRY(pack(*records.batch));
  std::string bytes;
  bytes.append(reinterpret_cast<const char*>(&records.chunk), sizeof records.chunk);
  put_vector(bytes, records.rows);
  put_vector(bytes, records.identities);
  put_vector(bytes, records.parts);
  put_labels(bytes, records.partitions);
  put_labels(bytes, records.classes);
  bytes.resize((bytes.size() + 63) / 64 * 64);
  entry.schema = records.batch->schema();
  const uint64_t head = bytes.size();
  entry.length = static_cast<int64_t>(sizeof head + head) + batch->size();
  {
    const std::lock_guard lock(mutex_);
    if (file_ < 0) file_ = HOWDAH_TRY(open_temporary_file(folder_));
    entry.offset = file_bytes_;
    file_bytes_ += entry.length;
  }
  HOWDAH_TRY(write_at(file_, entry.offset, &head, sizeof head));
  HOWDAH_TRY(write_at(file_, entry.offset + static_cast<int64_t>(sizeof head), bytes.data(), head));
  return write_at(file_, entry.offset + static_cast<int64_t>(sizeof head + head), batch->data(),
                  static_cast<size_t>(batch->size()));
}

Result<Records> Spool::get(size_t n, bool keep) {
  int64_t offset, length;
  std::shared_ptr<arrow::Schema> schema;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[n];
    if (entry.records) {
      if (keep) return *entry.records;
      memory_bytes_ -= entry.memory_bytes;
      Records records = std::move(*entry.records);
      entry.records.reset();
      return records;
    }
    offset = entry.offset;
    length = entry.length;
    schema = entry.schema;
  }
  std::shared_ptr<arrow::Buffer> buffer = HOWDAH_TRY(from_arrow(arrow::AllocateBuffer(length)));
  HOWDAH_TRY(read_at(file_, offset, buffer->mutable_data(), static_cast<size_t>(length)));
  uint64_t head;
  std::memcpy(&head, buffer->data(), sizeof head);
  const char* at = reinterpret_cast<const char*>(buffer->data()) + sizeof head;
  Records records;
  std::memcpy(&records.chunk, at, sizeof records.chunk);
  at += sizeof records.chunk;
  take_vector(at, records.rows);
  take_vector(at, records.identities);
  take_vector(at, records.parts);
  take_labels(at, records.partitions);
  take_labels(at, records.classes);
  records.batch = HOWDAH_TRY(
      unpack(schema, arrow::SliceBuffer(buffer, static_cast<int64_t>(sizeof head + head))));
  return records;
}

}  // namespace howdah::data
