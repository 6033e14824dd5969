#include "comm/layout.h"

#include <algorithm>

#include "comm/message.h"

namespace howdah::comm {
namespace {

constexpr size_t kLineFloats = 16;
constexpr int kMaxMembers = 1024;
constexpr int kMaxStreams = 1 << 20;

}  // namespace

Result<Layout> Layout::of(const GroupPlan& plan) {
  const int members = static_cast<int>(plan.members.size());
  if (members < 1 || members > kMaxMembers || plan.rank < 0 || plan.rank >= members ||
      plan.streams < 1 || plan.streams > kMaxStreams)
    return Status(Code::kInvalidArgument, "the plan's rank, members or streams are out of range");
  std::vector<TreeNode> leaves;
  std::vector<size_t> parts;
  int at = 0;
  for (const Member& member : plan.members) {
    if (member.streams.begin != at || member.streams.end < at)
      return Status(Code::kInvalidArgument, "the members' streams are not contiguous");
    at = member.streams.end;
    const std::vector<TreeNode> nodes = subtrees_of(member.streams, plan.streams);
    parts.push_back(nodes.size());
    leaves.insert(leaves.end(), nodes.begin(), nodes.end());
  }
  if (at != plan.streams)
    return Status(Code::kInvalidArgument, "the members' streams do not cover all streams");
  return Layout(plan.rank, std::move(parts), TreeSum(leaves, plan.streams));
}

Layout::Layout(int rank, std::vector<size_t> parts, TreeSum tree)
    : rank_(rank), parts_(std::move(parts)), tree_(std::move(tree)) {
  size_t leaf = 0;
  for (const size_t count : parts_) {
    first_leaf_.push_back(leaf);
    leaf += count;
    most_parts_ = std::max(most_parts_, count);
  }
}

Slice Layout::slice(int rank, size_t floats) const {
  const size_t lines = (floats + kLineFloats - 1) / kLineFloats;
  const size_t members = parts_.size();
  const auto bound = [&](size_t index) {
    return std::min(floats, lines * index / members * kLineFloats);
  };
  return {bound(static_cast<size_t>(rank)), bound(static_cast<size_t>(rank) + 1)};
}

bool Layout::is_eager(size_t floats) const {
  return floats <= kEagerBytes / sizeof(float) / most_parts_;
}

}  // namespace howdah::comm
