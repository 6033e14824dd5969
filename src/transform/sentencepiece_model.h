// How pieces of words are learnt from texts, in a process of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::transform {

// Texts longer than this are cut for training, between characters.
inline constexpr size_t kMaxTrainingTextBytes = 1024;
std::string training_text(std::string_view text);

// A model's bytes; the same for the same texts in the same order, on one machine. 0 is padding, 1
// unknown. At most `size` pieces: fewer where the texts do not give more.
//   kInvalidArgument  the texts have no word, or more characters than `size`
Result<std::string> train_sentencepiece(const std::vector<std::string>& texts, int64_t size,
                                        bool bpe);

// Whether the bytes are a model that can be used without harm.
//   kInvalidArgument
Status check_sentencepiece(const std::string& bytes);

}  // namespace howdah::transform
