// Sums arrays in the fixed tree, in one pass over memory.
//
// The arrays are the leaves that are at hand: any set of nodes that together cover all streams
// once. The result has the bits of plain float32 additions in the tree's order, whatever the
// leaves, the length and the width of the machine's vectors.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "comm/tree.h"

namespace howdah::comm {

class TreeSum {
 public:
  // `leaves` by stream, as subtrees_of gives them; at least one.
  TreeSum(std::span<const TreeNode> leaves, int streams);

  size_t leaf_count() const { return leaf_count_; }
  // into[i] = tree over leaves[.][i]. `into` may be one of the leaves, and overlaps no other.
  // Thread-safe.
  void run(std::span<const float* const> leaves, float* into, size_t count) const;

 private:
  // Operands below leaf_count_ are leaves, the others are scratch tiles.
  struct Addition {
    size_t into, left, right;
  };
  size_t add_node(TreeNode node, std::span<const TreeNode> leaves, int streams, size_t scratch);

  size_t leaf_count_;
  size_t scratch_count_ = 0;
  std::vector<Addition> additions_;  // in order; the last one makes the result
};

}  // namespace howdah::comm
