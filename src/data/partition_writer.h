// Writes one partition's records into one data file of an indexed dataset, chunk by chunk, and
// counts what the index says of them.
//
// Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "dataset/index.h"

namespace howdah::data {

class PartitionWriter {
 public:
  // Creates folder/<name>.records, of records as the index says.
  static Result<PartitionWriter> create(const fs::Location& folder, const std::string& name,
                                        const dataset::Index& index, Deadline deadline);

  // Whole records: one chunk. Labels are not negative.
  Status write(Bytes records, Deadline deadline);
  // Closes the file, and learns where its blocks lie. Where the target is a class, the number of
  // classes is the highest label's so far.
  Result<dataset::Partition> close(Deadline deadline);

 private:
  PartitionWriter(fs::Location file, std::unique_ptr<fs::OutputFile> output,
                  const std::string& name, const dataset::Index& index);
  fs::Location file_;
  std::unique_ptr<fs::OutputFile> output_;
  size_t record_bytes_;
  bool labels_;
  Sha256 sha256_;
  dataset::Partition partition_;
};

}  // namespace howdah::data
