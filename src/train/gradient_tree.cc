#include "train/gradient_tree.h"

#include <algorithm>
#include <cstring>

namespace howdah::train {
namespace {

void add(float* __restrict to, const float* __restrict from, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] += from[i];
}

}  // namespace

GradientTree::GradientTree(const Layout& layout, int streams, Allocate allocate)
    : layout_(layout), streams_(streams), allocate_(std::move(allocate)) {
  buckets_of_.resize(layout.parameters.size());
  parameters_in_.resize(layout.buckets.size());
  for (size_t b = 0; b < layout.buckets.size(); ++b)
    for (size_t p = 0; p < layout.parameters.size(); ++p) {
      const Parameter& parameter = layout.parameters[p];
      if (parameter.offset >= layout.buckets[b].end ||
          parameter.offset + parameter.count <= layout.buckets[b].begin)
        continue;
      buckets_of_[p].push_back(b);
      ++parameters_in_[b];
    }
}

Status GradientTree::carry(int begin, int end) {
  begin_ = begin;
  end_ = end;
  // The deepest stack of a step.
  size_t depth = 1;
  stack_.clear();
  for (int stream = begin; stream < end; ++stream) {
    place(stream, stream + 1 == end);
    depth = std::max(depth, stack_.size());
    stack_.resize(stack_.size() - merges_);
  }
  while (memory_.size() < depth)
    memory_.push_back(HOWDAH_TRY(allocate_(static_cast<size_t>(layout_.gradients()))));
  stack_.clear();
  return Status::ok();
}

// Puts the stream's leaf on the stack and finds out which nodes it completes.
void GradientTree::place(int stream, bool last) {
  add_ = !stack_.empty() && stack_.back().level == 0 && stack_.back().index + 1 == stream &&
         stream % 2 == 1;
  if (add_)
    stack_.back() = {1, stream / 2};
  else
    stack_.push_back({0, stream});
  top_ = stack_.size() - 1;
  last_ = last;
  merges_ = 0;

  // A node without a right sibling is its parent; two siblings are theirs. The levels are tried on
  // a copy of the top: the stack itself shrinks when the buckets have been added.
  Node node = stack_.back();
  while ((int64_t{1} << node.level) < streams_) {
    const bool right = node.index % 2 == 1;
    if (!right) {
      const int64_t sibling_begins = (int64_t{node.index} + 1) << node.level;
      if (sibling_begins < streams_) break;
    } else {
      if (top_ < merges_ + 1) break;
      const Node& left = stack_[top_ - merges_ - 1];
      if (left.level != node.level || left.index + 1 != node.index) break;
      ++merges_;
    }
    node = {node.level + 1, node.index / 2};
  }
  stack_[top_ - merges_] = node;
}

void GradientTree::begin_step(BucketReady ready) {
  ready_ = std::move(ready);
  stack_.clear();
  merges_ = 0;
}

void GradientTree::begin_stream(int stream) {
  stack_.resize(stack_.size() - merges_);
  place(stream, stream + 1 == end_);
  missing_ = parameters_in_;
  announced_ = 0;
}

void GradientTree::forward_done(const SampleSums& sums, std::span<const float> buffers) {
  float* tail = memory_[top_].data() + layout_.sums();
  if (!add_) std::fill_n(tail, SampleSums::kFloats + layout_.buffer_values, 0.0F);
  sums.add_to({tail, SampleSums::kFloats});
  add(tail + SampleSums::kFloats, buffers.data(), layout_.buffer_values);
}

void GradientTree::gradient(int parameter, const float* values) {
  const Parameter& place = layout_.parameters[static_cast<size_t>(parameter)];
  float* to = memory_[top_].data() + place.offset;
  if (add_)
    add(to, values, place.count);
  else
    std::memcpy(to, values, static_cast<size_t>(place.count) * sizeof(float));
  complete(parameter);
}

void GradientTree::skip_stream(int stream, std::span<const float> buffers) {
  begin_stream(stream);
  forward_done({}, buffers);
  for (size_t p = layout_.parameters.size(); p-- > 0;) {
    const Parameter& parameter = layout_.parameters[p];
    if (!add_) std::fill_n(memory_[top_].data() + parameter.offset, parameter.count, 0.0F);
    complete(static_cast<int>(p));
  }
}

void GradientTree::complete(int parameter) {
  for (const size_t bucket : buckets_of_[static_cast<size_t>(parameter)]) --missing_[bucket];
  while (announced_ < missing_.size() && missing_[announced_] == 0) finish_bucket(announced_++);
}

void GradientTree::finish_bucket(size_t bucket) {
  const auto [begin, end] = layout_.buckets[bucket];
  for (size_t merge = 0; merge < merges_; ++merge)
    add(memory_[top_ - merge - 1].data() + begin, memory_[top_ - merge].data() + begin,
        end - begin);
  if (last_ && ready_) ready_(static_cast<int>(bucket));
}

std::vector<std::span<float>> GradientTree::parts(int bucket) const {
  const auto [begin, end] = layout_.buckets[static_cast<size_t>(bucket)];
  std::vector<std::span<float>> parts;
  for (size_t i = 0; i < stack_.size() - merges_; ++i)
    parts.push_back(
        memory_[i].subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
  return parts;
}

}  // namespace howdah::train
