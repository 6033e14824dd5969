#include "dataset/length_buckets.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "dataset/random.h"

namespace howdah::dataset {
namespace {

// The records of a pool, sorted, in runs to its micro-batches [cuts[i], cuts[i + 1]).
void deal(std::span<int32_t> pool, const std::vector<int64_t>& cuts,
          const std::vector<int64_t>& lengths, SplitMix64& random) {
  std::vector<int32_t> sorted(pool.begin(), pool.end());
  std::stable_sort(sorted.begin(), sorted.end(), [&](int32_t a, int32_t b) {
    return lengths[static_cast<size_t>(a)] < lengths[static_cast<size_t>(b)];
  });
  std::vector<size_t> turns(cuts.size() - 1);
  std::iota(turns.begin(), turns.end(), size_t{0});
  random.shuffle(std::span(turns));
  auto from = sorted.begin();
  for (const size_t turn : turns) {
    const int64_t count = cuts[turn + 1] - cuts[turn];
    std::copy_n(from, count, pool.begin() + (cuts[turn] - cuts.front()));
    from += count;
  }
}

}  // namespace

std::vector<int32_t> bucket_by_length(const EpochPlan& plan, const EpochPlan::Window& window,
                                      const std::vector<int64_t>& lengths) {
  std::vector<int32_t> order = window.order;
  if (order.empty() || !window.bucket_seed) return order;
  SplitMix64 random(*window.bucket_seed);
  const int64_t end = window.first + static_cast<int64_t>(order.size());
  int64_t step = plan.step_at(window.stream, window.first);
  std::vector<int64_t> cuts = {window.first};
  while (cuts.front() < end) {
    for (int64_t i = 0; i < kPool && cuts.back() < end; ++i)
      cuts.push_back(std::min(end, plan.records_at(window.stream, step++).second));
    const auto begin = static_cast<size_t>(cuts.front() - window.first);
    deal(std::span(order).subspan(begin, static_cast<size_t>(cuts.back() - cuts.front())), cuts,
         lengths, random);
    cuts = {cuts.back()};
  }
  return order;
}

}  // namespace howdah::dataset
