// Tests only: the members of a group, each an Endpoint of its own, driven by a thread each; and the
// sum that they should come to, computed the plain way.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <thread>

#include "comm/group.h"

namespace howdah::comm {

inline EndpointOptions test_options(bool shared_memory = true) {
  EndpointOptions options;
  options.bind_host = "127.0.0.1";
  options.job_id = "job-1";
  options.secret = "0123456789abcdef0123456789abcdef";
  options.shared_memory = shared_memory;
  return options;
}

// Numbers of many magnitudes, so that another order of additions gives other bits.
inline float test_value(int stream, size_t index) {
  uint32_t x =
      static_cast<uint32_t>(stream + 1) * 2654435761u ^ static_cast<uint32_t>(index) * 40503u;
  x ^= x >> 15;
  x *= 2246822519u;
  x ^= x >> 13;
  const float mantissa = static_cast<float>(x & 0xffff) / 65536.0f - 0.5f;
  return std::ldexp(mantissa, static_cast<int>(x >> 28) - 8);
}

inline float test_sum(TreeNode node, int streams, size_t index, int salt = 0) {
  const StreamRange range = node.covers(streams);
  if (range.size() == 1) return test_value(range.begin + salt * 1000, index);
  const TreeNode left{node.level - 1, node.index * 2}, right{node.level - 1, node.index * 2 + 1};
  if (right.covers(streams).size() == 0) return test_sum(left, streams, index, salt);
  return test_sum(left, streams, index, salt) + test_sum(right, streams, index, salt);
}

inline std::vector<float> test_total(int streams, size_t count, int salt = 0) {
  int level = 0;
  while ((1 << level) < streams) ++level;
  std::vector<float> sums(count);
  for (size_t i = 0; i < count; ++i) sums[i] = test_sum({level, 0}, streams, i, salt);
  return sums;
}

// A member's parts of one sum, in memory of its Endpoint's or its own.
class TestParts {
 public:
  TestParts(Endpoint& endpoint, const GroupPlan& plan, size_t count, int salt = 0,
            bool allocate = true, bool in_place = true) {
    const StreamRange mine = plan.members[static_cast<size_t>(plan.rank)].streams;
    const std::vector<TreeNode> nodes = subtrees_of(mine, plan.streams);
    const auto add = [&] {
      if (allocate) {
        shared_.push_back(endpoint.allocate(count).value());
        return shared_.back()->floats();
      }
      own_.push_back(std::make_unique<float[]>(std::max<size_t>(count, 1)));
      return std::span<float>(own_.back().get(), count);
    };
    for (const TreeNode& node : nodes) {
      parts.push_back(add());
      for (size_t i = 0; i < count; ++i) parts.back()[i] = test_sum(node, plan.streams, i, salt);
    }
    sum = in_place && !parts.empty() ? parts[0] : add();
  }
  std::vector<std::span<float>> parts;
  std::span<float> sum;

 private:
  std::vector<std::shared_ptr<SharedFloats>> shared_;
  std::vector<std::unique_ptr<float[]>> own_;
};

class TestMembers {
 public:
  // One Endpoint each; shared_memory[i] as given, true beyond.
  explicit TestMembers(size_t count, std::vector<bool> shared_memory = {}) {
    for (size_t i = 0; i < count; ++i)
      endpoints.push_back(
          Endpoint::open(test_options(i < shared_memory.size() ? shared_memory[i] : true)).value());
  }

  GroupPlan plan(size_t rank, std::vector<StreamRange> ranges, uint64_t generation = 1) const {
    GroupPlan plan;
    plan.generation = generation;
    plan.rank = static_cast<int>(rank);
    plan.streams = ranges.back().end;
    for (size_t i = 0; i < ranges.size(); ++i)
      plan.members.push_back({static_cast<uint32_t>(10 + i), endpoints[i]->address(), ranges[i]});
    return plan;
  }

  static void in_threads(size_t count, const std::function<void(size_t)>& act) {
    std::vector<std::jthread> threads;
    for (size_t rank = 0; rank < count; ++rank) threads.emplace_back([&, rank] { act(rank); });
  }

  void join(const std::vector<StreamRange>& ranges, uint64_t generation = 1) {
    groups.clear();
    groups.resize(ranges.size());
    in_threads(ranges.size(), [&](size_t rank) {
      auto joined = endpoints[rank]->join(plan(rank, ranges, generation),
                                          Deadline::after(std::chrono::seconds(20)));
      ASSERT_TRUE(joined.is_ok()) << joined.status().to_string();
      groups[rank] = std::move(*joined);
    });
  }

  std::vector<std::unique_ptr<Endpoint>> endpoints;
  std::vector<std::unique_ptr<Group>> groups;
};

inline Deadline soon() {
  return Deadline::after(std::chrono::seconds(20));
}

// All ways to give `streams` streams to `members` members, each at least one.
inline std::vector<std::vector<StreamRange>> all_assignments(int streams, int members) {
  std::vector<std::vector<StreamRange>> all;
  std::vector<StreamRange> ranges;
  const std::function<void(int)> extend = [&](int begin) {
    const int left = members - static_cast<int>(ranges.size());
    if (left == 1) {
      ranges.push_back({begin, streams});
      all.push_back(ranges);
      ranges.pop_back();
      return;
    }
    for (int end = begin + 1; end <= streams - left + 1; ++end) {
      ranges.push_back({begin, end});
      extend(end);
      ranges.pop_back();
    }
  };
  extend(0);
  return all;
}

}  // namespace howdah::comm
