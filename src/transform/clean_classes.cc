#include "transform/clean_classes.h"

#include <string_view>
#include <unordered_map>

#include "transform/clean_fill_value.h"
#include "transform/column_views.h"

namespace howdah::transform {

Classes one_class(int64_t rows) {
  return {{""}, std::vector<uint32_t>(static_cast<size_t>(rows), 0)};
}

Classes classes_of(const std::shared_ptr<arrow::Array>& column) {
  constexpr uint32_t kNone = UINT32_MAX;
  Classes classes;
  std::string room;
  const auto values = bytes_of(column, room);
  const Presence present(*column);
  classes.of_row.resize(values.size());
  std::unordered_map<std::string_view, uint32_t> known;
  uint32_t missing = kNone, last = kNone;
  const auto add = [&](std::string key) {
    classes.keys.push_back(std::move(key));
    return static_cast<uint32_t>(classes.keys.size() - 1);
  };
  for (size_t i = 0; i < values.size(); ++i) {
    if (!present[static_cast<int64_t>(i)]) {
      if (missing == kNone) missing = add("");
      classes.of_row[i] = missing;
      continue;
    }
    // Neighbours are often of one class.
    if (last == kNone || std::string_view(classes.keys[last]).substr(1) != values[i]) {
      const auto [at, is_new] = known.try_emplace(values[i], 0);
      if (is_new) at->second = add(std::string("=").append(values[i]));
      last = at->second;
    }
    classes.of_row[i] = last;
  }
  return classes;
}

}  // namespace howdah::transform
