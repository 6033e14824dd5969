#include "data/class_names.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/nearest.h"

namespace howdah::data {
namespace {

std::optional<int64_t> whole(std::string_view text) {
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

}  // namespace

ClassNames::ClassNames(const std::set<std::string, std::less<>>& seen)
    : names_(seen.begin(), seen.end()) {
  if (std::all_of(names_.begin(), names_.end(), whole))
    std::stable_sort(names_.begin(), names_.end(),
                     [](const auto& a, const auto& b) { return *whole(a) < *whole(b); });
  number();
}

ClassNames ClassNames::in_order(std::vector<std::string> names) {
  ClassNames classes;
  classes.names_ = std::move(names);
  classes.number();
  return classes;
}

void ClassNames::number() {
  for (size_t i = 0; i < names_.size(); ++i) places_.emplace(names_[i], static_cast<int32_t>(i));
}

Status ClassNames::absent(std::string_view name, const std::string& what,
                          const std::string& column) const {
  const std::string near = nearest(name, names_);
  return Status(Code::kInvalidArgument,
                fmt::format("the {} '{}' of the column '{}' does not occur in the training part",
                            what, shown(name), column))
      .with_advice(near.empty() ? "drop the row, or train with data that have all of them"
                                : "did it mean '" + near + "'? else drop the row");
}

std::string shown(std::string_view text) {
  std::string line(text.substr(0, 60));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text.size() > line.size() ? line + "..." : line;
}

}  // namespace howdah::data
