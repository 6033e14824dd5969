#include "dataset/index.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace howdah::dataset {
namespace {

constexpr size_t kMaxDimensions = 8;
constexpr size_t kMaxPartitions = 16;
constexpr size_t kMaxFiles = 1 << 20;
constexpr int64_t kMaxChunkRecords = int64_t{1} << 30;  // a position in a chunk fits 32 bits

Status corrupt(std::string message) {
  return Status(Code::kCorrupt, "not a valid dataset index: " + std::move(message));
}

bool is_hex_digest(const std::string& text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// One path component, so that an index can name nothing outside its folder.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c != '/' && c != '\\' && c != ':' && static_cast<unsigned char>(c) >= 0x20;
         });
}

Status check_shape(const Index& index) {
  if (index.shape.empty() || index.shape.size() > kMaxDimensions) {
    return corrupt(fmt::format("a shape of {} dimensions", index.shape.size()));
  }
  int64_t bytes = element_bytes(index.element);
  for (const int64_t extent : index.shape) {
    if (extent < 1 || extent > kMaxRecordBytes / bytes) {
      return corrupt(fmt::format("a dimension of {}", extent));
    }
    bytes *= extent;
  }
  if (index.classes < 1 || index.classes > kMaxClasses) {
    return corrupt(fmt::format("{} classes", index.classes));
  }
  if (!index.class_names.empty() &&
      index.class_names.size() != static_cast<size_t>(index.classes)) {
    return corrupt(
        fmt::format("{} class names for {} classes", index.class_names.size(), index.classes));
  }
  if (index.mean.size() != index.stddev.size() ||
      (!index.mean.empty() && index.mean.size() != static_cast<size_t>(index.shape[0]))) {
    return corrupt("mean and stddev are not one number a channel");
  }
  for (size_t i = 0; i < index.mean.size(); ++i) {
    if (!std::isfinite(index.mean[i]) || !std::isfinite(index.stddev[i]) || index.stddev[i] < 0) {
      return corrupt("mean or stddev is no finite number");
    }
  }
  return Status::ok();
}

Status check_chunks(const Partition& partition, int64_t record_bytes) {
  int64_t records = 0, next_identity = 0;
  for (const Chunk& chunk : partition.chunks) {
    if (chunk.file < 0 || static_cast<size_t>(chunk.file) >= partition.files.size()) {
      return corrupt(fmt::format("a chunk in file {} of {}", chunk.file, partition.files.size()));
    }
    const int64_t file_bytes = partition.file_bytes[static_cast<size_t>(chunk.file)];
    if (chunk.records < 1 || chunk.records > kMaxChunkRecords || chunk.offset_bytes < 0 ||
        chunk.offset_bytes > file_bytes ||
        chunk.records > (file_bytes - chunk.offset_bytes) / record_bytes) {
      return corrupt(fmt::format("a chunk of {} records at {} of a file of {} bytes", chunk.records,
                                 chunk.offset_bytes, file_bytes));
    }
    if (chunk.first_record < next_identity || chunk.first_record > kMaxRecords) {
      return corrupt(fmt::format("a chunk's first record {} where {} or more is due",
                                 chunk.first_record, next_identity));
    }
    next_identity = chunk.first_record + chunk.records;
    records += chunk.records;
  }
  if (records != partition.records) {
    return corrupt(fmt::format("partition {} has {} records and its chunks {}", partition.name,
                               partition.records, records));
  }
  return Status::ok();
}

Status check_partition(const Partition& partition, const Index& index) {
  if (!is_plain_name(partition.name)) return corrupt("a partition without a proper name");
  if (partition.files.size() > kMaxFiles || partition.files.size() != partition.file_bytes.size() ||
      partition.files.size() != partition.file_sha256.size()) {
    return corrupt(
        fmt::format("files, lengths and digests of partition {} do not match", partition.name));
  }
  for (size_t i = 0; i < partition.files.size(); ++i) {
    if (!is_plain_name(partition.files[i])) return corrupt("a file outside the dataset's folder");
    if (partition.file_bytes[i] < 0) return corrupt("a negative file length");
    if (!is_hex_digest(partition.file_sha256[i])) return corrupt("a file without its SHA-256");
  }
  if (partition.records < 0 || partition.records > kMaxRecords) {
    return corrupt(fmt::format("{} records", partition.records));
  }
  if (partition.records_by_class.size() != static_cast<size_t>(index.classes)) {
    return corrupt(fmt::format("partition {} counts {} classes of {}", partition.name,
                               partition.records_by_class.size(), index.classes));
  }
  int64_t labelled = 0;
  for (const int64_t count : partition.records_by_class) {
    if (count < 0 || count > partition.records - labelled) {
      return corrupt(
          fmt::format("the classes of partition {} do not sum up to its records", partition.name));
    }
    labelled += count;
  }
  if (labelled != partition.records) {
    return corrupt(
        fmt::format("the classes of partition {} do not sum up to its records", partition.name));
  }
  return check_chunks(partition, index.record_bytes());
}

}  // namespace

int64_t element_bytes(ElementType element) {
  return element == ElementType::kUint8 ? 1 : 4;
}

int64_t Index::feature_bytes() const {
  int64_t bytes = element_bytes(element);
  for (const int64_t extent : shape) bytes *= extent;
  return bytes;
}

int64_t Index::target_bytes() const {
  return target.kind == TargetKind::kNone ? 0 : 4 * target.width;
}

int64_t Index::record_bytes() const {
  return feature_bytes() + target_bytes();
}

const Partition* Index::partition(const std::string& name) const {
  for (const Partition& partition : partitions) {
    if (partition.name == name) return &partition;
  }
  return nullptr;
}

Status Index::check() const {
  if (version != 1) {
    return Status(Code::kCorrupt,
                  fmt::format("a dataset index of version {}, where 1 is known", version))
        .with_advice("use the howdah that wrote it, or index the source again");
  }
  if (!is_hex_digest(fingerprint)) return corrupt("no fingerprint");
  HOWDAH_TRY(check_shape(*this));
  if (partitions.size() > kMaxPartitions) return corrupt("too many partitions");
  std::set<std::string> names;
  for (const Partition& partition : partitions) {
    HOWDAH_TRY(check_partition(partition, *this));
    if (!names.insert(partition.name).second) {
      return corrupt("two partitions named " + partition.name);
    }
  }
  return Status::ok();
}

Result<Index> Index::load(const fs::Location& folder, Deadline deadline) {
  const std::string path = (folder.path == "/" ? "" : folder.path) + "/" + kIndexFile;
  auto text = fs::read_file(*folder.files, path, kMaxIndexBytes, deadline);
  if (!text.is_ok()) return text.status().with_peer(folder.files->uri() + path);
  auto index = from_json(*text);
  if (!index.is_ok()) {
    return index.status()
        .with_operation("read the index")
        .with_peer(folder.files->uri() + path)
        .with_advice("remove the folder and index the source again");
  }
  return index;
}

}  // namespace howdah::dataset
