// Which number a class has: its place among the sorted ones (whole numbers by their value, all else
// by its bytes).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::data {

class ClassNames {
 public:
  ClassNames() = default;
  explicit ClassNames(const std::set<std::string, std::less<>>& seen);
  // Of these numbers: the n-th one (from 0) is n.
  static ClassNames in_order(std::vector<std::string> names);

  const std::vector<std::string>& names() const { return names_; }
  std::optional<int32_t> find(std::string_view name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
  }
  // What find() is looked for and not found, in a part or in data that are not trained from: the
  // nearest class is named.
  Status absent(std::string_view name, const std::string& what, const std::string& column) const;

 private:
  void number();

  std::vector<std::string> names_;
  std::map<std::string, int32_t, std::less<>> places_;
};

// "abc", cut and without control characters, for messages.
std::string shown(std::string_view text);

}  // namespace howdah::data
