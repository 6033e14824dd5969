#include "job/assignment.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <iterator>

namespace howdah::job {
namespace {

int largest(const std::vector<StreamShare>& shares) {
  int most = 0;
  for (const StreamShare& share : shares) most = std::max(most, share.size());
  return most;
}

std::vector<StreamShare> split_tree(int streams, int workers) {
  std::vector<StreamShare> shares{{0, streams}};
  while (static_cast<int>(shares.size()) < workers) {
    auto split = shares.begin();
    for (auto share = shares.begin(); share != shares.end(); ++share)
      if (share->size() >= split->size()) split = share;
    // A node's left child holds the largest power of two that is less than its streams.
    const auto left = std::bit_ceil(static_cast<unsigned>(split->size())) / 2;
    const int middle = split->begin + static_cast<int>(left);
    const StreamShare right{middle, split->end};
    split->end = middle;
    shares.insert(std::next(split), right);
  }
  return shares;
}

std::vector<StreamShare> deal_blocks(int streams, int workers, int block) {
  const int blocks = (streams + block - 1) / block;
  std::vector<StreamShare> shares;
  int next = 0;
  for (int rank = 0; rank < workers; ++rank) {
    const int take = blocks / workers + (rank < blocks % workers ? 1 : 0);
    const int end = std::min(streams, next + take * block);
    shares.push_back({next, end});
    next = end;
  }
  return shares;
}

}  // namespace

std::vector<StreamShare> assign_streams(int streams, int workers) {
  const int equal = (streams + workers - 1) / workers;
  const auto fair = [&](const std::vector<StreamShare>& shares) {
    return 2 * largest(shares) <= 3 * equal;
  };
  std::vector<StreamShare> shares = split_tree(streams, workers);
  for (int block = static_cast<int>(std::bit_floor(static_cast<unsigned>(equal)));
       !fair(shares) && block > 0; block /= 2)
    if ((streams + block - 1) / block >= workers) shares = deal_blocks(streams, workers, block);
  return shares;
}

}  // namespace howdah::job
