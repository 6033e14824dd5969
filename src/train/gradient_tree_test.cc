#include "train/gradient_tree.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "dataset/random.h"

namespace howdah::train {
namespace {

using model::LayerType;

model::Training two_layers() {
  model::Training training;
  training.layers = {{.type = LayerType::kBatchNorm2d},
                     {.type = LayerType::kFlatten},
                     {.type = LayerType::kDense, .units = 700},
                     {.type = LayerType::kDense, .units = 3}};
  training.input = {4, 20, 25};
  training.classes = 3;
  return training;
}

SampleSums sums_of(int stream) {
  return {.loss = stream + 0.25,
          .divisor = 5000.5 + stream,
          .correct = stream,
          .answers = 4000 + stream};
}

// What a stream would contribute: values whose sum depends on the order of the additions.
std::vector<float> leaf(const Layout& layout, int stream) {
  std::vector<float> values(static_cast<size_t>(layout.gradients()));
  dataset::SplitMix64 random(static_cast<uint64_t>(stream) + 1);
  const auto draw = [&] {
    return static_cast<float>(static_cast<double>(random.next()) * 0x1p-40 - 0x1p23);
  };
  for (const Parameter& parameter : layout.parameters)
    for (int64_t i = 0; i < parameter.count; ++i)
      values[static_cast<size_t>(parameter.offset + i)] = draw();
  for (int64_t i = 0; i < layout.buffer_values; ++i)
    values[static_cast<size_t>(layout.tail_buffers() + i)] = draw();
  sums_of(stream).add_to(
      std::span(values).subspan(static_cast<size_t>(layout.sums()), SampleSums::kFloats));
  return values;
}

// The tree of comm/tree.h, written down as it is defined.
std::vector<float> node(const Layout& layout, int streams, int level, int index) {
  if (level == 0) return leaf(layout, index);
  auto sum = node(layout, streams, level - 1, 2 * index);
  if (((2 * index + 1) << (level - 1)) >= streams) return sum;
  const auto right = node(layout, streams, level - 1, 2 * index + 1);
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += right[i];
  return sum;
}

class Carrier {
 public:
  Carrier(const Layout& layout, int streams)
      : layout_(layout), tree_(layout, streams, [this](size_t count) -> Result<std::span<float>> {
          return std::span<float>(memory_.emplace_back(count, 7.0F));
        }) {}

  Status carry(int begin, int end) {
    begin_ = begin;
    end_ = end;
    return tree_.carry(begin, end);
  }
  // The parts of the whole buffers, put together from the buckets as they became ready.
  std::vector<std::vector<float>> step() {
    std::vector<std::vector<float>> parts;
    order_.clear();
    tree_.begin_step([&](int bucket) {
      order_.push_back(bucket);
      const auto ready = tree_.parts(bucket);
      parts.resize(ready.size(), std::vector<float>(static_cast<size_t>(layout_.gradients())));
      for (size_t i = 0; i < ready.size(); ++i)
        std::copy(ready[i].begin(), ready[i].end(),
                  parts[i].begin() + layout_.buckets[static_cast<size_t>(bucket)].begin);
    });
    for (int stream = begin_; stream < end_; ++stream) {
      const auto values = leaf(layout_, stream);
      tree_.begin_stream(stream);
      tree_.forward_done(sums_of(stream),
                         std::span(values).subspan(static_cast<size_t>(layout_.tail_buffers()),
                                                   static_cast<size_t>(layout_.buffer_values)));
      for (size_t p = layout_.parameters.size(); p-- > 0;)
        tree_.gradient(static_cast<int>(p), values.data() + layout_.parameters[p].offset);
    }
    return parts;
  }
  const std::vector<int>& order() const { return order_; }
  size_t buffers() const { return memory_.size(); }
  GradientTree& tree() { return tree_; }

