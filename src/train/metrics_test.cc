#include "train/metrics.h"

#include <gtest/gtest.h>

namespace howdah::train {
namespace {

// Figures of scikit-learn's precision_recall_fscore_support(average="macro", zero_division=0) for
// y_true = 0 0 0 0 1 1 1 2 2 2, y_pred = 0 0 1 2 1 1 0 2 2 1.
TEST(ConfusionMatrix, gives_macro_figures_as_scikit_learn_does) {
  ConfusionMatrix matrix(3);
  const int truth[] = {0, 0, 0, 0, 1, 1, 1, 2, 2, 2}, answer[] = {0, 0, 1, 2, 1, 1, 0, 2, 2, 1};
  for (int i = 0; i < 10; ++i) matrix.add(truth[i], answer[i]);
  const Metrics metrics = matrix.metrics();
  EXPECT_EQ(metrics.records, 10);
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.6);
  EXPECT_NEAR(metrics.precision, (2.0 / 3 + 2.0 / 4 + 2.0 / 3) / 3, 1e-12);
  EXPECT_NEAR(metrics.recall, (2.0 / 4 + 2.0 / 3 + 2.0 / 3) / 3, 1e-12);
  EXPECT_NEAR(metrics.f1, (4.0 / 7 + 4.0 / 7 + 4.0 / 6) / 3, 1e-12);
}

TEST(ConfusionMatrix, leaves_out_classes_that_never_occur) {
  ConfusionMatrix matrix(5);
  matrix.add(0, 0);
  matrix.add(1, 0);
  const Metrics metrics = matrix.metrics();
  EXPECT_DOUBLE_EQ(metrics.recall, 0.5);
  EXPECT_DOUBLE_EQ(metrics.precision, 0.25);
}

TEST(ConfusionMatrix, of_nothing_is_zero_and_not_a_fault) {
  EXPECT_EQ(ConfusionMatrix(3).metrics().accuracy, 0);
}

}  // namespace
}  // namespace howdah::train
