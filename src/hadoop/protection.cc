#include "hadoop/protection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace howdah::hadoop {

Result<std::vector<Protection>> parse_protections(std::string_view key,
                                                  std::span<const std::string> words) {
  std::vector<Protection> protections;
  for (std::string word : words) {
    std::ranges::transform(word, word.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (word == "authentication") {
      protections.push_back(Protection::kAuthentication);
    } else if (word == "integrity") {
      protections.push_back(Protection::kIntegrity);
    } else if (word == "privacy") {
      protections.push_back(Protection::kPrivacy);
    } else {
      return Status(Code::kInvalidArgument, fmt::format("{} is '{}'", key, word))
          .with_advice("write authentication, integrity or privacy");
    }
  }
  return protections;
}

}  // namespace howdah::hadoop
