#include "job/complete_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah::job {
namespace {

using dataset::Index;
using dataset::TargetKind;
using model::Form;
using model::Task;
using testing::HasSubstr;

Index texts() {
  Index index;
  index.source = "/data";
  index.element = dataset::ElementType::kInt32;
  index.shape = {8};
  index.classes = 3;
  index.tokens = {.vocabulary = 50, .file = "vocabulary.txt"};
  index.partitions.resize(2);
  index.partitions[0].name = "train";
  index.partitions[1].name = "validation";
  return index;
}
Index table(int64_t classes) {
  Index index = texts();
  index.element = dataset::ElementType::kFloat32;
  index.shape = {2};
  index.tokens = {};
  index.columns = {{"a", {}}, {"b", {"x"}}};
  index.mean = {510, 0};
  index.stddev = {0.5, 1};
  index.classes = classes;
  return index;
}
JobSpec job_of(Task task, const Index& index) {
  JobSpec spec;
  spec.training.task = task;
  spec.data.standardize = !index.columns.empty();
  return spec;
}
// What the data say, whatever becomes of the layers, of which there are none.
model::Training completed(Task task, const Index& index) {
  JobSpec spec = job_of(task, index);
  (void)complete_from_index(spec, index);
  return spec.training;
}
std::string refused(Task task, const Index& index) {
  JobSpec spec = job_of(task, index);
  return complete_from_index(spec, index).to_string();
}

TEST(CompleteJob, knows_texts_by_their_vocabulary) {
  const model::Training training = completed(Task::kTextClassification, texts());
  EXPECT_EQ(training.input, (model::Shape{8}));
  EXPECT_EQ(training.input_form, Form::kTokens);
  EXPECT_EQ(training.vocabulary, 50);
  EXPECT_EQ(training.classes, 3);
  EXPECT_EQ(training.target_width, 1);
  EXPECT_TRUE(training.normalization.mean.empty());
}

TEST(CompleteJob, knows_what_tokens_are_to_be_found) {
  Index index = texts();
  index.target = {.kind = TargetKind::kTokens, .width = 8};
  model::Training training = completed(Task::kTagging, index);
  EXPECT_EQ(training.classes, 3);
  EXPECT_EQ(training.target_width, 8);
  index.target.width = 5;
  index.classes = 1;
  index.tokens.target_vocabulary = 70;
  training = completed(Task::kTranslation, index);
  EXPECT_EQ(training.classes, 70);
  EXPECT_EQ(training.target_width, 5);
  index.tokens.target_vocabulary = 0;
  index.target = {.kind = TargetKind::kNone, .width = 0};
  training = completed(Task::kLanguageModel, index);
  EXPECT_EQ(training.classes, 50);
  EXPECT_EQ(training.target_width, 0);
}

TEST(CompleteJob, takes_the_numbers_of_tables_as_they_are) {
  const model::Training training = completed(Task::kBinaryClassification, table(2));
  EXPECT_EQ(training.input_form, Form::kValues);
  EXPECT_EQ(training.classes, 1);
  EXPECT_EQ(training.normalization.mean, (std::vector<double>{510, 0}));
  EXPECT_EQ(training.normalization.stddev, (std::vector<double>{0.5, 1}));
  Index values = table(1);
  values.target = {.kind = TargetKind::kValues, .width = 2};
  EXPECT_EQ(completed(Task::kRegression, values).classes, 2);
  EXPECT_EQ(completed(Task::kClassification, table(5)).classes, 5);
}

TEST(CompleteJob, refuses_data_that_the_task_is_not_about) {
  EXPECT_EQ(refused(Task::kImageClassification, texts()),
            "data /data: the dataset is of texts, and the task is image_classification; name "
            "another 'task', or other data");
  EXPECT_THAT(refused(Task::kTextClassification, table(2)),
              HasSubstr("the dataset is of a table, and the task is text_classification"));
  EXPECT_THAT(refused(Task::kTranslation, texts()),
              HasSubstr("the dataset's target is not one of translation"));
  EXPECT_THAT(refused(Task::kBinaryClassification, table(3)),
              HasSubstr("a binary classification is of two classes, the data have 3"));
}

}  // namespace
}  // namespace howdah::job
