// What a dataset holds and where: enough to plan epochs without touching a record.
//
// An indexed dataset is a folder: index.json beside the files it names. Records of one dataset have
// one fixed size: the features (row-major, `shape`, of one element type), then the target, little
// endian. Texts are padded with 0 at their end. A chunk is a run of whole records in one file, 1 to
// 4 MiB: the unit of planning and reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "fs/file_systems.h"

namespace howdah::dataset {

enum class ElementType { kUint8, kFloat32, kInt32 };
int64_t element_bytes(ElementType element);

// What is to be found of a record.
enum class TargetKind {
  kClass,   // one int32 in [0, classes)
  kValues,  // `width` float32
  kTokens,  // `width` int32: a tag for each token, or another text; 0 is padding
  kNone,    // nothing beside the features: the next token of a text; or nobody said it
};
std::string_view target_kind_name(TargetKind kind);  // "class"
struct Target {
  TargetKind kind = TargetKind::kClass;
  int64_t width = 1;                    // 0 of kNone
  std::vector<std::string> names = {};  // of the values, where there are several
  bool operator==(const Target&) const = default;
};

// A column of a table: numbers, or a category's code: 0 is none or an unknown one, then 1, 2, ...
struct Column {
  std::string name;
  std::vector<std::string> categories = {};  // of the codes from 1 on; empty: numbers
  bool operator==(const Column&) const = default;
};

// How texts became tokens: 0 is padding, 1 an unknown token, 2 the begin and 3 the end of a text.
enum class Tokenizer {
  kWords,          // runs of letters and digits, and every other visible character by itself
  kCharacters,     // code points
  kSentencepiece,  // parts of words
  kBlanks,         // what stands between blanks: words that came parted, each with its tag
};
std::string_view tokenizer_name(Tokenizer tokenizer);  // "words"
inline constexpr int32_t kPaddingToken = 0, kUnknownToken = 1, kBeginToken = 2, kEndToken = 3;
inline constexpr int64_t kReservedTokens = 4;

struct Tokens {
  Tokenizer tokenizer = Tokenizer::kWords;
  bool lowercase = true;
  int64_t vocabulary = 0;         // of the features' tokens; 0: these are no texts
  int64_t target_vocabulary = 0;  // of a target that is a text
  // In the dataset's folder: a token a line, the n-th of which (from 0) is token n; or
  // sentencepiece's model.
  std::string file = {}, target_file = {};
  bool operator==(const Tokens&) const = default;
};

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
  std::vector<int64_t> records_by_class;  // empty where the target is no class
  std::vector<Chunk> chunks;
};

// What from_json accepts at most.
inline constexpr int64_t kMaxIndexBytes = 64 << 20;
inline constexpr int64_t kMaxRecordBytes = 64 << 20;
inline constexpr int64_t kMaxClasses = 1 << 20;
inline constexpr int64_t kMaxVocabulary = 1 << 22;
inline constexpr int64_t kMaxColumns = 1 << 16;
inline constexpr int64_t kMaxTargets = 1 << 16;           // values of a record
inline constexpr int64_t kMaxCategories = 1 << 20;        // of a column: exact as float32
inline constexpr int64_t kMaxNameBytes = 4096;            // of a class, a column, a category...
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
  Target target;
  int64_t classes = 0;                   // of a class; tags, with padding; 1 of other targets
  std::vector<std::string> class_names;  // empty, or one a class
  std::vector<Column> columns;           // of a table: one a feature
  Tokens tokens;
  // Of the train partition. Images: a channel (shape[0]), of values in [0, 255]. Tables: a column
  // (of categories 0 and 1). Texts: none.
  std::vector<double> mean, stddev;
  std::vector<Partition> partitions;

  int64_t feature_bytes() const;
  int64_t target_bytes() const;
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
