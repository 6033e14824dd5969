// A learning rate that waits for a plateau of the validation's figures: the same on every member,
// and after a loss or a checkpoint.
#include <gmock/gmock.h>

#include "fs/memory_file_system.h"
#include "parallel/test_workers.h"
#include "train/checkpoint_writer.h"

namespace howdah::parallel {
namespace {

class PlateauTrainingTest : public testing::Test {
 protected:
  PlateauTrainingTest() : data_(folder_) {}

  // No validation after the first is better by all of the best loss: the rate is halved after each.
  static model::Training job() {
    model::Training job = small_job(2);
    job.schedule = {.type = model::ScheduleType::kPlateau, .initial = 4e-3};
    job.schedule.plateau = {.factor = 0.5, .patience = 0, .threshold = 1};
    return job;
  }
  // As a worker does: what is due before each step, and no validation more.
  static void train(DataParallelTrainer& trainer, int64_t until, std::vector<double>* rates) {
    while (trainer.applied_steps() < until) {
      if (trainer.validation_due()) {
        ASSERT_TRUE(trainer.evaluate(dataset::Part::kValidation, test_deadline()).is_ok());
      }
      EXPECT_FALSE(trainer.validation_due());
      const auto report = trainer.step(test_deadline());
      ASSERT_TRUE(report.is_ok()) << report.status().to_string();
      if (rates) rates->push_back(report->learning_rate);
    }
  }
  std::string undisturbed(std::vector<double>* rates) {
    TestWorkers workers(job(), data_.index(), folder_);
    const size_t a = workers.add();
    workers.generation({{a, {0, 2}}}, {}, [&](size_t, const auto&) {
      train(workers[a], workers[a].total_steps(), rates);
    });
    return digest_of(workers[a]);
  }

  const std::shared_ptr<fs::FileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("test");
  const fs::Location folder_{files_, "/data"};
  const SmallDataset data_;
};

TEST_F(PlateauTrainingTest, lowers_the_rate_where_the_validation_stays_on_a_plateau) {
  std::vector<double> rates;
  undisturbed(&rates);
  const size_t epoch = rates.size() / 3;
  EXPECT_EQ(rates[2 * epoch - 1], 4e-3);
  EXPECT_EQ(rates[2 * epoch], 2e-3);
  EXPECT_EQ(rates.back(), 2e-3);
}

TEST_F(PlateauTrainingTest, goes_on_with_the_same_rates_from_a_checkpoint_of_any_step) {
  std::vector<double> rates;
  const std::string digest = undisturbed(&rates);
  const auto epoch = std::ssize(rates) / 3;
  // Before, at (its validation is not in the checkpoint yet), and after the end of an epoch.
  for (const int64_t at : {2 * epoch - 1, 2 * epoch, 2 * epoch + 1}) {
    const fs::Location checkpoints{files_, "/job/checkpoints-" + std::to_string(at)};
    const StateSource storage{.holder_rank = {}, .start_step = -1, .checkpoints = checkpoints};
    TestWorkers first(job(), data_.index(), folder_);
    const size_t a = first.add();
    first.generation({{a, {0, 2}}}, storage,
                     [&](size_t, const auto&) { train(first[a], at, nullptr); });
    train::CheckpointWriter writer(files_, checkpoints.path, {}, {});
    writer.submit(first[a].snapshot());
    ASSERT_TRUE(writer.drain(test_deadline()).is_ok());

    TestWorkers second(job(), data_.index(), folder_);
    const size_t b = second.add(), c = second.add();
    std::vector<double> after;
    second.generation({{b, {0, 1}}, {c, {1, 2}}}, storage, [&](size_t worker, const auto& start) {
      EXPECT_EQ(*start, at);
      train(second[worker], second[worker].total_steps(), worker == b ? &after : nullptr);
    });
    EXPECT_EQ(after, std::vector<double>(rates.begin() + at, rates.end())) << at;
    EXPECT_EQ(digest_of(second[c]), digest) << at;
  }
}

TEST_F(PlateauTrainingTest, is_in_one_mind_after_a_generation_that_ended_in_a_validation) {
  const std::string digest = undisturbed(nullptr);
  for (const int holder : {0, 1}) {
    TestWorkers workers(job(), data_.index(), folder_);
    const size_t a = workers.add(), b = workers.add();
    const int64_t epoch = workers[a].steps_per_epoch();
    workers.generation({{a, {0, 1}}, {b, {1, 2}}}, {}, [&](size_t worker, const auto&) {
      train(workers[worker], 2 * epoch, nullptr);
    });
    // The one has the figures of the second epoch, the other one has not.
    workers.generation(
        {{a, {0, 2}}}, {.holder_rank = 0, .start_step = 2 * epoch, .checkpoints = {}},
        [&](size_t, const auto&) {
          EXPECT_TRUE(workers[a].validation_due());
          ASSERT_TRUE(workers[a].evaluate(dataset::Part::kValidation, test_deadline()).is_ok());
        });
    workers.generation({{a, {0, 1}}, {b, {1, 2}}},
                       {.holder_rank = holder, .start_step = 2 * epoch, .checkpoints = {}},
                       [&](size_t worker, const auto&) {
                         EXPECT_EQ(workers[worker].validation_due(), holder == 1);
                         train(workers[worker], workers[worker].total_steps(), nullptr);
                       });
    EXPECT_EQ(digest_of(workers[a]), digest);
    EXPECT_EQ(digest_of(workers[b]), digest);
  }
}

}  // namespace
}  // namespace howdah::parallel
