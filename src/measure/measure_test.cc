#include "measure/measure.h"

#include <gmock/gmock.h>

namespace howdah::measure {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(Measure, of_each_task_is_accepted_for_it) {
  for (const Task task : {Task::kClassification, Task::kBinaryClassification, Task::kTagging,
                          Task::kRegression, Task::kTranslation, Task::kLanguageModel}) {
    EXPECT_FALSE(measures_of(task).empty());
    for (const std::string& name : measures_of(task))
      EXPECT_TRUE(check_measure(name == "top_k" ? "top_5" : name, task).is_ok()) << name;
  }
  EXPECT_THAT(measures_of(Task::kClassification), Contains("f1_macro"));
  EXPECT_THAT(measures_of(Task::kRegression), Not(Contains("accuracy")));
}

TEST(Measure, that_is_usual_is_a_number_that_may_be_watched) {
  for (const model::Task task : model::tasks())
    for (const std::string& name : usual_measures(task)) EXPECT_TRUE(is_scalar(name)) << name;
  EXPECT_FALSE(is_scalar("confusion_matrix"));
  EXPECT_FALSE(is_scalar("f1_per_class"));
  EXPECT_TRUE(is_scalar("top_3"));
  for (const char* name : {"accuracy", "top_3", "roc_auc", "r2", "bleu", "f1_macro"})
    EXPECT_TRUE(higher_is_better(name)) << name;
  for (const char* name : {"mse", "rmse", "mae", "perplexity", "loss"})
    EXPECT_FALSE(higher_is_better(name)) << name;
}

TEST(Measure, that_does_not_fit_the_task_is_refused_with_what_fits) {
  const Status refused = check_measure("bleu", Task::kClassification);
  EXPECT_EQ(refused.code(), Code::kInvalidArgument);
  EXPECT_EQ(refused.message(),
            "the measure 'bleu' does not fit the task: it is for translation, not for "
            "classification");
  EXPECT_THAT(refused.advice(), HasSubstr("f1_macro"));
  EXPECT_FALSE(check_measure("accuracy", Task::kRegression).is_ok());
  EXPECT_FALSE(check_measure("roc_auc", Task::kClassification).is_ok());
  EXPECT_FALSE(check_measure("top_3", Task::kRegression).is_ok());
}

TEST(Measure, that_is_not_known_is_refused_with_the_nearest_that_fits) {
  EXPECT_EQ(check_measure("acuracy", Task::kTagging).advice(), "did you mean 'accuracy'?");
  EXPECT_EQ(check_measure("f1_makro", Task::kClassification).advice(), "did you mean 'f1_macro'?");
  EXPECT_EQ(check_measure("blue", Task::kTranslation).advice(), "did you mean 'bleu'?");
  EXPECT_THAT(check_measure("something", Task::kRegression).advice(), HasSubstr("mse, rmse, mae"));
}

TEST(Measure, top_k_needs_a_number_written_the_one_way) {
  EXPECT_EQ(top_k_of("top_5"), 5);
  EXPECT_EQ(top_k_of("top_100"), 100);
  for (const char* name : {"top_k", "top_", "top_0", "top_05", "top_-1", "top_5x", "top5",
                           "top_99999999999999999999"}) {
    EXPECT_EQ(top_k_of(name), 0) << name;
    EXPECT_EQ(check_measure(name, Task::kClassification).is_ok(), false) << name;
  }
  EXPECT_THAT(check_measure("top_k", Task::kClassification).advice(), HasSubstr("top_5"));
}

}  // namespace
}  // namespace howdah::measure
