#include "cli/config_summary.h"

#include <gtest/gtest.h>

namespace howdah::cli {
namespace {

job::JobSpec spec_of(const std::string& model) {
  auto spec = job::parse_job("name: a\ndata: {source: /d}\nmodel: " + model + "\n", "job.yaml");
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec ? *spec : job::JobSpec{};
}

TEST(ConfigSummary, is_a_table_with_blocks_indented_and_totals) {
  const auto text = summary_text(
      spec_of("{layers: [{residual: {layers: [{conv2d: {filters: 3, padding: same}}]}}, flatten,"
              " {dense: {units: 10}}]}"),
      {true, "3x32x32"});
  ASSERT_TRUE(text) << text.status().to_string();
  EXPECT_EQ(*text,
            "layer                output       parameters  multiply-adds    memory\n"
            "input                [3, 32, 32]                                     \n"
            "0 residual           [3, 32, 32]                             12.0 KiB\n"
            "  0.layers.0 conv2d  [3, 32, 32]          84         82,944  12.0 KiB\n"
            "1 flatten            [3072]                                          \n"
            "2 dense              [10]             30,730         30,720   0.0 KiB\n"
            "total                                 30,814        113,664  24.0 KiB\n"
            "Of one sample: multiply-adds of convolutions, dense and recurrent layers in a forward"
            " pass (a\nFLOP count is twice that), memory of the layers' float32 outputs.\n");
}

TEST(ConfigSummary, asks_for_what_only_the_data_know) {
  EXPECT_EQ(summary_text(spec_of("{type: lenet, classes: 10}"), {true, ""}).status().to_string(),
            "the shape of a sample is known from the data only; give it: --input 3x32x32 (channels"
            " x height x width); of texts --input tokens:256 (their length)");
  EXPECT_EQ(summary_text(spec_of("{type: lenet}"), {true, "1x28x28"}).status().to_string(),
            "the number of classes is known from the data only; give it: --set model.classes=10");
}

TEST(ConfigSummary, takes_the_length_and_the_vocabulary_of_texts) {
  const auto text = summary_text(
      spec_of("{type: lstm, embedding: 8, units: 4, pooling: last, dropout: 0, classes: 2}"),
      {true, "tokens:5", 50});
  ASSERT_TRUE(text) << text.status().to_string();
  EXPECT_EQ(text->substr(0, text->find("Of one sample")),
            "layer        output  parameters  multiply-adds   memory\n"
            "input        [5]                                       \n"
            "0 embedding  [5, 8]         400                 0.2 KiB\n"
            "1 lstm       [4]            224            960  0.0 KiB\n"
            "2 dense      [2]             10              8  0.0 KiB\n"
            "total                       634            968  0.2 KiB\n");
  EXPECT_EQ(
      summary_text(spec_of("{type: lstm, classes: 2}"), {true, "tokens:5"}).status().to_string(),
      "job.yaml:3:15: layer 1 (embedding) does not know how many tokens there are: the data"
      " say it, or 'vocabulary'");
}

TEST(ConfigSummary, refuses_an_input_that_is_no_shape) {
  for (const char* input : {"x", "3x", "x3", "3x0x2", "3x-1", "3,4", "3x4 ", "1x1x1x1x1x1x1x1x1",
                            "99999999999999999999", "tokens:", "tokens:2x3", "tokens:0", "token:5"})
    EXPECT_EQ(summary_text(spec_of("{type: lenet, classes: 10}"), {true, input}).status().code(),
              Code::kInvalidArgument)
        << input;
}

}  // namespace
}  // namespace howdah::cli
