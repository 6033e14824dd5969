// The border to the library sentencepiece (Kudo and Richardson, 2018).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::transform {

class SentencePieceModel {
 public:
  //   kInvalidArgument  no model, or one that gives numbers beyond its size
  static Result<std::shared_ptr<const SentencePieceModel>> load(std::string bytes);
  ~SentencePieceModel();
  SentencePieceModel(const SentencePieceModel&) = delete;
  SentencePieceModel& operator=(const SentencePieceModel&) = delete;

  const std::string& bytes() const { return bytes_; }
  int pieces() const;
  // Replaces `numbers`. Thread-safe.
  Status encode(std::string_view text, std::vector<int>& numbers) const;

 private:
  struct Library;
  SentencePieceModel(std::string bytes, std::unique_ptr<Library> library);
  std::string bytes_;
  std::unique_ptr<Library> library_;
};

// Texts longer than this are cut for training, between characters.
inline constexpr size_t kMaxTrainingTextBytes = 1024;
std::string training_text(std::string_view text);

// A model's bytes; the same for the same texts in the same order, on one machine. 0 is padding, 1
// unknown. At most `size` pieces: fewer where the texts do not give more.
//   kInvalidArgument  the texts have no word, or more characters than `size`
Result<std::string> train_sentencepiece(const std::vector<std::string>& texts, int64_t size,
                                        bool bpe);

}  // namespace howdah::transform
