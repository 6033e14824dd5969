#include "job/optimizer_section.h"

#include <gtest/gtest.h>

#include "job/job_spec.h"

namespace howdah::job {
namespace {

using model::OptimizerType;

const std::string kStart =
    "name: a\n"
    "data: {source: /data}\n"
    "model:\n"
    "  layers:\n"
    "    - flatten\n"
    "    - dense: {units: 10}\n";

model::Training parsed(const std::string& text) {
  const auto spec = parse_job(kStart + text, "job.yaml");
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec ? spec->training : model::Training{};
}
std::string complaint(const std::string& text) {
  const auto spec = parse_job(kStart + text, "job.yaml");
  EXPECT_FALSE(spec);
  return spec.status().to_string();
}

TEST(OptimizerSection, takes_pytorchs_constants_for_what_is_not_said) {
  const auto of = [](const std::string& type) {
    return parsed("optimizer: {type: " + type + "}\n");
  };
  EXPECT_EQ(parsed("").optimizer.type, OptimizerType::kSgd);
  EXPECT_EQ(of("adagrad").optimizer.epsilon, 1e-10);
  EXPECT_EQ(of("adadelta").optimizer.epsilon, 1e-6);
  EXPECT_EQ(of("adadelta").schedule.initial, 1);
  EXPECT_EQ(of("rmsprop").optimizer.alpha, 0.99);
  EXPECT_EQ(of("rmsprop").schedule.initial, 0.01);
  EXPECT_EQ(of("adamw").optimizer.weight_decay, 0.01);
  EXPECT_EQ(of("adam").schedule.initial, 0.001);
}

TEST(OptimizerSection, resolved_is_the_same_optimizer) {
  for (const std::string keys :
       {"type: sgd, momentum: 0.9, dampening: 0.1", "type: sgd, momentum: 0.9, nesterov: true",
        "type: adam, beta1: 0.8, beta2: 0.99, epsilon: 1e-7, amsgrad: true",
        "type: adamw, weight_decay: 0.3", "type: adagrad, lr_decay: 0.1, initial_accumulator: 0.2",
        "type: adadelta, rho: 0.8, epsilon: 1e-5",
        "type: rmsprop, alpha: 0.9, momentum: 0.5, centered: true",
        "type: sgd, groups: [{match: \"*.bias\", weight_decay: 0, rate: 0.1}, {match: 1.*, freeze:"
        " true}], clip: {norm: 1.5}",
        "type: sgd, clip: {value: 0.5}, ema: {}",
        "type: sgd, ema: {decay: 0.99, warmup: true, use: false}"}) {
    const auto spec = parse_job(kStart + "optimizer: {" + keys + "}\n", "job.yaml");
    ASSERT_TRUE(spec) << spec.status().to_string();
    const std::string text = to_yaml(*spec);
    const auto again = parse_job(text, "job.yaml");
    ASSERT_TRUE(again) << again.status().to_string() << "\n" << text;
    EXPECT_EQ(to_yaml(*again), text);
  }
}

TEST(OptimizerSection, reads_groups_clipping_and_the_average) {
  const model::Optimizer optimizer = parsed(
                                         "optimizer:\n"
                                         "  type: rmsprop\n"
                                         "  groups:\n"
                                         "    - {match: \"*.bias\", weight_decay: 0, rate: 0.1}\n"
                                         "    - {match: 1.*, freeze: true}\n"
                                         "  clip: {norm: 1.5}\n"
                                         "  ema: {warmup: true}\n")
                                         .optimizer;
  ASSERT_EQ(optimizer.groups.size(), 2U);
  EXPECT_EQ(optimizer.groups[0].weight_decay, 0);
  EXPECT_EQ(optimizer.groups[0].rate, 0.1);
  EXPECT_EQ(optimizer.groups[0].where, "job.yaml:10:7");
  EXPECT_FALSE(optimizer.groups[1].weight_decay);
  EXPECT_TRUE(optimizer.groups[1].freeze);
  EXPECT_EQ(optimizer.clip.norm, 1.5);
  EXPECT_EQ(optimizer.average.decay, 0.999);
  EXPECT_TRUE(optimizer.average.warmup);
  EXPECT_EQ(parsed("").optimizer.average.decay, 0);
}

TEST(OptimizerSection, names_the_place_of_what_it_cannot_take) {
  EXPECT_EQ(complaint("optimizer: {type: rmsprob}\n"),
            "job.yaml:7:19: 'optimizer.type' cannot be 'rmsprob'; did you mean 'rmsprop'?");
  EXPECT_EQ(complaint("optimizer: {type: sgd, epsilon: 1e-3}\n")
                .rfind("job.yaml:7:24: unknown key 'optimizer.epsilon'", 0),
            0U);
  EXPECT_EQ(complaint("optimizer: {type: adadelta, rho: 1.5}\n")
                .rfind("job.yaml:7:34: 'optimizer.rho' must be from 0 to", 0),
            0U);
  EXPECT_EQ(complaint("optimizer: {momentum: nan}\n"),
            "job.yaml:7:23: 'optimizer.momentum' must be a number, not 'nan'");
  EXPECT_EQ(complaint("optimizer: {nesterov: true}\n"),
            "job.yaml:7:23: 'optimizer.nesterov' needs a momentum above 0 and no dampening; set"
            " 'momentum: 0.9'");
  EXPECT_EQ(complaint("optimizer: {clip: {norm: 0}}\n"),
            "job.yaml:7:26: 'optimizer.clip.norm' must be above 0; leave it out");
  EXPECT_EQ(complaint("optimizer: {clip: {norm: 1, value: 2}}\n"),
            "job.yaml:7:36: 'optimizer.clip' is by 'norm' or by 'value', not by both; leave one"
            " out");
  EXPECT_EQ(complaint("optimizer: {ema: {decai: 0.9}}\n"),
            "job.yaml:7:19: unknown key 'optimizer.ema.decai'; did you mean 'decay'?");
  EXPECT_EQ(complaint("optimizer: {ema: {decay: 1}}\n").rfind("job.yaml:7:26: ", 0), 0U);
  EXPECT_EQ(complaint("optimizer: {type: adam, beta2: 1}\n"),
            "job.yaml:7:32: 'optimizer.beta2' must be below 1, not 1");
}

TEST(OptimizerSection, names_the_place_of_a_wrong_group) {
  EXPECT_EQ(complaint("optimizer: {groups: [{rate: 2}]}\n"),
            "job.yaml:7:22: 'optimizer.groups.match' is missing");
  EXPECT_EQ(complaint("optimizer: {groups: [{match: a, rates: 2}]}\n"),
            "job.yaml:7:33: unknown key 'optimizer.groups.rates'; did you mean 'rate'?");
  EXPECT_EQ(complaint("optimizer: {groups: [{match: \"a\\nb\"}]}\n").rfind("job.yaml:7:30: ", 0),
            0U);
  EXPECT_EQ(complaint("optimizer: {groups: [bias]}\n"),
            "job.yaml:7:22: 'optimizer.groups' must be a map of keys");
  EXPECT_EQ(complaint("optimizer: {groups: {match: a}}\n"),
            "job.yaml:7:21: 'optimizer.groups' must be a list");
}

TEST(OptimizerSection, refuses_a_group_without_a_parameter_before_anything_is_submitted) {
  auto spec = parse_job(kStart + "optimizer: {groups: [{match: 0.*}]}\n", "job.yaml");
  ASSERT_TRUE(spec) << spec.status().to_string();
  dataset::Index index;
  index.shape = {4};
  index.classes = 10;
  EXPECT_EQ(complete_from_index(*spec, index).to_string(),
            "job.yaml:7:22: '0.*' matches no parameter of the network; the parameters are"
            " 1.weight, 1.bias");
}

TEST(Accumulate, takes_as_many_times_the_batch_in_as_many_times_the_streams) {
  const model::Training training =
      parsed("train: {batch: 64, accumulate: 4}\nparallel: {streams: 2}\n");
  EXPECT_EQ(training.batch, 256);
  EXPECT_EQ(training.streams, 8);
  EXPECT_EQ(parsed("train: {batch: 128, accumulate: 3}\n").streams, 6);
  EXPECT_EQ(complaint("train: {accumulate: 4000}\n")
                .rfind("job.yaml:7:21: 'train.accumulate' makes 8000 streams", 0),
            0U);
}

}  // namespace
}  // namespace howdah::job
