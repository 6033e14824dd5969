#include "measure/class_counts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "measure/confusion_matrix.h"
#include "measure/top_k.h"

namespace howdah::measure {
namespace {

// Figures of scikit-learn's precision_recall_fscore_support(average="macro", zero_division=0) for
// y_true = 0 0 0 0 1 1 1 2 2 2, y_pred = 0 0 1 2 1 1 0 2 2 1.
TEST(ConfusionMatrix, gives_macro_figures_as_scikit_learn_does) {
  ConfusionMatrix matrix(3);
  const int truth[] = {0, 0, 0, 0, 1, 1, 1, 2, 2, 2}, answer[] = {0, 0, 1, 2, 1, 1, 0, 2, 2, 1};
  for (int i = 0; i < 10; ++i) matrix.add(truth[i], answer[i]);
  const ClassCounts counts = matrix.by_class();
  const Ratios macro = counts.ratios(Average::kMacro);
  EXPECT_EQ(counts.records(), 10);
  EXPECT_DOUBLE_EQ(counts.accuracy(), 0.6);
  EXPECT_NEAR(macro.precision, (2.0 / 3 + 2.0 / 4 + 2.0 / 3) / 3, 1e-12);
  EXPECT_NEAR(macro.recall, (2.0 / 4 + 2.0 / 3 + 2.0 / 3) / 3, 1e-12);
  EXPECT_NEAR(macro.f1, (4.0 / 7 + 4.0 / 7 + 4.0 / 6) / 3, 1e-12);
}

TEST(ConfusionMatrix, leaves_out_classes_that_never_occur) {
  ConfusionMatrix matrix(5);
  matrix.add(0, 0);
  matrix.add(1, 0);
  const Ratios macro = matrix.by_class().ratios(Average::kMacro);
  EXPECT_DOUBLE_EQ(macro.recall, 0.5);
  EXPECT_DOUBLE_EQ(macro.precision, 0.25);
}

TEST(ConfusionMatrix, of_nothing_is_zero_and_not_a_fault) {
  const ClassCounts counts = ConfusionMatrix(3).by_class();
  EXPECT_EQ(counts.accuracy(), 0);
  for (const Average average : {Average::kMacro, Average::kMicro, Average::kWeighted})
    EXPECT_EQ(counts.ratios(average).f1, 0);
}

TEST(TopK, finds_no_truth_whose_score_is_no_number) {
  const float nan = std::nanf("");
  TopK top(1);
  top.add(0, std::vector<float>{nan, nan});
  top.add(1, std::vector<float>{nan, 1});
  EXPECT_EQ(top.accuracy(), 0);
  top.add(1, std::vector<float>{0, 1});
  EXPECT_DOUBLE_EQ(top.accuracy(), 1.0 / 3);
  EXPECT_EQ(TopK(3).accuracy(), 0);
}

}  // namespace
}  // namespace howdah::measure
