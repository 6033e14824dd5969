// The words that stand for a missing value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::formats {

class MissingWords {
 public:
  explicit MissingWords(const std::vector<std::string>& words);

  bool contains(std::string_view text) const {
    if (text.empty()) return empty_;
    const uint8_t first = begins_[static_cast<uint8_t>(text[0])];
    if (first == 0) [[likely]]
      return false;
    return contains_slowly(text);
  }
  // Some word could be read as a number or a time: it must be looked for before the value is read.
  bool look_like_values() const { return look_like_values_; }

 private:
  bool contains_slowly(std::string_view text) const;
  std::vector<std::string> words_;
  std::array<uint8_t, 256> begins_{};
  bool empty_ = false, look_like_values_ = false;
};

}  // namespace howdah::formats
