// Which streams each worker of a generation carries.
//
// Shares are contiguous, in rank order, and cover all streams. As far as it is fair, each share is
// one node of the binary tree of sums over the streams (comm/tree.h), so that a worker sends one
// subtree: starting from the root, the node with the most streams (the last of them, where several
// have as many) is split until there are as many nodes as workers. 4 streams for 3 workers are
// 2+1+1, 8 for 3 are 4+2+2.
//
// Where that would give one worker more than 3/2 of an equal share (a lopsided tree: 9 streams for
// 2 workers), the streams are dealt evenly in blocks of the largest power of two that keeps within
// it (6+3): still few subtrees a worker.
#pragma once

#include <vector>

namespace howdah::job {

struct StreamShare {
  int begin = 0, end = 0;  // [begin, end)
  int size() const { return end - begin; }
  bool operator==(const StreamShare&) const = default;
};

// By rank. 1 <= workers <= streams; every share has a stream at least.
std::vector<StreamShare> assign_streams(int streams, int workers);

}  // namespace howdah::job
