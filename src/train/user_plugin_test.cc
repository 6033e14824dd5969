#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "howdah/plugin.h"
#include "train/look_into.h"
#include "train/network.h"

namespace howdah::train {
namespace {

using testing::HasSubstr;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The module of examples/plugin.
model::Training example(std::map<std::string, std::string> options = {}) {
  model::Training training;
  training.input = {1, 8, 8};
  training.classes = 4;
  training.module.emplace();
  training.module->kind = model::UserModule::Kind::kPlugin;
  training.module->options = std::move(options);
  static const auto content = std::make_shared<const std::string>(content_of(HOWDAH_TEST_PLUGIN));
  training.module->content = content;
  return training;
}

std::string refusal(model::Training training) {
  const Status looked = look_into_module(training);
  const Status status = looked ? try_module(training, dataset::ElementType::kUint8) : looked;
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status.to_string().find('\n'), std::string::npos) << status.to_string();
  return status.to_string();
}
std::string refusal_of(std::string content) {
  model::Training training = example();
  training.module->content = std::make_shared<const std::string>(std::move(content));
  return refusal(std::move(training));
}

std::vector<float> first_weights(model::Training training) {
  EXPECT_EQ(look_into_module(training).to_string(), "ok");
  const Layout layout = Layout::of(training).value();
  const auto network =
      std::move(Network::create(training, layout, dataset::ElementType::kUint8)).value();
  return {network->weights().begin(), network->weights().end()};
}

TEST(UserPlugin, makes_the_module_for_the_data_and_the_options) {
  model::Training training = example({{"width", "3"}});
  ASSERT_EQ(look_into_module(training).to_string(), "ok");
  const Layout layout = Layout::of(training).value();
  std::vector<std::string> tensors;
  for (const Parameter& parameter : layout.parameters)
    tensors.push_back(parameter.name + " " + model::to_string(parameter.shape));
  for (const Buffer& buffer : layout.buffers)
    tensors.push_back(buffer.name + " " + model::to_string(buffer.shape));
  EXPECT_THAT(tensors, testing::ElementsAre("first.weight [3, 1, 3, 3]", "norm.weight [3]",
                                            "norm.bias [3]", "second.weight [3, 3, 3, 3]",
                                            "head.weight [4, 48]", "head.bias [4]",
                                            "norm.running_mean [3]", "norm.running_var [3]"));
  EXPECT_TRUE(try_module(training, dataset::ElementType::kUint8).is_ok());
}

TEST(UserPlugin, draws_its_first_weights_from_the_seed) {
  const auto weights = first_weights(example());
  torch::manual_seed(99);
  EXPECT_EQ(first_weights(example()), weights);
  model::Training other = example();
  other.seed = 2;
  EXPECT_NE(first_weights(other), weights);
}

TEST(UserPlugin, learns_and_changes_its_buffers_in_the_trainers_memory) {
  model::Training training = example({{"dropout", "0.5"}});
  ASSERT_TRUE(look_into_module(training).is_ok());
  const Layout layout = Layout::of(training).value();
  const auto network =
      std::move(Network::create(training, layout, dataset::ElementType::kUint8)).value();
  dataset::RecordBatch batch;
  batch.records = 4;
  batch.features.resize(4 * 64, std::byte{200});
  batch.labels = {0, 1, 2, 3};
  const auto run = [&](uint64_t seed) {
    std::vector<float> all;
    const Status done = network->backward(
        batch, seed,
        {[&](const SampleSums&, std::span<const float> buffers) {
           all.insert(all.end(), buffers.begin(), buffers.end());
         },
         [&](int parameter, const float* values) {
           const int64_t count = layout.parameters[static_cast<size_t>(parameter)].count;
           all.insert(all.end(), values, values + count);
         }});
    EXPECT_TRUE(done) << done.to_string();
    return all;
  };
  const auto once = run(1);
  EXPECT_NE(once[0], 0);  // norm.running_mean
  EXPECT_NE(run(2), once);
  EXPECT_EQ(run(1), once);
  EXPECT_EQ(network->buffers()[0], 0);  // the canonical one
}

TEST(UserPlugin, says_what_is_wrong_with_a_library) {
  EXPECT_THAT(refusal_of("no library"), HasSubstr("is no plug-in: "));
  EXPECT_THAT(refusal_of(""), HasSubstr("is no plug-in: "));
  EXPECT_THAT(refusal_of(content_of("/lib/x86_64-linux-gnu/libm.so.6")),
              HasSubstr("is no plug-in: nothing in it says HOWDAH_MODEL(...)"));
  EXPECT_THAT(refusal_of(content_of(HOWDAH_TEST_OTHER_PLUGIN)),
              HasSubstr("was built for howdah model 0, torch 1.0; this is howdah model 1, torch "
                        "2.15.0, libstdc++ ABI 1; build it again"));
}

TEST(UserPlugin, says_what_its_factory_does_not_like) {
  EXPECT_THAT(refusal(example({{"width", "many"}})),
              HasSubstr("the option 'width' is a whole number, not 'many'"));
  EXPECT_THAT(refusal(example({{"widht", "3"}})),
              HasSubstr("it knows no option 'widht'; it asked for dropout, width"));
  EXPECT_THAT(refusal(example({{"width", "0"}})), HasSubstr("must be a positive integer"));
  EXPECT_THAT(refusal(example({{"dropout", "2"}})), HasSubstr("dropout probability"));
  model::Training other = example();
  other.input = {3};
  EXPECT_THAT(refusal(other), HasSubstr("Expected 3D (unbatched) or 4D (batched) input"));
}

// ---- the header alone ----

struct WithLengths : torch::nn::Module {
  static torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& lengths) {
    return x + lengths;
  }
};
struct AloneImpl : torch::nn::Module {
  static torch::Tensor forward(const torch::Tensor& x) { return x; }
};
TORCH_MODULE(Alone);

TEST(PluginHeader, calls_forward_with_as_many_tensors_as_it_takes) {
  const torch::Tensor one = torch::ones({1});
  const Model two = model_of(std::make_shared<WithLengths>());
  EXPECT_TRUE(two.takes_lengths);
  EXPECT_EQ(two.forward(one, one).item<float>(), 2);
  const Model alone = model_of(Alone());
  EXPECT_FALSE(alone.takes_lengths);
  EXPECT_EQ(alone.forward(one, one).item<float>(), 1);
}

TEST(PluginHeader, reads_options_strictly) {
  ModelRequest request;
  request.options = {{"rate", "0.5"}, {"count", "7"}, {"on", "true"}, {"name", "a,b"}};
  EXPECT_EQ(request.number("rate", 1), 0.5);
  EXPECT_EQ(request.integer("count", 1), 7);
  EXPECT_TRUE(request.flag("on", false));
  EXPECT_EQ(request.text("name", ""), "a,b");
  EXPECT_EQ(request.integer("none", 3), 3);
  EXPECT_THROW(request.integer("rate", 1), std::invalid_argument);
  EXPECT_THROW(request.flag("name", true), std::invalid_argument);
}

}  // namespace
}  // namespace howdah::train
