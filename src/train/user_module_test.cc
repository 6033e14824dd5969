#include "train/user_module.h"

#include <gmock/gmock.h>

#include "dataset/random.h"
#include "train/look_into.h"
#include "train/network.h"
#include "train/optimizer.h"
#include "train/test_modules.h"

namespace howdah::train {
namespace {

using testing::HasSubstr;

model::Training of_layers() {
  model::Training training;
  training.layers = small_layers();
  training.input = {1, 8, 8};
  training.classes = 4;
  training.normalization = {{0.3}, {0.3}};
  training.optimizer.type = model::OptimizerType::kAdam;
  training.regularization = {.l1 = 1e-6, .l2 = 1e-4};
  training.seed = 5;
  training.channels_last = false;
  return training;
}

model::Training of_archive(std::string archive) {
  model::Training training = of_layers();
  use_archive(training, std::move(archive));
  return training;
}

dataset::RecordBatch records(int64_t count, uint64_t seed) {
  dataset::RecordBatch batch;
  batch.records = count;
  dataset::SplitMix64 random(seed);
  for (int64_t i = 0; i < count * 64; ++i)
    batch.features.push_back(static_cast<std::byte>(random.below(256)));
  for (int64_t i = 0; i < count; ++i) batch.labels.push_back(static_cast<int32_t>(random.below(4)));
  return batch;
}

// A network with what trains it.
struct Trained {
  explicit Trained(model::Training job) : training(std::move(job)) {
    if (training.module) {
      EXPECT_EQ(look_into_module(training).to_string(), "ok");
    }
    layout = Layout::of(training).value();
    auto made = Network::create(training, layout, dataset::ElementType::kUint8);
    EXPECT_TRUE(made) << made.status().to_string();
    if (made) network = std::move(*made);
    optimizer.emplace(training.optimizer, training.regularization, layout);
  }
  // Gradients and buffers of a micro-batch.
  Status backward(const dataset::RecordBatch& batch, uint64_t seed = 1,
                  const PreparedBatch* prepared = nullptr) {
    gradients.assign(static_cast<size_t>(layout.weights), 0);
    told.assign(layout.parameters.size(), 0);
    return network->backward(batch, seed,
                             {[&](const SampleSums& of_batch, std::span<const float> now) {
                                sums = of_batch;
                                buffers.assign(now.begin(), now.end());
                              },
                              [&](int parameter, const float* values) {
                                const Parameter& place =
                                    layout.parameters[static_cast<size_t>(parameter)];
                                ++told[static_cast<size_t>(parameter)];
                                std::copy_n(values, place.count, gradients.begin() + place.offset);
                              }},
                             prepared);
  }
  void step(const dataset::RecordBatch& batch) {
    const Status done = backward(batch);
    ASSERT_TRUE(done) << done.to_string();
    optimizer->apply(network->weights(), gradients, sums.divisor, 0.01);
    std::copy(buffers.begin(), buffers.end(), network->buffers().begin());
  }
  std::vector<float> weights() { return {network->weights().begin(), network->weights().end()}; }
  std::span<const float> parameter(const std::string& name, std::span<const float> of) {
    for (const Parameter& place : layout.parameters)
      if (place.name == name)
        return of.subspan(static_cast<size_t>(place.offset), static_cast<size_t>(place.count));
    ADD_FAILURE() << name;
    return {};
  }

