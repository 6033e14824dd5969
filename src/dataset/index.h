// What a dataset holds and where: enough to plan epochs without touching a record.
//
// An indexed dataset is a folder: index.json beside the files it names. Records of one dataset have
// one fixed size: the features (row-major, `shape`, uint8 or float32), then the label as int32,
// little endian. A chunk is a run of whole records in one file, 1 to 4 MiB: the unit of planning
// and reading.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "fs/file_systems.h"

namespace howdah::dataset {

enum class ElementType { kUint8, kFloat32 };

struct Chunk {
  int file = 0;  // into Partition::files
  int64_t offset_bytes = 0;
  int64_t records = 0;
  int64_t first_record =
      0;  // its identity: position in the source's order; the same in every index
  std::vector<std::string> hosts;
};

// "train" and "test" of a source that comes divided; "train" alone otherwise.
struct Partition {
  std::string name;
  std::vector<std::string> files;  // relative to the index
  std::vector<int64_t> file_bytes;
  std::vector<std::string> file_sha256;
  int64_t records = 0;
  std::vector<int64_t> records_by_class;
  std::vector<Chunk> chunks;
};

struct Index {
  int version = 1;
  std::string source;       // the URI it was made from
  std::string fingerprint;  // SHA-256 over the source files' paths, lengths and modification times
  ElementType element = ElementType::kUint8;
  std::vector<int64_t> shape;  // [channels, height, width] for images
  int64_t classes = 0;
  std::vector<std::string> class_names;  // empty, or one a class
  std::vector<double> mean, stddev;      // a channel, of the train partition, of values in [0, 255]
  std::vector<Partition> partitions;

  int64_t record_bytes() const;
  const Partition* partition(const std::string& name) const;
  std::string to_json() const;
  //   kCorrupt  not an index, an unknown version, a number outside its limits
  static Result<Index> from_json(const std::string& text);
  // folder: the URI of the indexed dataset.
  static Result<Index> load(fs::FileSystems& files, const std::string& folder, Deadline deadline);
};

}  // namespace howdah::dataset
