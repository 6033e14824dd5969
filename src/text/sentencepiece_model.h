// How pieces of words are learnt from texts, in a process of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::text {

// Texts longer than this are cut for training, between characters.
inline constexpr size_t kMaxTrainingTextBytes = 1024;
std::string training_text(std::string_view text);

struct PieceOptions {
  int64_t size = 8000;  // at most, with 0 for padding and 1 for unknown
  bool bpe = true;      // else a unigram model
  bool framed = false;  // 2 is a text's begin and 3 its end
  bool lowercase = false;
};
// So that the library belongs to what this process has loaded: it comes along with
// runtime::find_own_runtime().
//   kInternal  it does not load
Status load_sentencepiece();

// A model's bytes; the same for the same texts in the same order, on one machine. Fewer pieces
// than `size` where the texts do not give more.
//   kInvalidArgument  the texts have no word, or more characters than `size`
Result<std::string> train_sentencepiece(const std::vector<std::string>& texts,
                                        const PieceOptions& options);

// Whether the bytes are a model that can be used without harm.
//   kInvalidArgument
Status check_sentencepiece(const std::string& bytes);

}  // namespace howdah::text
