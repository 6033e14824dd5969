#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "job/job_spec.h"

namespace howdah::job {
namespace {

using dataset::TargetKind;
using model::Task;
using testing::HasSubstr;

JobSpec asking(Task task) {
  JobSpec spec;
  spec.training.task = task;
  spec.training.input = {2};
  spec.training.classes = 3;
  spec.data.request.records = dataset::Request::Records::kTable;
  spec.data.request.targets = {"late"};
  spec.answer.emplace();
  spec.answer->weights = "file:///w";
  spec.answer->trained_on = "file:///trained";
  return spec;
}

dataset::Index unlabelled() {
  dataset::Index index;
  index.source = "file:///others";
  index.shape = {2};
  index.classes = 1;
  index.target = {.kind = TargetKind::kNone, .width = 0};
  dataset::Partition partition;
  partition.name = "train";
  partition.files = {"f"};
  partition.records = 5;
  partition.chunks.resize(1);
  partition.chunks[0].records = 5;
  index.partitions = {partition};
  return index;
}

TEST(ChoosePart, asks_for_records_like_those_that_were_trained_on) {
  JobSpec spec = asking(Task::kClassification);
  EXPECT_EQ(request_of(spec).learned, "file:///trained");
  EXPECT_TRUE(request_of(spec).labelled);
  spec.answer->output = "file:///said";
  EXPECT_FALSE(request_of(spec).labelled);
  EXPECT_EQ(request_of(spec).targets, spec.data.request.targets);
  spec.data.request.target_kind = TargetKind::kNone;  // their own target
  EXPECT_TRUE(request_of(spec).labelled);
  spec.answer.reset();
  EXPECT_EQ(request_of(spec), spec.data.request);
}

TEST(ChoosePart, measures_nothing_by_records_that_nobody_labelled) {
  JobSpec spec = asking(Task::kClassification);
  const Status refused = choose_part(spec, unlabelled());
  EXPECT_EQ(refused.code(), Code::kInvalidArgument);
  EXPECT_THAT(refused.to_string(), HasSubstr("nothing there says what is to be found"));
  EXPECT_THAT(refused.to_string(), HasSubstr("file:///others"));
  spec.answer->output = "file:///said";
  EXPECT_TRUE(choose_part(spec, unlabelled()));
  EXPECT_EQ(spec.answer->part, dataset::Part::kTrain);  // all of them
  EXPECT_EQ(spec.data.split.train, 1);
  spec = asking(Task::kLanguageModel);  // says it of itself
  EXPECT_TRUE(choose_part(spec, unlabelled()));
}

}  // namespace
}  // namespace howdah::job
