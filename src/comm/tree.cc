#include "comm/tree.h"

#include <algorithm>
#include <cstdint>

namespace howdah::comm {

StreamRange TreeNode::covers(int streams) const {
  const int64_t begin = static_cast<int64_t>(index) << level;
  const int64_t end = static_cast<int64_t>(index + 1) << level;
  return {static_cast<int>(std::min<int64_t>(begin, streams)),
          static_cast<int>(std::min<int64_t>(end, streams))};
}

std::vector<TreeNode> subtrees_of(StreamRange range, int streams) {
  std::vector<TreeNode> nodes;
  int at = range.begin;
  while (at < range.end) {
    TreeNode best{0, at};
    // Aligned at every level up to here; a node clipped by the last stream covers no more than its
    // child, which is then the one to take.
    for (int level = 1; level < 31 && at % (int64_t{1} << level) == 0; ++level) {
      const TreeNode wider{level, at >> level};
      if (wider.covers(streams).end > range.end) break;
      if (wider.covers(streams).end > best.covers(streams).end) best = wider;
    }
    nodes.push_back(best);
    at = best.covers(streams).end;
  }
  return nodes;
}

}  // namespace howdah::comm
