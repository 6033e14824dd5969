#include "model/optimizer.h"

#include <gtest/gtest.h>

namespace howdah::model {
namespace {

const std::vector<std::string> kNames = {"0.weight", "0.bias", "3.weight", "3.bias", "10.weight"};

TEST(Matches, knows_any_number_of_letters_and_one_letter) {
  EXPECT_TRUE(matches("*.bias", "0.bias"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("?.weight", "3.weight"));
  EXPECT_FALSE(matches("?.weight", "10.weight"));
  EXPECT_TRUE(matches("*w*g*t", "encoder.0.weight"));
  EXPECT_FALSE(matches("*.bias", "0.bias_hh"));
  EXPECT_FALSE(matches("0.bias", "0.bia"));
  EXPECT_FALSE(matches("", "a"));
}

TEST(Matches, ends_soon_on_a_pattern_that_goes_back_and_forth) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "a*";
  EXPECT_FALSE(matches(pattern + "b", std::string(2000, 'a')));
}

TEST(GroupOf, takes_the_first_that_matches) {
  const Optimizer optimizer{.groups = {{.match = "0.*", .rate = 2}, {.match = "*.bias"}}};
  EXPECT_EQ(group_of(optimizer, "0.bias"), &optimizer.groups[0]);
  EXPECT_EQ(group_of(optimizer, "3.bias"), &optimizer.groups[1]);
  EXPECT_EQ(group_of(optimizer, "3.weight"), nullptr);
}

TEST(CheckGroups, names_the_place_of_a_pattern_that_matches_nothing_and_the_parameters) {
  EXPECT_TRUE(check_groups({}, kNames).is_ok());
  EXPECT_TRUE(check_groups({.groups = {{.match = "*.bias"}, {.match = "*"}}}, kNames).is_ok());
  EXPECT_EQ(
      check_groups({.groups = {{.match = "*.bais", .where = "job.yaml:9:5"}}}, kNames).to_string(),
      "job.yaml:9:5: '*.bais' matches no parameter of the network; the parameters are 0.weight,"
      " 0.bias, 3.weight, 3.bias, 10.weight");
}

TEST(CheckGroups, refuses_a_group_that_another_leaves_nothing_for) {
  EXPECT_EQ(check_groups({.groups = {{.match = "*"}, {.match = "*.bias", .where = "job.yaml:9:5"}}},
                         kNames)
                .to_string(),
            "job.yaml:9:5: a group before it takes every parameter that '*.bias' matches; the"
            " first group that matches holds: put the narrower one first");
}

TEST(CheckGroups, refuses_to_train_nothing) {
  EXPECT_FALSE(check_groups({.groups = {{.match = "*", .freeze = true}}}, kNames).is_ok());
  EXPECT_TRUE(
      check_groups({.groups = {{.match = "3.*"}, {.match = "*", .freeze = true}}}, kNames).is_ok());
}

TEST(DefaultOptimizer, has_a_word_for_every_type) {
  EXPECT_EQ(optimizer_words().size(), 6U);
  EXPECT_EQ(optimizer_words()[static_cast<size_t>(OptimizerType::kRmsprop)], "rmsprop");
  EXPECT_EQ(default_optimizer(OptimizerType::kAdagrad).epsilon, 1e-10);
  EXPECT_EQ(default_learning_rate(OptimizerType::kAdadelta), 1);
}

}  // namespace
}  // namespace howdah::model