 private:
  const Layout& layout_;
  std::deque<std::vector<float>> memory_;
  GradientTree tree_;
  int begin_ = 0, end_ = 0;
  std::vector<int> order_;
};

void clear_gaps(const Layout& layout, std::vector<float>& values) {
  std::vector<float> kept(values.size());
  for (const Parameter& parameter : layout.parameters)
    std::copy_n(values.begin() + parameter.offset, parameter.count,
                kept.begin() + parameter.offset);
  std::copy_n(values.begin() + layout.sums(), SampleSums::kFloats + layout.buffer_values,
              kept.begin() + layout.sums());
  values = kept;
}

TEST(GradientTree, sums_all_streams_of_one_worker_in_the_fixed_tree) {
  const Layout layout = Layout::of(two_layers()).value();
  ASSERT_GT(layout.buckets.size(), 1U);
  for (int streams = 1; streams <= 9; ++streams) {
    Carrier carrier(layout, streams);
    ASSERT_TRUE(carrier.carry(0, streams).is_ok());
    for (int repeated = 0; repeated < 2; ++repeated) {
      auto parts = carrier.step();
      ASSERT_EQ(parts.size(), 1U) << streams;
      clear_gaps(layout, parts[0]);
      int level = 0;
      while ((1 << level) < streams) ++level;
      EXPECT_EQ(parts[0], node(layout, streams, level, 0)) << streams;
    }
  }
}

TEST(GradientTree, needs_few_buffers_for_many_streams) {
  const Layout layout = Layout::of(two_layers()).value();
  Carrier carrier(layout, 8);
  ASSERT_TRUE(carrier.carry(0, 8).is_ok());
  EXPECT_EQ(carrier.buffers(), 3U);
}

TEST(GradientTree, leaves_the_fewest_nodes_of_a_range_that_is_not_aligned) {
  const Layout layout = Layout::of(two_layers()).value();
  Carrier carrier(layout, 7);
  ASSERT_TRUE(carrier.carry(1, 7).is_ok());
  auto parts = carrier.step();  // {1}, {2, 3}, {4, 5, 6}
  ASSERT_EQ(parts.size(), 3U);
  for (auto& part : parts) clear_gaps(layout, part);
  EXPECT_EQ(parts[0], node(layout, 7, 0, 1));
  EXPECT_EQ(parts[1], node(layout, 7, 1, 1));
  EXPECT_EQ(parts[2], node(layout, 7, 2, 1));
  ASSERT_TRUE(carrier.carry(0, 3).is_ok());
  EXPECT_EQ(carrier.step().size(), 2U);
}

TEST(GradientTree, announces_buckets_in_order_once_a_step) {
  const Layout layout = Layout::of(two_layers()).value();
  Carrier carrier(layout, 4);
  ASSERT_TRUE(carrier.carry(0, 4).is_ok());
  carrier.step();
  std::vector<int> expected;
  for (size_t i = 0; i < layout.buckets.size(); ++i) expected.push_back(static_cast<int>(i));
  EXPECT_EQ(carrier.order(), expected);
}

TEST(GradientTree, counts_a_stream_without_records_as_zero) {
  const Layout layout = Layout::of(two_layers()).value();
  Carrier carrier(layout, 2);
  ASSERT_TRUE(carrier.carry(0, 2).is_ok());
  carrier.step();
  const auto values = leaf(layout, 1);
  const std::vector<float> buffers(static_cast<size_t>(layout.buffer_values), 1.0F);
  bool ready = false;
  carrier.tree().begin_step([&](int bucket) { ready = bucket + 1 == std::ssize(layout.buckets); });
  carrier.tree().skip_stream(0, buffers);
  carrier.tree().begin_stream(1);
  carrier.tree().forward_done({.loss = 2, .divisor = 3, .correct = 1}, buffers);
  for (size_t p = layout.parameters.size(); p-- > 0;)
    carrier.tree().gradient(static_cast<int>(p), values.data() + layout.parameters[p].offset);
  EXPECT_TRUE(ready);
  const std::span<float> sum = carrier.tree().sum();
  const Parameter& last = layout.parameters.back();
  EXPECT_EQ(sum[static_cast<size_t>(last.offset)], values[static_cast<size_t>(last.offset)]);
  EXPECT_EQ(sum[static_cast<size_t>(layout.sums())], 2);
  EXPECT_EQ(sum[static_cast<size_t>(layout.tail_buffers())], 2);
}

TEST(SampleSums, are_exact_where_a_float_alone_would_not_be) {
  std::vector<float> tail(SampleSums::kFloats), one(SampleSums::kFloats);
  constexpr int64_t kStreams = 4096, kTokens = (int64_t{1} << 24) - 1;
  const SampleSums sums{
      .loss = 0.5, .divisor = kTokens, .correct = kTokens - 1, .answers = kTokens};
  sums.add_to(one);
  for (int64_t stream = 0; stream < kStreams; ++stream)
    for (size_t i = 0; i < tail.size(); ++i) tail[i] += one[i];
  const SampleSums all = SampleSums::of(tail);
  EXPECT_EQ(all.loss, 0.5 * kStreams);
  EXPECT_EQ(all.divisor, static_cast<double>(kTokens * kStreams));
  EXPECT_EQ(all.correct, (kTokens - 1) * kStreams);
  EXPECT_EQ(all.answers, kTokens * kStreams);
  EXPECT_EQ(SampleSums().mean_loss(), 0);
}

TEST(Layout, cuts_the_whole_buffer_into_aligned_buckets_from_its_end) {
  model::Training training = two_layers();
  training.layers[2].units = 1500;  // 3 million weights: more than one bucket
  const Layout layout = Layout::of(training).value();
  int64_t end = layout.gradients();
  for (const Bucket& bucket : layout.buckets) {
    EXPECT_EQ(bucket.end, end);
    EXPECT_LT(bucket.begin, bucket.end);
    EXPECT_EQ(bucket.begin % kAlignment, 0);
    EXPECT_LE(bucket.end - bucket.begin, (4 << 20) / 4 + (1 << 20) / 4);
    end = bucket.begin;
  }
  EXPECT_EQ(end, 0);
  EXPECT_GE(layout.buckets.size(), 3U);
}

TEST(Layout, names_parameters_as_pytorch_does) {
  const Layout layout = Layout::of(two_layers()).value();
  std::vector<std::string> names;
  for (const Parameter& parameter : layout.parameters) names.push_back(parameter.name);
  EXPECT_EQ(names, (std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias", "3.weight",
                                             "3.bias"}));
  EXPECT_EQ(layout.buffers[0].name, "0.running_mean");
  EXPECT_EQ(layout.trainable(), 4 + 4 + 2000 * 700 + 700 + 700 * 3 + 3);
}

TEST(Initialize, draws_within_the_bounds_of_the_fan_in_and_the_same_again) {
  const Layout layout = Layout::of(two_layers()).value();
  std::vector<float> weights(static_cast<size_t>(layout.weights)), again(weights.size(), 1.0F);
  std::vector<float> buffers(static_cast<size_t>(layout.buffer_values));
  initialize(layout, 1, weights, buffers);
  initialize(layout, 1, again, buffers);
  EXPECT_EQ(weights, again);
  initialize(layout, 2, again, buffers);
  EXPECT_NE(weights, again);
  EXPECT_EQ(weights[0], 1);  // BatchNorm starts as the identity
  EXPECT_EQ(buffers[4], 1);
  const Parameter& dense = layout.parameters[2];
  double sum = 0, largest = 0;
  for (int64_t i = 0; i < dense.count; ++i) {
    const double value = weights[static_cast<size_t>(dense.offset + i)];
    sum += value;
    largest = std::max(largest, std::abs(value));
  }
  const double bound = 1 / std::sqrt(2000.0);
  EXPECT_LE(largest, bound);
  EXPECT_GT(largest, 0.999 * bound);
  EXPECT_NEAR(sum / static_cast<double>(dense.count), 0, bound / 100);
}

}  // namespace
}  // namespace howdah::train
