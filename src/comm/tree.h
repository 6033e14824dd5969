// The fixed binary tree over the streams of a job, in which every sum is made.
//
// Node (level, index) covers the streams [index << level, min((index + 1) << level, streams)). Its
// sum is the sum of its left child plus the sum of its right child, in float32, one addition an
// element; a right child beyond the last stream does not exist, and the sum is then the left
// child's. So the result depends on the number of streams alone, never on who carries which.
#pragma once

#include <vector>

namespace howdah::comm {

struct StreamRange {
  int begin = 0;
  int end = 0;  // exclusive
  int size() const { return end - begin; }
  auto operator<=>(const StreamRange&) const = default;
};

struct TreeNode {
  int level = 0;
  int index = 0;
  StreamRange covers(int streams) const;
  auto operator<=>(const TreeNode&) const = default;
};

// The fewest nodes whose streams are exactly the range, by stream: what a worker carrying the range
// reduces to by itself, and sends. One node for an aligned range.
std::vector<TreeNode> subtrees_of(StreamRange range, int streams);

}  // namespace howdah::comm
