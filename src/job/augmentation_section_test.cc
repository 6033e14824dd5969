#include "job/augmentation_section.h"

#include <gmock/gmock.h>

#include "dataset/index.h"
#include "job/job_spec.h"

namespace howdah::job {
namespace {

using testing::HasSubstr;

std::string job_text(const std::string& augment, const std::string& more = "") {
  return "name: a\n"
         "data:\n"
         "  source: /data\n"
         "  augment: {" +
         augment +
         "}\n"
         "model: {layers: [flatten, {dense: {units: 10}}]}\n" +
         more;
}
model::Augmentation parsed(const std::string& augment) {
  const auto spec = parse_job(job_text(augment), "job.yaml");
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec ? spec->training.augmentation : model::Augmentation{};
}
std::string complaint(const std::string& augment) {
  const auto spec = parse_job(job_text(augment), "job.yaml");
  EXPECT_FALSE(spec) << augment;
  return spec.status().to_string();
}

TEST(AugmentationSection, reads_words_and_maps) {
  EXPECT_FALSE(parsed("").any());
  const auto flip = parsed("flip: both");
  EXPECT_EQ(flip.flip_horizontal, 0.5);
  EXPECT_EQ(flip.flip_vertical, 0.5);
  const auto rare = parsed("flip: {direction: vertical, probability: 0.1}");
  EXPECT_EQ(rare.flip_horizontal, 0);
  EXPECT_EQ(rare.flip_vertical, 0.1);
  const auto many = parsed(
      "crop: {padding: 4}, rotate: 15, color: {brightness: 0.2, contrast: 0.3, saturation: 0.4},"
      " cutout: {size: 8, count: 2}, mixup: {alpha: 0.4}, fill: mean");
  EXPECT_EQ(many.crop_padding, 4);
  EXPECT_EQ(many.rotate, 15);
  EXPECT_EQ(many.contrast, 0.3);
  EXPECT_EQ(many.cutout_size, 8);
  EXPECT_EQ(many.cutout_count, 2);
  EXPECT_EQ(many.mixup, 0.4);
  EXPECT_TRUE(many.fill_mean);
  EXPECT_EQ(parsed("mixup: {}").mixup, 0.2);
}

TEST(AugmentationSection, resolved_is_the_same) {
  for (const std::string augment :
       {"crop: {padding: 4}, flip: horizontal", "flip: {direction: both, probability: 0.3}",
        "flip: vertical, rotate: 7.5, fill: mean", "color: {saturation: 0.5}",
        "cutout: {size: 3}, mixup: {alpha: 1}"}) {
    const auto spec = parse_job(job_text(augment), "job.yaml");
    ASSERT_TRUE(spec) << spec.status().to_string();
    const std::string text = to_yaml(*spec);
    const auto again = parse_job(text, "job.yaml");
    ASSERT_TRUE(again) << again.status().to_string() << "\n" << text;
    EXPECT_EQ(to_yaml(*again), text);
    EXPECT_EQ(augmentation_to_yaml(again->training.augmentation),
              augmentation_to_yaml(spec->training.augmentation));
  }
}

TEST(AugmentationSection, refuses_what_cannot_be_with_its_place) {
  EXPECT_THAT(complaint("crop: {}"),
              HasSubstr("job.yaml:4:19: 'data.augment.crop.padding' is missing"));
  EXPECT_THAT(complaint("crop: {padding: -1}"), HasSubstr("job.yaml:4:29:"));
  EXPECT_THAT(complaint("flip: sideways"), HasSubstr("'data.augment.flip' cannot be 'sideways'"));
  EXPECT_THAT(complaint("flip: {probability: 2}"), HasSubstr("'data.augment.flip.probability'"));
  EXPECT_THAT(complaint("rotate: 181"), HasSubstr("'data.augment.rotate'"));
  EXPECT_THAT(complaint("colour: {brightness: 1}"), HasSubstr("did you mean 'color'"));
  EXPECT_THAT(complaint("color: {brightness: -0.1}"), HasSubstr("'data.augment.color.brightness'"));
  EXPECT_THAT(complaint("cutout: {count: 1}"), HasSubstr("'data.augment.cutout.size' is missing"));
  EXPECT_THAT(complaint("mixup: {alpha: 0}"), HasSubstr("must be above 0"));
  EXPECT_THAT(complaint("mixup: 0.2"), HasSubstr("'data.augment.mixup' must be a map"));
  EXPECT_THAT(complaint("fill: white"), HasSubstr("'data.augment.fill'"));
}

TEST(AugmentationSection, is_checked_against_the_images) {
  dataset::Index index;
  index.shape = {1, 28, 28};
  index.classes = 10;
  index.mean = {70};
  index.partitions.resize(1);
  index.partitions[0].name = "train";
  index.partitions[0].records = 100;
  const auto told = [&](const std::string& augment) {
    auto spec = parse_job(job_text(augment), "job.yaml");
    EXPECT_TRUE(spec) << spec.status().to_string();
    return complete_from_index(*spec, index).to_string();
  };
  EXPECT_THAT(told("crop: {padding: 28}"),
              HasSubstr("job.yaml:4:12: 'data.augment.crop.padding' is 28"));
  EXPECT_THAT(told("cutout: {size: 29}"), HasSubstr("'data.augment.cutout.size' is 29"));
  EXPECT_THAT(told("color: {saturation: 0.1}"), HasSubstr("for 3 channels, the images have 1"));
  index.element = dataset::ElementType::kFloat32;
  EXPECT_THAT(told("color: {brightness: 0.1}"), HasSubstr("images of 8 bits"));
  index.shape = {784};
  EXPECT_THAT(told("flip: horizontal"), HasSubstr("the data are [784]"));
}

}  // namespace
}  // namespace howdah::job
