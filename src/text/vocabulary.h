// The tokens that have a number: 0 to 3 are reserved (dataset/index.h), then those of the training
// part by falling frequency, equals by their bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace howdah::text {

inline constexpr size_t kMaxTokenBytes = 256;  // longer ones are unknown

// How often each token occurs, within a limit of memory.
class TokenCounts {
 public:
  static constexpr int64_t kMostBytes = int64_t{512} << 20;
  explicit TokenCounts(int64_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  // False: the table is full.
  bool add(std::string_view token);
  // Those that occur `min_count` times or more, the most frequent first; at most `most`.
  std::vector<std::string> most_frequent(size_t most, int64_t min_count) const;
  int64_t most_bytes() const { return most_bytes_; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  int64_t most_bytes_, bytes_ = 0;
  std::unordered_map<std::string, int64_t, Hash, std::equal_to<>> counts_;
};

class Vocabulary {
 public:
  // Without the reserved ones; all different.
  explicit Vocabulary(std::vector<std::string> tokens);
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;

  int64_t size() const { return static_cast<int64_t>(tokens_.size()); }  // with the reserved ones
  int32_t find(std::string_view token) const;                            // or kUnknownToken
  const std::string& token(int32_t number) const { return tokens_[static_cast<size_t>(number)]; }

  // A token a line, the reserved ones first; a line end in a token is "\n", a backslash "\\".
  std::string to_text() const;
  //   kCorrupt
  static Result<Vocabulary> from_text(std::string_view text);

 private:
  std::vector<std::string> tokens_;
  std::unordered_map<std::string_view, int32_t> numbers_;  // into tokens_
};

}  // namespace howdah::text
