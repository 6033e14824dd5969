#include "formats/missing_words.h"

namespace howdah::formats {

MissingWords::MissingWords(const std::vector<std::string>& words) : words_(words) {
  for (const auto& word : words) {
    if (word.empty()) {
      empty_ = true;
      continue;
    }
    begins_[static_cast<uint8_t>(word[0])] = 1;
    // Words that the fast parsers take begin so ("true" and "false" too).
    if (std::string_view("0123456789-.tTfF").find(word[0]) != std::string_view::npos)
      look_like_values_ = true;
  }
}

bool MissingWords::contains_slowly(std::string_view text) const {
  for (const auto& word : words_)
    if (word == text) return true;
  return false;
}

}  // namespace howdah::formats
