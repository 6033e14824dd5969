#include "model/fill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/zoo.h"

namespace howdah::model {
namespace {

using testing::ElementsAre;

const std::vector<DataColumn> kFlights = {{"carrier", 15}, {"distance", 0}, {"origin", 4}};

Layer columns_layer() {
  return {.type = LayerType::kEmbedColumns, .units = 3, .where = "job.yaml:5:7"};
}
std::string refusal_of(const Layer& layer) {
  std::vector<Layer> layers{layer};
  return fill_columns(layers, kFlights).to_string();
}

TEST(FillVocabulary, goes_into_blocks_and_leaves_what_is_given) {
  const Layer open{.type = LayerType::kEmbedding, .units = 2};
  Layer given = open;
  given.vocabulary = 7;
  std::vector<Layer> layers{{.type = LayerType::kParallel, .branches = {{open}, {given}}}};
  fill_vocabulary(layers, 50);
  EXPECT_EQ(layers[0].branches[0][0].vocabulary, 50);
  EXPECT_EQ(layers[0].branches[1][0].vocabulary, 7);
}

TEST(CheckVocabulary, refuses_an_embedding_that_the_texts_go_beyond) {
  const Layer small{
      .type = LayerType::kEmbedding, .units = 2, .vocabulary = 7, .where = "job.yaml:5:7"};
  const std::vector<Layer> layers{{.type = LayerType::kParallel, .branches = {{}, {small}}}};
  EXPECT_TRUE(check_vocabulary(layers, 7).is_ok());
  const Status refused = check_vocabulary(layers, 8);
  EXPECT_EQ(refused.code(), Code::kInvalidArgument);
  EXPECT_EQ(refused.peer(), "job.yaml:5:7");
  EXPECT_NE(refused.message().find("embedding holds 7 tokens, and the texts have 8"),
            std::string::npos)
      << refused.to_string();
}

TEST(FillColumns, takes_all_columns_of_categories_where_none_is_given) {
  auto layers = zoo_layers({.type = ZooType::kWideAndDeep, .hidden = {5}, .embedding = 3}, 2);
  ASSERT_TRUE(fill_columns(layers, kFlights).is_ok());
  const Layer& wide = layers[0].branches[0][0];
  EXPECT_THAT(wide.columns, ElementsAre(0, 2));
  EXPECT_THAT(wide.sizes, ElementsAre(15, 4));
  const auto shapes = infer_shapes(layers, {3}, 2);
  ASSERT_TRUE(shapes) << shapes.status().to_string();
  EXPECT_THAT((*shapes)[1].output, ElementsAre(1 + 15 + 4));
  EXPECT_THAT((*shapes)[3].output, ElementsAre(1 + 3 + 3));
}

TEST(FillColumns, finds_columns_by_name_in_the_order_given) {
  Layer layer = columns_layer();
  layer.column_names = {"origin", "carrier"};
  std::vector<Layer> layers{layer};
  ASSERT_TRUE(fill_columns(layers, kFlights).is_ok());
  EXPECT_THAT(layers[0].columns, ElementsAre(2, 0));
  EXPECT_THAT(layers[0].sizes, ElementsAre(4, 15));
  ASSERT_TRUE(fill_columns(layers, kFlights).is_ok());  // once more is the same
  EXPECT_THAT(layers[0].columns, ElementsAre(2, 0));
}

TEST(FillColumns, refuses_what_the_data_do_not_have_with_its_place) {
  Layer layer = columns_layer();
  layer.column_names = {"carier"};
  EXPECT_EQ(refusal_of(layer),
            "job.yaml:5:7: embed_columns names a column that the data do not have: 'carier'; did"
            " you mean 'carrier'?");
  layer.column_names = {"distance"};
  EXPECT_EQ(refusal_of(layer),
            "job.yaml:5:7: embed_columns takes column 1, 'distance', which holds numbers; leave it"
            " out: numbers pass through as they are");
  layer.column_names = {"carrier"};
  layer.sizes = {14};
  EXPECT_EQ(refusal_of(layer),
            "job.yaml:5:7: embed_columns gives column 'carrier' a size of 14, but it holds 15"
            " codes; leave 'sizes' out, or give at least as many");
  layer.column_names.clear();
  layer.columns = {9};
  EXPECT_EQ(refusal_of(layer), "ok");  // infer_shapes refuses it
}

}  // namespace
}  // namespace howdah::model
