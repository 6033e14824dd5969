#include "parallel/averaged_weights.h"

#include <gmock/gmock.h>

#include "fs/memory_file_system.h"
#include "parallel/test_workers.h"
#include "train/checkpoint_writer.h"

namespace howdah::parallel {
namespace {

model::Training averaging_job(bool use) {
  model::Training job = small_job(4);
  job.optimizer.average = {.decay = 0.9, .use = use};
  job.optimizer.clip.norm = 0.5;
  job.optimizer.groups = {{.match = "1.*", .weight_decay = 0, .rate = 0.5}};
  return job;
}

class AveragedWeightsTest : public testing::Test {
 protected:
  AveragedWeightsTest() : data_(folder_) {}
  TestWorkers workers(const model::Training& job) {
    return TestWorkers(job, data_.index(), folder_);
  }

  const std::shared_ptr<fs::FileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("test");
  const fs::Location folder_{files_, "/data"};
  const SmallDataset data_;
};

struct Made {
  std::string model_file, weights;
  double loss = 0;
};
Made made_by(DataParallelTrainer& trainer) {
  Made made;
  made.loss = trainer.evaluate(dataset::Part::kTest, test_deadline()).value().loss;
  made.model_file = Sha256::hex_of(as_bytes(trainer.model_file()));
  made.weights = digest_of(trainer);
  return made;
}

TEST_F(AveragedWeightsTest, are_evaluated_and_delivered_and_leave_training_as_it_is) {
  Made with, without;
  for (const bool use : {false, true}) {
    TestWorkers workers = this->workers(averaging_job(use));
    const size_t a = workers.add();
    workers.generation({{a, {0, 4}}}, {}, [&](size_t, const auto&) {
      DataParallelTrainer& trainer = workers[a];
      while (trainer.applied_steps() < trainer.total_steps()) {
        ASSERT_TRUE(trainer.step(test_deadline()).is_ok());
        if (trainer.applied_steps() != 5) continue;
        ASSERT_TRUE(trainer.evaluate(dataset::Part::kTest, test_deadline()).is_ok());
      }
      (use ? with : without) = made_by(trainer);
    });
  }
  EXPECT_EQ(without.model_file, without.weights);
  EXPECT_EQ(with.weights, without.weights);
  EXPECT_NE(with.model_file, with.weights);
  EXPECT_NE(with.loss, without.loss);
  EXPECT_GT(with.loss, 0);
  EXPECT_LT(with.loss, 1);
}

TEST_F(AveragedWeightsTest, are_the_same_whoever_carries_the_streams_and_after_a_checkpoint) {
  const model::Training job = averaging_job(true);
  Made alone, resumed;
  TestWorkers first = workers(job);
  const size_t a = first.add();
  first.generation({{a, {0, 4}}}, {}, [&](size_t, const auto&) {
    while (first[a].applied_steps() < first[a].total_steps()) {
      ASSERT_TRUE(first[a].step(test_deadline()).is_ok());
      if (first[a].applied_steps() != 11) continue;
      train::CheckpointWriter writer(files_, "/job/checkpoints", {}, {});
      writer.submit(first[a].snapshot());
      ASSERT_TRUE(writer.drain(test_deadline()).is_ok());
    }
    alone = made_by(first[a]);
  });
  const StateSource storage{
      .holder_rank = {}, .start_step = -1, .checkpoints = fs::Location{files_, "/job/checkpoints"}};
  TestWorkers second = workers(job);
  const size_t b = second.add(), c = second.add();
  second.generation({{b, {0, 1}}, {c, {1, 4}}}, storage,
                    [&](size_t worker, const Result<int64_t>& start) {
                      ASSERT_EQ(*start, 11);
                      while (second[worker].applied_steps() < second[worker].total_steps())
                        ASSERT_TRUE(second[worker].step(test_deadline()).is_ok());
                      const Made made = made_by(second[worker]);
                      if (worker == c) resumed = made;  // which took the state from the other one
                    });
  EXPECT_EQ(resumed.model_file, alone.model_file);
  EXPECT_EQ(resumed.weights, alone.weights);
  EXPECT_EQ(resumed.loss, alone.loss);
}

}  // namespace
}  // namespace howdah::parallel
