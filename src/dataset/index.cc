#include "dataset/index.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace howdah::dataset {
namespace {

using Shape = std::vector<int64_t>;

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

Status check_tokens(const Index& index) {
  const Tokens& tokens = index.tokens;
  const bool texts = tokens.vocabulary != 0;
  if (texts != (index.element == ElementType::kInt32))
    return corrupt("texts are int32, and nothing else is");
  if (!texts)
    return tokens == Tokens{} ? Status::ok() : corrupt("a tokenizer, where there are no texts");
  if (index.shape.size() != 1) return corrupt("texts of several dimensions");
  const bool second = tokens.target_vocabulary != 0;
  for (const int64_t vocabulary : {tokens.vocabulary, second ? tokens.target_vocabulary : 4})
    if (vocabulary < kReservedTokens || vocabulary > kMaxVocabulary)
      return corrupt(fmt::format("a vocabulary of {} tokens", vocabulary));
  if (!is_plain_name(tokens.file) || second != !tokens.target_file.empty() ||
      (second && !is_plain_name(tokens.target_file)))
    return corrupt("a vocabulary without its file");
  return Status::ok();
}

Status check_columns(const Index& index) {
  if (index.columns.empty()) return Status::ok();
  if (index.element != ElementType::kFloat32 ||
      index.shape != Shape{static_cast<int64_t>(index.columns.size())} ||
      index.shape[0] > kMaxColumns)
    return corrupt("columns that are not one float32 each");
  std::set<std::string_view> names;
  for (const Column& column : index.columns) {
    if (column.name.empty() || !names.insert(column.name).second)
      return corrupt("columns without names of their own");
    if (column.categories.size() > static_cast<size_t>(kMaxCategories))
      return corrupt(fmt::format("a column of {} categories", column.categories.size()));
  }
  return Status::ok();
}

Status check_target(const Index& index) {
  const Target& target = index.target;
  const bool texts = index.tokens.vocabulary != 0;
  if (target.kind != TargetKind::kTokens && index.tokens.target_vocabulary != 0)
    return corrupt("a target's vocabulary, where it is no text");
  if (target.kind != TargetKind::kValues && !target.names.empty())
    return corrupt("a target's names, where it is not several values");
  if (!texts && target.kind == TargetKind::kTokens)
    return corrupt("tokens to be found, where there are no texts");
  const bool tags = target.kind == TargetKind::kTokens && index.tokens.target_vocabulary == 0;
  const bool classes = target.kind == TargetKind::kClass || tags;
  if (index.classes < (tags ? 2 : 1) || index.classes > (classes ? kMaxClasses : 1))
    return corrupt(fmt::format("{} classes", index.classes));
  if (!index.class_names.empty() &&
      (!classes || index.class_names.size() != static_cast<size_t>(index.classes)))
    return corrupt(
        fmt::format("{} class names for {} classes", index.class_names.size(), index.classes));
  switch (target.kind) {
    case TargetKind::kClass:
      if (target.width == 1) return Status::ok();
      break;
    case TargetKind::kValues:
      if (target.width >= 1 && target.width <= kMaxTargets &&
          (target.names.empty() || target.names.size() == static_cast<size_t>(target.width)))
        return Status::ok();
      break;
    case TargetKind::kTokens:
      if (tags ? target.width == index.shape[0]
               : target.width >= 2 && target.width <= kMaxRecordBytes / 4)
        return Status::ok();
      break;
    case TargetKind::kNone:
      if (target.width == 0) return Status::ok();
      break;
  }
  return corrupt(fmt::format("a target of width {}", target.width));
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
  HOWDAH_TRY(check_tokens(index));
  HOWDAH_TRY(check_columns(index));
  HOWDAH_TRY(check_target(index));
  if (index.record_bytes() > kMaxRecordBytes)
    return corrupt(fmt::format("records of {} bytes", index.record_bytes()));
  if (index.mean.size() != index.stddev.size() ||
      (!index.mean.empty() && (index.mean.size() != static_cast<size_t>(index.shape[0]) ||
                               index.element == ElementType::kInt32))) {
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
  const bool classes = index.target.kind == TargetKind::kClass;
  if (partition.records_by_class.size() != static_cast<size_t>(classes ? index.classes : 0)) {
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
  if (classes && labelled != partition.records) {
    return corrupt(
        fmt::format("the classes of partition {} do not sum up to its records", partition.name));
  }
  return check_chunks(partition, index.record_bytes());
}

}  // namespace

int64_t element_bytes(ElementType element) {
  return element == ElementType::kUint8 ? 1 : 4;
}

std::string_view target_kind_name(TargetKind kind) {
  switch (kind) {
    case TargetKind::kClass:
      return "class";
    case TargetKind::kValues:
      return "values";
    case TargetKind::kTokens:
      return "tokens";
    case TargetKind::kNone:
      return "none";
  }
  return "";
}

std::string_view tokenizer_name(Tokenizer tokenizer) {
  switch (tokenizer) {
    case Tokenizer::kWords:
      return "words";
    case Tokenizer::kCharacters:
      return "characters";
    case Tokenizer::kSentencepiece:
      return "sentencepiece";
    case Tokenizer::kBlanks:
      return "blanks";
  }
  return "";
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
