
#include "transform/normalize_testing.h"

namespace howdah::transform {
namespace {

using namespace testing_;
using prepare::ImageStandard;
using testing::HasSubstr;

struct Image {
  std::string bytes;
  int height, width, channels;
};

Records images(const std::vector<Image>& list) {
  arrow::BinaryBuilder bytes;
  arrow::Int32Builder sides[3];
  for (const Image& image : list) {
    EXPECT_TRUE(bytes.Append(image.bytes).ok());
    EXPECT_TRUE(sides[0].Append(image.height).ok());
    EXPECT_TRUE(sides[1].Append(image.width).ok());
    EXPECT_TRUE(sides[2].Append(image.channels).ok());
  }
  return records_from({{"image", bytes.Finish().ValueOrDie()},
                       {"height", sides[0].Finish().ValueOrDie()},
                       {"width", sides[1].Finish().ValueOrDie()},
                       {"channels", sides[2].Finish().ValueOrDie()}});
}

TEST(ImageStandard, keeps_mean_and_deviation_of_each_channel_and_changes_nothing) {
  // Red is 0 and 255, green 255 and 255, blue 51.
  const Records records = images({{std::string("\x00\xff\x33\xff\xff\x33", 6), 1, 2, 3}});
  const auto step = step_of(ImageStandard{});
  ASSERT_TRUE(learn(*step, records).is_ok());
  EXPECT_EQ(state_of(*step), R"({"column":"image","pixels":2,"mean":[0.5,1.0,0.2],)"
                             R"("standard_deviation":[0.5,0.0,0.0]})");
  EXPECT_TRUE(applied(*step, records).batch->Equals(*records.batch));
  EXPECT_TRUE(step->writes().empty());
}

TEST(ImageStandard, counts_each_image_that_training_will_change) {
  const auto step = step_of(ImageStandard{});
  ASSERT_TRUE(learn(*step, images({{"a", 1, 1, 1}})).is_ok());
  Effects effects;
  applied(*step, images({{"a", 1, 1, 1}, {"b", 1, 1, 1}}), &effects);
  EXPECT_EQ(effects.effect.rows_changed, 2);
  EXPECT_EQ(effects.effect.values_changed, 2);
  EXPECT_TRUE(step->warnings().empty());

  const auto nothing = step_of(ImageStandard{});
  ASSERT_TRUE(learn(*nothing, images({})).is_ok());
  Effects none;
  applied(*nothing, images({{"a", 1, 1, 1}}), &none);
  EXPECT_EQ(none.effect.rows_changed, 0);
  EXPECT_EQ(nothing->warnings().size(), 1U);
}

TEST(ImageStandard, is_the_same_however_it_was_learnt_and_from_any_sizes) {
  std::vector<Image> list;
  for (int side = 0; side < 9; ++side) {
    std::string bytes;
    for (int i = 0; i < side * 7 * 3; ++i) bytes.push_back(static_cast<char>(i * i * 31 + side));
    list.push_back({bytes, side, 7, 3});
  }
  expect_same_however_split(ImageStandard{}, images(list));
}

TEST(ImageStandard, sums_images_larger_than_a_block) {
  const auto step = step_of(ImageStandard{});
  ASSERT_TRUE(learn(*step, images({{std::string(300'000, '\xff'), 300, 1000, 1}})).is_ok());
  EXPECT_EQ(state_of(*step),
            R"({"column":"image","pixels":300000,"mean":[1.0],"standard_deviation":[0.0]})");
}

TEST(ImageStandard, refuses_bytes_that_are_no_such_image) {
  const Status status = learn(*step_of(ImageStandard{}), images({{"abc", 2, 2, 1}}));
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.to_string(), HasSubstr("an image of 3 bytes in column \"image\""));
  EXPECT_THAT(status.to_string(), HasSubstr("is 4"));
  EXPECT_FALSE(learn(*step_of(ImageStandard{}), images({{"", -1, 0, 1}})).is_ok());
  EXPECT_FALSE(learn(*step_of(ImageStandard{}), images({{"", 1 << 30, 1 << 30, 1 << 30}})).is_ok());
}

TEST(ImageStandard, refuses_images_of_different_channels_whoever_sees_them) {
  const Records records = images({{"a", 1, 1, 1}, {"abc", 1, 1, 3}});
  for (const int workers : {1, 2})
    EXPECT_THAT(learn(*step_of(ImageStandard{}), records, 1, workers).to_string(),
                HasSubstr("different numbers of channels"));
}

TEST(ImageStandard, refuses_broken_state) {
  for (const char* text : {"{}", R"({"pixels":1,"mean":[1],"standard_deviation":[]})",
                           R"({"pixels":1,"mean":["1"],"standard_deviation":[1]})"})
    EXPECT_EQ(step_of(ImageStandard{})->restore(nlohmann::ordered_json::parse(text)).code(),
              Code::kCorrupt);
}

}  // namespace
}  // namespace howdah::transform
