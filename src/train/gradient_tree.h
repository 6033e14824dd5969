// Sums the gradients of this worker's streams in the job's fixed tree (comm/tree.h), bucket by
// bucket, while the backward passes still run.
//
// Works like a binary counter: a stack of flat buffers, each the sum of one node of the tree. A
// stream's gradient is added to its left neighbour's where there is one, which is exactly their
// common node; whenever a bucket of two sibling nodes is complete, the right one is added to the
// left one. What is left after the last stream are the fewest nodes that cover the streams.
//
// One thread.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "train/layout.h"
#include "train/network.h"

namespace howdah::train {

class GradientTree {
 public:
  // Gives float memory of this size, zeroed, which lives as long as the tree.
  using Allocate = std::function<Result<std::span<float>>(size_t count)>;
  // The bucket of the last stream's backward pass is complete: parts(bucket) are final. Buckets
  // come in the order of Layout::buckets.
  using BucketReady = std::function<void(int bucket)>;

  // layout: outlives the tree. streams: of the job.
  GradientTree(const Layout& layout, int streams, Allocate allocate);

  // Carries the streams [begin, end) from now on. Asks for the memory that is missing.
  Status carry(int begin, int end);

  // A step: for each stream in ascending order begin_stream(), forward_done(), then gradient() of
  // every parameter; or skip_stream() for one without records in this step.
  void begin_step(BucketReady ready);
  void begin_stream(int stream);
  void forward_done(const SampleSums& sums, std::span<const float> buffers);
  void gradient(int parameter, const float* values);
  void skip_stream(int stream, std::span<const float> buffers);

  // This worker's sums of the bucket: one span a subtree, by stream.
  std::vector<std::span<float>> parts(int bucket) const;
  // The first buffer: where the sum over all streams may be put.
  std::span<float> sum() const { return memory_.front(); }

 private:
  struct Node {
    int level = 0, index = 0;
  };
  void place(int stream, bool last);
  void complete(int parameter);
  void finish_bucket(size_t bucket);

  const Layout& layout_;
  const int streams_;
  Allocate allocate_;
  std::vector<std::vector<size_t>> buckets_of_;  // parameter: the buckets that hold part of it
  std::vector<int> parameters_in_;               // bucket: how many parameters have part in it

  int begin_ = 0, end_ = 0;
  std::vector<std::span<float>> memory_;  // of the stack, bottom first
  BucketReady ready_;

  std::vector<Node> stack_;  // its i-th node lies in memory_[i]
  size_t top_ = 0;           // where the present stream's gradient goes
  size_t merges_ = 0;        // the top merges_ pairs of the stack become one, after this stream
  bool add_ = false;         // the present stream is a right leaf beside its left one
  bool last_ = false;
  std::vector<int> missing_;  // bucket: parameters of the present stream that are missing
  size_t announced_ = 0;
};

}  // namespace howdah::train
