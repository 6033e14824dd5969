// Texts as the numbers of a dataset's tokens, and back.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "dataset/index.h"

namespace howdah::text {

inline constexpr const char* kVocabularyFile = "vocabulary.txt";
inline constexpr const char* kTargetVocabularyFile = "target_vocabulary.txt";
inline constexpr const char* kModelFile = "tokenizer.model";
inline constexpr int64_t kMaxVocabularyBytes = 256 << 20;  // of such a file

class Encoder {
 public:
  // `content`: of the vocabulary's file, or of sentencepiece's model.
  //   kCorrupt
  static Result<std::unique_ptr<Encoder>> make(dataset::Tokenizer tokenizer, bool lowercase,
                                               const std::string& content);
  // Those of a dataset's texts, or of the texts that are its target.
  //   kCorrupt  also: another number of tokens than the index says
  //   and the errors of FileSystem
  enum class Side { kText, kTarget };
  static Result<std::unique_ptr<Encoder>> load(const dataset::Tokens& tokens, Side side,
                                               const fs::Location& folder, Deadline deadline);
  virtual ~Encoder() = default;

  virtual int64_t vocabulary() const = 0;
  // Appends the numbers of the text's tokens, of the first `most` at most: unknown ones are 1;
  // never 0, 2 or 3.
  virtual Status encode(std::string_view text, size_t most, std::vector<int32_t>& into) const = 0;
  // As a person would write it, without what is reserved; numbers are in [0, vocabulary()).
  virtual std::string decode(std::span<const int32_t> tokens) const = 0;
};

}  // namespace howdah::text
