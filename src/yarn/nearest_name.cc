#include "yarn/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace howdah::yarn {
namespace {

size_t edits(std::string_view from, std::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < from.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < to.size(); ++j) {
      const size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view wrong,
                                        const std::vector<std::string>& known) {
  std::optional<std::string> best;
  size_t fewest = 0;
  for (const std::string& name : known) {
    const size_t count = edits(wrong, name);
    if (count * 3 > std::max(wrong.size(), name.size())) continue;
    if (best && count >= fewest) continue;
    best = name;
    fewest = count;
  }
  return best;
}

}  // namespace howdah::yarn