  model::Training training;
  Layout layout;
  std::unique_ptr<Network> network;
  std::optional<Optimizer> optimizer;
  SampleSums sums;
  std::vector<float> gradients, buffers;
  std::vector<int> told;
};

std::vector<std::string> names(const Layout& layout) {
  std::vector<std::string> names;
  for (const Parameter& parameter : layout.parameters) names.push_back(parameter.name);
  for (const Buffer& buffer : layout.buffers) names.push_back(buffer.name);
  return names;
}

// Why the module is refused, when it is opened or tried.
std::string refusal(std::string archive, const std::function<void(model::Training&)>& change = {}) {
  model::Training training = of_archive(std::move(archive));
  if (change) change(training);
  const Status looked = look_into_module(training);
  const Status status = looked ? try_module(training, dataset::ElementType::kUint8) : looked;
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status.to_string().find('\n'), std::string::npos) << status.to_string();
  return status.to_string();
}

TestScript dense_net() {
  return std::move(TestScript()
                       .parameter("head.weight", torch::zeros({4, 64}))
                       .parameter("head.bias", torch::zeros({4})));
}
const std::string kDense = "torch.linear(torch.flatten(x, 1), self.head.weight, self.head.bias)\n";

TEST(UserModule, trains_to_the_bits_of_the_same_layers) {
  Trained layers(of_layers()), module(of_archive(small_archive(of_layers())));
  EXPECT_THAT(names(module.layout), testing::ElementsAre("conv.weight", "conv.bias", "norm.weight",
                                                         "norm.bias", "head.weight", "head.bias",
                                                         "norm.running_mean", "norm.running_var"));
  EXPECT_EQ(module.weights(), layers.weights());
  for (uint64_t step = 0; step < 20; ++step) {
    const auto batch = records(16, step);
    layers.step(batch);
    module.step(batch);
    ASSERT_EQ(module.sums.loss, layers.sums.loss) << step;
  }
  EXPECT_EQ(module.weights(), layers.weights());
  EXPECT_EQ(module.buffers, layers.buffers);
  EXPECT_NE(module.buffers[0], 0);
  Answers said(module.training), expected(layers.training);
  const auto batch = records(50, 99);
  ASSERT_TRUE(module.network->evaluate(batch, said).is_ok());
  ASSERT_TRUE(layers.network->evaluate(batch, expected).is_ok());
  EXPECT_EQ(said.loss.value(), expected.loss.value());
  EXPECT_EQ(said.correct, expected.correct);
}

TEST(UserModule, gives_the_same_bits_however_often_it_ran) {
  Trained module(of_archive(small_archive(of_layers(), 50)));
  const auto batch = records(16, 3);
  ASSERT_TRUE(module.backward(batch).is_ok());
  const auto gradients = module.gradients, buffers = module.buffers;
  for (int run = 0; run < 5; ++run) {
    ASSERT_TRUE(module.backward(records(7 + run, 4), 8).is_ok());
    ASSERT_TRUE(module.backward(batch).is_ok());
    EXPECT_EQ(module.gradients, gradients);
    EXPECT_EQ(module.buffers, buffers);
  }
}

TEST(UserModule, may_write_into_its_input_and_gets_the_same_again) {
  Trained module(of_archive(
      dense_net().define("def forward(self, x):\n  x.add_(1)\n  return " + kDense).archive()));
  const auto batch = records(8, 1);
  ASSERT_TRUE(module.backward(batch).is_ok());
  const auto due = module.gradients;
  // A step that broke is computed again with what was prepared for it.
  const auto prepared = module.network->prepare(batch, 1).value();
  for (int time = 0; time < 2; ++time) {
    ASSERT_TRUE(module.backward(batch, 1, prepared.get()).is_ok());
    EXPECT_EQ(module.gradients, due);
  }
}

TEST(UserModule, draws_its_dropout_from_the_seed_of_the_micro_batch) {
  Trained module(of_archive(small_archive(of_layers(), 50)));
  const auto batch = records(16, 3);
  ASSERT_TRUE(module.backward(batch, 1).is_ok());
  const auto one = module.gradients;
  ASSERT_TRUE(module.backward(batch, 2).is_ok());
  EXPECT_NE(module.gradients, one);
  Trained other(of_archive(small_archive(of_layers(), 50)));
  torch::manual_seed(77);
  ASSERT_TRUE(other.backward(batch, 1).is_ok());
  EXPECT_EQ(other.gradients, one);
  // An evaluation drops nothing.
  Trained none(of_archive(small_archive(of_layers())));
  EXPECT_EQ(module.network->predict(batch)->scores, none.network->predict(batch)->scores);
}

TEST(UserModule, begins_again_with_what_its_file_holds) {
  Trained module(of_archive(small_archive(of_layers())));
  const auto begin = module.weights();
  module.step(records(16, 1));
  EXPECT_NE(module.weights(), begin);
  ASSERT_TRUE(module.network->initialize().is_ok());
  EXPECT_EQ(module.weights(), begin);
  ASSERT_TRUE(module.backward(records(16, 1)).is_ok());
  Trained fresh(of_archive(small_archive(of_layers())));
  ASSERT_TRUE(fresh.backward(records(16, 1)).is_ok());
  EXPECT_EQ(module.gradients, fresh.gradients);
}

TEST(UserModule, tells_each_gradient_once_and_none_as_zero) {
  Trained module(of_archive(dense_net()
                                .parameter("unused", torch::ones({3}))
                                .parameter("still", torch::ones({2}), false)
                                .define("def forward(self, x):\n  return self.still[0] * " + kDense)
                                .archive()));
  module.gradients.assign(module.gradients.size(), 7);
  ASSERT_TRUE(module.backward(records(8, 1)).is_ok());
  EXPECT_EQ(module.told, std::vector<int>(4, 1));
  for (const char* name : {"unused", "still"})
    EXPECT_THAT(module.parameter(name, module.gradients), testing::Each(0.0F)) << name;
  EXPECT_NE(module.parameter("head.bias", module.gradients)[0], 0);
  // What the archive has frozen keeps its values, also against a decay.
  module.optimizer.emplace(model::Optimizer{.weight_decay = 0.5}, model::Regularization{},
                           module.layout);
  module.step(records(8, 1));
  EXPECT_THAT(module.parameter("still", module.network->weights()), testing::Each(1.0F));
  EXPECT_THAT(module.parameter("unused", module.network->weights()),
              testing::Each(testing::Lt(1.0F)));
}

TEST(UserModule, freezes_statistics_of_the_part_that_a_group_names) {
  model::Training training = of_archive(small_archive(of_layers()));
  training.optimizer.groups = {{.match = "norm.*", .freeze_statistics = true}};
  Trained module(training), usual(of_archive(small_archive(of_layers())));
  ASSERT_TRUE(module.backward(records(16, 1)).is_ok());
  ASSERT_TRUE(usual.backward(records(16, 1)).is_ok());
  EXPECT_NE(usual.buffers[0], 0);
  EXPECT_EQ(module.buffers[0], 0);
  EXPECT_NE(module.gradients, usual.gradients);  // it normalizes by what was gathered
}

TEST(UserModule, takes_buffers_that_a_forward_pass_replaces_and_keeps_all_others) {
  Trained module(of_archive(dense_net()
                                .buffer("seen", torch::zeros({2, 1}))
                                .buffer("calls", torch::zeros({}, torch::kInt64))
                                .define("def forward(self, x):\n"
                                        "  self.seen = self.seen + torch.mean(x) + self.calls\n"
                                        "  self.calls += 1\n"
                                        "  return " +
                                        kDense)
                                .archive()));
  ASSERT_EQ(module.layout.buffers.size(), 1U);
  EXPECT_EQ(module.layout.buffers[0].shape, (model::Shape{2, 1}));
  const auto batch = records(8, 1);
  ASSERT_TRUE(module.backward(batch).is_ok());
  const auto once = module.buffers;
  EXPECT_NE(once[0], 0);
  ASSERT_TRUE(module.backward(batch).is_ok());
  EXPECT_EQ(module.buffers, once);
  module.network->buffers()[0] = 5;
  ASSERT_TRUE(module.backward(batch).is_ok());
  EXPECT_EQ(module.buffers[0], 5 + once[0]);
}

TEST(UserModule, gets_the_lengths_of_texts_where_it_takes_them) {
  model::Training training =
      of_archive(TestScript()
                     .parameter("embed", torch::rand({10, 4}))
                     .define("def forward(self, tokens, lengths, scale: float=1.0):\n"
                             "  x = torch.embedding(self.embed, tokens)\n"
                             "  return torch.sum(x, [1]) / torch.unsqueeze(lengths, 1) * scale\n")
                     .archive());
  training.task = model::Task::kTextClassification;
  training.input = {6};
  training.input_form = model::Form::kTokens;
  training.vocabulary = 10;
  training.normalization = {};
  Trained module(training);
  EXPECT_TRUE(try_module(module.training, dataset::ElementType::kInt32).is_ok());
  dataset::RecordBatch batch;
  batch.records = 2;
  const std::vector<int32_t> tokens = {3, 0, 0, 0, 0, 0, 3, 3, 3, 3, 0, 0};
  const Bytes bytes = std::as_bytes(std::span(tokens));
  batch.features.assign(bytes.begin(), bytes.end());
  batch.labels = {0, 1};
  const auto said = module.network->predict(batch);
  ASSERT_TRUE(said) << said.status().to_string();
  const float padding = module.parameter("embed", module.network->weights())[0];
  EXPECT_NE(padding, 0);
  EXPECT_NE(said->scores[0], said->scores[4]);  // padding was summed, over other lengths
}

TEST(UserModule, refuses_what_is_no_archive_or_cannot_be_trained) {
  EXPECT_THAT(refusal("no archive at all"), HasSubstr("is no TorchScript archive: "));
  EXPECT_THAT(refusal(""), HasSubstr("is no TorchScript archive: "));
  const std::string whole = small_archive(of_layers());
  EXPECT_THAT(refusal(whole.substr(0, whole.size() / 2)), HasSubstr("is no TorchScript archive: "));
  EXPECT_THAT(refusal(dense_net().archive()), HasSubstr("has no method 'forward'"));
  EXPECT_THAT(
      refusal(dense_net().define("def forward(self, x, y, z):\n  return " + kDense).archive()),
      HasSubstr("its forward must take one tensor"));
  EXPECT_THAT(refusal(dense_net()
                          .define("def forward(self, x):\n  return (x, " +
                                  kDense.substr(0, kDense.size() - 1) + ")\n")
                          .archive()),
              HasSubstr("its forward gives"));
  EXPECT_THAT(refusal(TestScript().define("def forward(self, x):\n  return x\n").archive()),
              HasSubstr("it has no parameter to train"));
  EXPECT_THAT(refusal(TestScript()
                          .parameter("weight", torch::zeros({4}, torch::kFloat64))
                          .define("def forward(self, x):\n  return x\n")
                          .archive()),
              HasSubstr("its parameter 'weight' is of CPUDoubleType; float32 can be trained"));
  const torch::Tensor both = torch::zeros({2, 4});
  EXPECT_THAT(refusal(TestScript()
                          .parameter("a", both[0])
                          .parameter("b", both[1])
                          .define("def forward(self, x):\n  return x\n")
                          .archive()),
              HasSubstr("its parameters 'a' and 'b' are parts of one tensor"));
}

TEST(UserModule, refuses_what_does_not_fit_the_data) {
  const std::string net = dense_net().define("def forward(self, x):\n  return " + kDense).archive();
  EXPECT_THAT(refusal(net, [](model::Training& training) { training.classes = 7; }),
              HasSubstr("it gives [2, 4] of Float for an input of [2, 1, 8, 8], and must give"
                        " [2, 7] of Float: one value a class"));
  EXPECT_THAT(refusal(net,
                      [](model::Training& training) {
                        training.input = {1, 9, 9};
                      }),
              HasSubstr("mat1 and mat2 shapes cannot be multiplied (2x81 and 64x4)"));
  EXPECT_THAT(refusal(dense_net()
                          .define("def forward(self, x):\n  return torch.argmax(" +
                                  kDense.substr(0, kDense.size() - 1) + ", 1)\n")
                          .archive()),
              HasSubstr("it gives [2] of Long"));
}

// Whatever comes of it, it is an answer.
TEST(UserModule, survives_damaged_archives) {
  const std::string whole = small_archive(of_layers());
  dataset::SplitMix64 random(1);
  for (int round = 0; round < 100; ++round) {
    std::string damaged = whole;
    for (int i = 0; i < 3; ++i)
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    if (round % 4 == 0) damaged.resize(random.below(damaged.size()));
    model::Training training = of_archive(damaged);
    static_cast<void>(look_into_module(training).is_ok());
  }
}

}  // namespace
}  // namespace howdah::train
