#include "job/pretrained_section.h"

#include <gmock/gmock.h>

#include "job/job_spec.h"

namespace howdah::job {
namespace {

using testing::HasSubstr;
using Map = model::Pretrained::Map;

Result<JobSpec> job(const std::string& pretrained, const std::string& type = "resnet18") {
  return parse_job("name: a\ndata: {source: /data}\nmodel:\n  type: " + type + "\n  pretrained: {" +
                       pretrained + "}\n",
                   "job.yaml");
}
std::string complaint(const std::string& pretrained, const std::string& type = "resnet18") {
  const auto spec = job(pretrained, type);
  EXPECT_FALSE(spec) << pretrained;
  return spec.status().to_string();
}

TEST(PretrainedSection, reads_where_weights_come_from_and_what_is_taken) {
  const auto spec = job("weights: 'hdfs:///w', map: torchvision, skip: ['fc.*'], strict: false");
  ASSERT_TRUE(spec) << spec.status().to_string();
  const model::Pretrained& pretrained = spec->training.pretrained;
  EXPECT_EQ(pretrained.weights, "hdfs:///w");
  EXPECT_EQ(pretrained.map, Map::kTorchvision);
  EXPECT_EQ(pretrained.zoo, model::ZooType::kResnet18);
  EXPECT_EQ(pretrained.skip, std::vector<std::string>{"fc.*"});
  EXPECT_FALSE(pretrained.strict);
  EXPECT_EQ(pretrained.where, "job.yaml:5:25");
  const auto patterns = job("weights: w, map: {'a.*': '*', b: c}", "mlp");
  ASSERT_TRUE(patterns) << patterns.status().to_string();
  EXPECT_EQ(patterns->training.pretrained.patterns.size(), 2U);
}

TEST(PretrainedSection, resolved_is_the_same) {
  for (const std::string pretrained :
       {"weights: w", "weights: w, map: torchvision, skip: ['fc.*', 'x']",
        "weights: w, map: {'a.*': '*'}, strict: false"}) {
    const auto spec = job(pretrained);
    ASSERT_TRUE(spec) << spec.status().to_string();
    const auto again = parse_job(to_yaml(*spec), "job.yaml");
    ASSERT_TRUE(again) << again.status().to_string() << to_yaml(*spec);
    EXPECT_EQ(to_yaml(*again), to_yaml(*spec));
  }
  const auto layers = parse_job(
      "name: a\ndata: {source: /data}\nmodel:\n  layers: [flatten, {dense: {units: 3}}]\n"
      "  pretrained: {weights: w}\n",
      "job.yaml");
  ASSERT_TRUE(layers) << layers.status().to_string();
  const auto again = parse_job(to_yaml(*layers), "job.yaml");
  ASSERT_TRUE(again) << again.status().to_string() << to_yaml(*layers);
  EXPECT_EQ(again->training.pretrained.weights, "w");
}

TEST(PretrainedSection, refuses_what_cannot_be_with_its_place) {
  EXPECT_THAT(complaint("map: none"), HasSubstr("'model.pretrained.weights' is missing"));
  EXPECT_THAT(complaint("weights: w, map: torchvison"), HasSubstr("did you mean 'torchvision'"));
  EXPECT_THAT(complaint("weights: w, map: torchvision", "mlp"),
              HasSubstr("job.yaml:5:33: 'model.pretrained.map: torchvision' is for"));
  EXPECT_THAT(complaint("weights: w, map: {a: '*'}"), HasSubstr("'*' has more '*' than 'a'"));
  EXPECT_THAT(complaint("weights: w, map: {a: [b]}"), HasSubstr("patterns of names"));
  EXPECT_THAT(complaint("weights: w, skip: fc"),
              HasSubstr("'model.pretrained.skip' must be a list"));
  EXPECT_THAT(complaint("weights: w, skip: [[]]"), HasSubstr("list of patterns"));
  EXPECT_THAT(complaint("weights: w, stict: true"), HasSubstr("did you mean 'strict'"));
}

}  // namespace
}  // namespace howdah::job
