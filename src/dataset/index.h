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
  // The identity of its first record: the position in the partition's source. A record's identity
  // is the same in every index of that source.
  int64_t first_record = 0;
  std::vector<std::string> hosts;
};

// "train", "validation" and "test" of a source that comes divided; "train" alone otherwise.
struct Partition {
  std::string name;
  std::vector<std::string> files;  // relative to the index
  std::vector<int64_t> file_bytes;
  std::vector<std::string> file_sha256;
  int64_t records = 0;
  std::vector<int64_t> records_by_class;
  std::vector<Chunk> chunks;
};

// What from_json accepts at most.
inline constexpr int64_t kMaxIndexBytes = 64 << 20;
inline constexpr int64_t kMaxRecordBytes = 64 << 20;
inline constexpr int64_t kMaxClasses = 1 << 20;
inline constexpr int64_t kMaxRecords = int64_t{1} << 48;  // of a partition
inline constexpr const char* kIndexFile = "index.json";   // in the dataset's folder

struct Index {
  int version = 1;
  std::string source;  // the URI it was made from
  // SHA-256 over the source files' paths, lengths and modification times, and over what was asked
  // of the indexing: the same fingerprint, the same index.
  std::string fingerprint;
  ElementType element = ElementType::kUint8;
  std::vector<int64_t> shape;  // [channels, height, width] for images
  int64_t classes = 0;
  std::vector<std::string> class_names;  // empty, or one a class
  // A channel (shape[0]), of the train partition, of values in [0, 255]; or empty.
  std::vector<double> mean, stddev;
  std::vector<Partition> partitions;

  int64_t record_bytes() const;
  const Partition* partition(const std::string& name) const;
  // Every limit that from_json() checks. kCorrupt.
  Status check() const;
  std::string to_json() const;
  //   kCorrupt  not an index, an unknown version or key, a number outside its limits
  static Result<Index> from_json(const std::string& text);
  // From the folder of an indexed dataset.
  //   kNotFound  no index.json there
  static Result<Index> load(const fs::Location& folder, Deadline deadline);
  static Result<Index> load(fs::FileSystems& files, const std::string& folder, Deadline deadline) {
    return load(HOWDAH_TRY(files.resolve(folder)), deadline);
  }
};

}  // namespace howdah::dataset
