// What the members of a group know about each other's sums without a word: who sends which nodes of
// the tree, who owns which slice, and what is small enough to send to everybody at once.
#pragma once

#include <cstddef>
#include <vector>

#include "comm/group.h"
#include "comm/tree_sum.h"

namespace howdah::comm {

struct Slice {
  size_t begin = 0, end = 0;
  size_t size() const { return end - begin; }
};

class Layout {
 public:
  //   kInvalidArgument  the ranges are not contiguous, do not cover the streams, or are too many
  static Result<Layout> of(const GroupPlan& plan);

  int rank() const { return rank_; }
  int size() const { return static_cast<int>(parts_.size()); }
  // The nodes that a member sends, and where they stand among all leaves.
  size_t parts_of(int rank) const { return parts_[static_cast<size_t>(rank)]; }
  size_t first_leaf_of(int rank) const { return first_leaf_[static_cast<size_t>(rank)]; }
  const TreeSum& tree() const { return tree_; }
  // The member sums these floats for all. Slices begin at multiples of a cache line.
  Slice slice(int rank, size_t floats) const;
  // Every member sends its parts to every other, and each sums for itself.
  bool is_eager(size_t floats) const;

 private:
  Layout(int rank, std::vector<size_t> parts, TreeSum tree);
  int rank_;
  size_t most_parts_ = 0;
  std::vector<size_t> parts_, first_leaf_;
  TreeSum tree_;
};

}  // namespace howdah::comm
