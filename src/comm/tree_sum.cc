#include "comm/tree_sum.h"

#include <algorithm>
#include <cstring>

namespace howdah::comm {
namespace {

constexpr size_t kTileFloats = 2048;

// The loops are elementwise, and `into` is an operand itself or apart from both: no iteration
// depends on another.
#if defined(__clang__)
#define HOWDAH_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define HOWDAH_INDEPENDENT _Pragma("GCC ivdep")
#endif
// clang-format off
#define HOWDAH_SUM_KERNELS(suffix, attributes)                                          \
  attributes void add_##suffix(const float* a, const float* b, float* into, size_t n) { \
    HOWDAH_INDEPENDENT                                                                  \
    for (size_t i = 0; i < n; ++i) into[i] = a[i] + b[i];                               \
  }                                                                                     \
  attributes void add_four_##suffix(const float* a, const float* b, const float* c,     \
                                    const float* d, float* into, size_t n) {            \
    HOWDAH_INDEPENDENT                                                                  \
    for (size_t i = 0; i < n; ++i) into[i] = (a[i] + b[i]) + (c[i] + d[i]);             \
  }
// clang-format on

HOWDAH_SUM_KERNELS(plain, )
#if defined(__x86_64__)
HOWDAH_SUM_KERNELS(avx2, __attribute__((target("avx2"))))
#endif

struct Kernels {
  void (*add)(const float*, const float*, float*, size_t) = add_plain;
  void (*add_four)(const float*, const float*, const float*, const float*, float*,
                   size_t) = add_four_plain;
};

const Kernels& kernels() {
  static const Kernels chosen = [] {
    Kernels found;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) found = {add_avx2, add_four_avx2};
#endif
    return found;
  }();
  return chosen;
}

}  // namespace

TreeSum::TreeSum(std::span<const TreeNode> leaves, int streams) : leaf_count_(leaves.size()) {
  TreeNode root;
  while ((int64_t{1} << root.level) < streams) ++root.level;
  add_node(root, leaves, streams, 0);
}

size_t TreeSum::add_node(TreeNode node, std::span<const TreeNode> leaves, int streams,
                         size_t scratch) {
  const StreamRange range = node.covers(streams);
  for (size_t leaf = 0; leaf < leaves.size(); ++leaf)
    if (leaves[leaf].covers(streams) == range) return leaf;
  if (node.level == 0) return 0;  // not covered: the caller broke the contract
  const TreeNode left{node.level - 1, node.index * 2}, right{node.level - 1, node.index * 2 + 1};
  if (right.covers(streams).size() == 0) return add_node(left, leaves, streams, scratch);
  const size_t a = add_node(left, leaves, streams, scratch);
  const size_t b = add_node(right, leaves, streams, scratch + (a >= leaf_count_ ? 1 : 0));
  additions_.push_back({leaf_count_ + scratch, a, b});
  scratch_count_ = std::max(scratch_count_, scratch + 1);
  return leaf_count_ + scratch;
}

void TreeSum::run(std::span<const float* const> leaves, float* into, size_t count) const {
  if (count == 0) return;  // the pointers may be null
  if (additions_.empty()) {
    if (leaves[0] != into) std::memcpy(into, leaves[0], count * sizeof(float));
    return;
  }
  const Kernels& kernel = kernels();
  if (additions_.size() == 1)
    return kernel.add(leaves[additions_[0].left], leaves[additions_[0].right], into, count);
  const bool is_four =
      leaf_count_ == 4 && additions_[2].left >= leaf_count_ && additions_[2].right >= leaf_count_;
  if (is_four) return kernel.add_four(leaves[0], leaves[1], leaves[2], leaves[3], into, count);

  thread_local std::vector<float> scratch;
  scratch.resize(scratch_count_ * kTileFloats);
  for (size_t at = 0; at < count; at += kTileFloats) {
    const size_t n = std::min(kTileFloats, count - at);
    const auto operand = [&](size_t index) {
      return index < leaf_count_ ? leaves[index] + at
                                 : scratch.data() + (index - leaf_count_) * kTileFloats;
    };
    for (size_t i = 0; i < additions_.size(); ++i) {
      const Addition& step = additions_[i];
      float* const to = i + 1 == additions_.size()
                            ? into + at
                            : scratch.data() + (step.into - leaf_count_) * kTileFloats;
      kernel.add(operand(step.left), operand(step.right), to, n);
    }
  }
}

}  // namespace howdah::comm
