#include "data/test_prepared.h"

namespace howdah::data {
namespace {

using dataset::Part;
using dataset::Request;
using dataset::TargetKind;
using testing::HasSubstr;
using Values = std::vector<float>;

class PreparedTable : public PreparedData {
 protected:
  PreparedTable() {
    options_.request.records = Request::Records::kTable;
    options_.request.targets = {"late"};
  }
};

TEST_F(PreparedTable, becomes_numbers_and_codes_of_categories) {
  write("train", {{"distance", whole({10, 20, 30})},
                  {"late", flags({false, true, true})},
                  {"carrier", texts({"UA", "AA", "UA"})},
                  {"weekend", flags({true, true, {}})}});
  write("test", {{"distance", whole({40, 50})},
                 {"late", flags({true, false})},
                 {"carrier", texts({"ZZ", {}})},
                 {"weekend", flags({false, true})}});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  const dataset::Index& index = built->index;
  EXPECT_EQ(index.element, dataset::ElementType::kFloat32);
  EXPECT_EQ(index.shape, (std::vector<int64_t>{3}));
  EXPECT_EQ(index.class_names, (std::vector<std::string>{"false", "true"}));
  EXPECT_EQ(index.columns,
            (std::vector<dataset::Column>{
                {"distance", {}}, {"carrier", {"UA", "AA"}}, {"weekend", {"true"}}}));
  EXPECT_EQ(index.mean, (std::vector<double>{20, 0, 0}));
  EXPECT_DOUBLE_EQ(index.stddev[0], std::sqrt(200.0 / 3));
  EXPECT_EQ(index.stddev[1], 1);
  const auto train = read(index, Part::kTrain);
  EXPECT_EQ(features<float>(train), (Values{10, 1, 1, 20, 2, 1, 30, 1, 0}));
  EXPECT_EQ(train.labels, (std::vector<int32_t>{0, 1, 1}));
  EXPECT_EQ(features<float>(read(index, Part::kTest)), (Values{40, 0, 0, 50, 0, 1}));
  EXPECT_EQ(dataset::Index::from_json(index.to_json())->to_json(), index.to_json());
  EXPECT_TRUE(build()->reused);
}

TEST_F(PreparedTable, of_a_regression_finds_several_numbers) {
  options_.request.target_kind = TargetKind::kValues;
  options_.request.targets = {"y", "z"};
  options_.request.features = {"b"};
  write("train", {{"a", numbers({1, 2})},
                  {"b", numbers({0.5, -1})},
                  {"y", numbers({3, 4})},
                  {"z", whole({5, 6})}});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(built->index.target.names, (std::vector<std::string>{"y", "z"}));
  EXPECT_EQ(built->index.classes, 1);
  const auto train = read(built->index, Part::kTrain);
  EXPECT_EQ(features<float>(train), (Values{0.5, -1}));
  EXPECT_EQ(train.values, (Values{3, 5, 4, 6}));
  EXPECT_TRUE(train.labels.empty());
}

TEST_F(PreparedTable, that_cannot_be_trained_from_is_refused) {
  const Named late{"late", flags({true, false})};
  write("train", {late, {"distance", numbers({1, {}})}});
  EXPECT_THAT(refused(), HasSubstr("/p/train/part-0.parquet, row 2: the column 'distance' has no "
                                   "value"));
  start_anew();
  write("train", {late, {"distance", numbers({1, 1e300})}});
  EXPECT_THAT(refused(), HasSubstr("row 2: the column 'distance' holds 1e+300"));
  start_anew();
  write(
      "train",
      {late, {"at", numbers({1, 2})->View(arrow::timestamp(arrow::TimeUnit::MICRO)).ValueOrDie()}});
  EXPECT_THAT(refused(), HasSubstr("the column 'at' holds neither numbers nor categories"));
  start_anew();
  write("train", {late});
  EXPECT_THAT(refused(), HasSubstr("there is no column beside the target"));
  write("train", {late, {"distance", numbers({1, 2})}});
  start_anew();
  write("train", {late, {"distance", numbers({1, 2})}});
  options_.request.features = {"distence"};
  EXPECT_THAT(refused(), HasSubstr("there is no column 'distence'; did you mean 'distance'?"));
  options_.request.features.clear();
  options_.request.targets = {"lat"};
  EXPECT_THAT(refused(), HasSubstr("there is no column 'lat'; did you mean 'late'?"));
  options_.request.targets = {"late"};
  options_.request.target_kind = TargetKind::kValues;
  EXPECT_THAT(refused(), HasSubstr("the target 'late' holds no numbers"));
}

TEST_F(PreparedTable, names_the_class_that_the_training_part_lacks) {
  write("train", {{"x", numbers({1, 2})}, {"late", texts({"no", "yes"})}});
  write("validation", {{"x", numbers({1})}, {"late", texts({"maybe"})}});
  EXPECT_THAT(refused(), HasSubstr("/p/validation/part-1.parquet, row 1: the class 'maybe'"));
}

}  // namespace
}  // namespace howdah::data
