// Tests only: an indexed dataset's records, made one by one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

#include "base/digest.h"
#include "dataset/index.h"

namespace howdah::parallel {

inline Deadline test_deadline() {
  return Deadline::after(std::chrono::seconds(60));
}

template <typename T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// The partition, in chunks of 64 records. `add` appends a record and returns its class; of records
// without classes (`classes` 0) anything.
inline dataset::Partition write_records(const fs::Location& folder, const std::string& name,
                                        int64_t records, int64_t classes,
                                        const std::function<int32_t(std::string& content)>& add) {
  std::string content;
  dataset::Partition partition;
  partition.name = name;
  partition.records = records;
  partition.records_by_class.resize(static_cast<size_t>(classes));
  for (int64_t i = 0; i < records; ++i) {
    if (i % 64 == 0)
      partition.chunks.push_back({.file = 0,
                                  .offset_bytes = static_cast<int64_t>(content.size()),
                                  .records = std::min<int64_t>(64, records - i),
                                  .first_record = i,
                                  .hosts = {}});
    const int32_t label = add(content);
    if (classes > 0) ++partition.records_by_class[static_cast<size_t>(label)];
  }
  partition.files = {name + ".bin"};
  partition.file_bytes = {static_cast<int64_t>(content.size())};
  partition.file_sha256 = {Sha256::hex_of(as_bytes(content))};
  EXPECT_TRUE(fs::write_file(*folder.files, folder.path + "/" + name + ".bin", as_bytes(content),
                             {.overwrite = true}, test_deadline())
                  .is_ok());
  return partition;
}

}  // namespace howdah::parallel
