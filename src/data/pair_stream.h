// Keys and values between a task and Hadoop Streaming, as "raw bytes": int32 (big endian) length
// and bytes of the key, then of the value.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace howdah::data {

// The keys of a preparation's tasks: whom they are for, what they are, and how they are sorted.
//   PREFIX(4) KIND(1) ...big-endian integers
enum class PairKind : char {
  kError = 'a',       // the preparation cannot go on
  kNeeds = 'b',       // chunks need other columns' types
  kGroup = 'g',       // item, key: an entry of a grouping
  kQuarantine = 'q',  // chunk: lines
  kResults = 'r',     // what a mapper learnt and counted
  kSlice = 's',       // piece, chunk: rows for an output file
};

class PairKey {
 public:
  PairKey(std::string_view prefix, PairKind kind) : bytes_(prefix) {
    bytes_ += static_cast<char>(kind);
  }
  PairKey& add(uint32_t value);
  PairKey& add(uint64_t value);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// What stands behind the kind, in the order in which it was added. kCorrupt when it ends early.
class PairKeyReader {
 public:
  // kCorrupt: shorter than prefix and kind.
  static Result<PairKeyReader> create(std::string_view key);
  PairKind kind() const { return kind_; }
  Result<uint32_t> u32();
  Result<uint64_t> u64();

 private:
  PairKind kind_ = PairKind::kError;
  std::string_view rest_;
};

class PairWriter {
 public:
  explicit PairWriter(std::FILE* to) : to_(to) {}
  // kInvalidArgument: 1 GiB or more. kIo.
  Status write(std::string_view key, std::string_view value);
  Status flush();

 private:
  std::FILE* to_;
};

struct Pair {
  std::string key, value;
};
class PairReader {
 public:
  explicit PairReader(std::FILE* from) : from_(from) {}
  // Nothing at the end. kCorrupt: it ends within a pair, or a length is beyond 1 GiB. kIo.
  Result<std::optional<Pair>> next();

 private:
  // False at the end of the stream, where none of them came.
  Result<bool> read(char* into, size_t length);
  Result<bool> read_text(std::string& text);
  std::FILE* from_;
};

}  // namespace howdah::data
