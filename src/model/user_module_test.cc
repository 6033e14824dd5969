#include "model/user_module.h"

#include <gmock/gmock.h>

#include "model/training.h"

namespace howdah::model {
namespace {

std::vector<LayerShape> parts() {
  std::vector<LayerShape> parts(2);
  parts[0].trained = {{.name = "token", .shape = {3}, .frozen = true}};
  parts[1].name = "layers.0";
  parts[1].trained = {{.name = "weight", .shape = {2, 3}, .regularized = true}};
  parts[1].buffers = {{"mean", {}}, {"table", {4, 1}}};
  return parts;
}

Training training() {
  Training training;
  training.module.emplace();
  training.input = {5};
  training.classes = 3;
  return training;
}

TEST(UserModule, says_what_it_holds_as_json_and_back) {
  const auto again = parts_from_json(parts_to_json(parts()));
  ASSERT_TRUE(again) << again.status().to_string();
  EXPECT_EQ(parts_to_json(*again), parts_to_json(parts()));
  EXPECT_EQ((*again)[1].buffers[1].shape, (Shape{4, 1}));
  EXPECT_TRUE((*again)[0].trained[0].frozen);
  EXPECT_EQ((*again)[1].parameters, 6);
  for (const char* text : {"", "3", "[3]", "[{\"name\": \"a\"}]",
                           "[{\"name\": 3, \"parameters\": [], \"buffers\": []}]"})
    EXPECT_EQ(parts_from_json(text).status().code(), Code::kCorrupt) << text;
}

TEST(UserModule, is_the_network_once_somebody_looked_into_it) {
  Training unknown = training();
  EXPECT_EQ(infer_network(unknown).status().code(), Code::kFailedPrecondition);
  unknown.module->parts = parts();
  const auto shapes = infer_network(unknown);
  ASSERT_TRUE(shapes) << shapes.status().to_string();
  EXPECT_THAT(parameter_names(*shapes), testing::ElementsAre("token", "layers.0.weight"));
  EXPECT_EQ(output_of(*shapes), Signal({3}));
  EXPECT_EQ(weight_slots(*shapes)[3].name, "layers.0.table");
}

}  // namespace
}  // namespace howdah::model
