#include "parallel/data_parallel.h"

#include <gmock/gmock.h>

#include <deque>
#include <latch>

#include "fs/memory_file_system.h"
#include "parallel/test_workers.h"
#include "train/checkpoint_writer.h"

namespace howdah::parallel {
namespace {

using Members = std::vector<TestWorkers::Assignment>;

class DataParallelTest : public WorkersTest {};

TEST_F(DataParallelTest, gives_the_same_model_whoever_carries_the_streams) {
  const model::Training job = small_job(4);
  const std::string alone = digest(job, {{0, 4}});
  EXPECT_EQ(digest(job, {{0, 2}, {2, 4}}), alone);
  EXPECT_EQ(digest(job, {{0, 3}, {3, 4}}), alone);
  EXPECT_EQ(digest(job, {{0, 1}, {1, 4}}), alone);
  EXPECT_EQ(digest(job, {{0, 1}, {1, 2}, {2, 3}, {3, 4}}), alone);
  model::Training other = job;
  other.seed = 12;
  EXPECT_NE(digest(other, {{0, 4}}), alone);
}

TEST_F(DataParallelTest, gives_the_same_model_for_streams_that_do_not_fill_the_tree) {
  model::Training job = small_job(3);
  job.optimizer = {.momentum = 0.9, .nesterov = true};
  job.epochs = 1;
  const std::string alone = digest(job, {{0, 3}});
  EXPECT_EQ(digest(job, {{0, 2}, {2, 3}}), alone);
  EXPECT_EQ(digest(job, {{0, 1}, {1, 2}, {2, 3}}), alone);
}

TEST_F(DataParallelTest, reports_the_same_figures_on_every_worker_and_learns) {
  const model::Training job = small_job(4);
  std::vector<std::vector<double>> losses(2);
  std::vector<train::Metrics> metrics(2), validation(2);
  TestWorkers workers = this->workers(job);
  const size_t a = workers.add(), b = workers.add();
  workers.generation({{a, {0, 2}}, {b, {2, 4}}}, {}, [&](size_t worker, const auto&) {
    while (workers[worker].applied_steps() < workers[worker].total_steps()) {
      const auto report = workers[worker].step(test_deadline());
      ASSERT_TRUE(report.is_ok()) << report.status().to_string();
      losses[worker].push_back(report->loss + report->penalty);
    }
    metrics[worker] = workers[worker].evaluate(dataset::Part::kTest, test_deadline()).value();
    validation[worker] =
        workers[worker].evaluate(dataset::Part::kValidation, test_deadline()).value();
  });
  EXPECT_EQ(losses[0], losses[1]);
  EXPECT_LT(losses[0].back(), losses[0].front() / 2);
  EXPECT_EQ(metrics[0].records, 101);
  EXPECT_GT(metrics[0].at("accuracy"), 0.9);
  EXPECT_GT(validation[0].records, 20);

  TestWorkers alone = this->workers(job);
  const size_t c = alone.add();
  alone.train({{c, {0, 4}}}, {}, alone[c].total_steps());
  const auto same = alone[c].evaluate(dataset::Part::kTest, test_deadline()).value();
  for (const train::Metrics& other : metrics) {
    EXPECT_EQ(other.loss, same.loss);
    EXPECT_EQ(other.at("f1"), same.at("f1"));
    EXPECT_EQ(other.at("precision"), same.at("precision"));
  }
}

TEST_F(DataParallelTest, goes_on_to_the_same_bits_after_a_worker_was_lost_in_mid_step) {
  const model::Training job = small_job(4);
  const std::string undisturbed = digest(job, {{0, 4}});
  TestWorkers workers = this->workers(job);
  const size_t a = workers.add(), b = workers.add();
  workers.generation({{a, {0, 2}}, {b, {2, 4}}}, {}, [&](size_t worker, const auto&) {
    DataParallelTrainer& trainer = workers[worker];
    while (trainer.applied_steps() < 5) ASSERT_TRUE(trainer.step(test_deadline()).is_ok());
    if (worker == b) {  // it dies while the other one is in step 5
      trainer.interrupt(1, Status(Code::kAborted, "killed"));
      return;
    }
    EXPECT_EQ(trainer.step(test_deadline()).status().code(), Code::kAborted);
    EXPECT_EQ(trainer.step(test_deadline()).status().code(), Code::kAborted);
  });
  EXPECT_EQ(workers[a].applied_steps(), 5);
  workers.train({{a, {0, 4}}}, {.holder_rank = 0, .start_step = 5, .checkpoints = {}}, 9);
  // A replacement, and the lost one with its old state, join at a step boundary.
  const size_t c = workers.add();
  EXPECT_EQ(workers[c].applied_steps(), -1);
  workers.train({{c, {0, 1}}, {a, {1, 3}}, {b, {3, 4}}},
                {.holder_rank = 1, .start_step = 9, .checkpoints = {}}, workers[a].total_steps());
  for (const size_t worker : {a, b, c}) EXPECT_EQ(digest_of(workers[worker]), undisturbed);
}

TEST_F(DataParallelTest, leaves_the_state_before_or_after_the_step_that_was_interrupted) {
  TestWorkers workers = this->workers(small_job(2));
  const size_t a = workers.add(), b = workers.add();
  std::latch halfway(1);
  workers.generation({{a, {0, 1}}, {b, {1, 2}}}, {}, [&](size_t worker, const auto&) {
    DataParallelTrainer& trainer = workers[worker];
    ASSERT_TRUE(trainer.step(test_deadline()).is_ok());
    const std::string before = digest_of(trainer);
    if (worker == b) {
      halfway.wait();  // never takes part in step 1
      return;
    }
    std::jthread interrupting([&] {
      trainer.interrupt(1, Status(Code::kAborted, "halt"));
      halfway.count_down();
    });
    EXPECT_EQ(trainer.step(test_deadline()).status().code(), Code::kAborted);
    EXPECT_EQ(trainer.applied_steps(), 1);
    EXPECT_EQ(digest_of(trainer), before);
  });
}

TEST_F(DataParallelTest, refuses_to_enter_a_generation_that_was_interrupted_before) {
  TestWorkers workers = this->workers(small_job(2));
  const size_t a = workers.add();
  workers[a].interrupt(1, Status(Code::kAborted, "halt"));
  workers.generation({{a, {0, 2}}}, {}, [&](size_t, const Result<int64_t>& start) {
    EXPECT_EQ(start.status().code(), Code::kAborted);
  });
  workers.train({{a, {0, 2}}}, {}, 2);
  EXPECT_EQ(workers[a].applied_steps(), 2);
}

TEST_F(DataParallelTest, continues_from_a_checkpoint_to_the_bits_of_an_undisturbed_run) {
  const model::Training job = small_job(4);
  const fs::Location checkpoints{files_, "/job/checkpoints"};
  const StateSource storage{.holder_rank = {}, .start_step = -1, .checkpoints = checkpoints};
  {
    TestWorkers workers = this->workers(job);
    const size_t a = workers.add();
    workers.train({{a, {0, 4}}}, storage, 17);
    train::CheckpointWriter writer(files_, "/job/checkpoints", {}, {});
    writer.submit(workers[a].snapshot());
    ASSERT_TRUE(writer.drain(test_deadline()).is_ok());
  }
  TestWorkers workers = this->workers(job);
  const size_t a = workers.add(), b = workers.add();
  workers.generation({{a, {0, 2}}, {b, {2, 4}}}, storage,
                     [&](size_t, const Result<int64_t>& start) { EXPECT_EQ(*start, 17); });
  workers.train({{b, {0, 2}}, {a, {2, 4}}}, {.holder_rank = 0, .start_step = 17, .checkpoints = {}},
                workers[a].total_steps());
  EXPECT_EQ(digest_of(workers[b]), digest(job, {{0, 4}}));

  model::Training other = job;
  other.batch = 40;
  TestWorkers strangers = this->workers(other);
  const size_t c = strangers.add(), d = strangers.add();
  strangers.generation(
      {{c, {0, 2}}, {d, {2, 4}}}, storage, [&](size_t worker, const Result<int64_t>& start) {
        EXPECT_EQ(start.status().code(), worker == c ? Code::kFailedPrecondition : Code::kAborted)
            << start.status().to_string();
      });
  EXPECT_EQ(strangers[c].applied_steps(), -1);
}

TEST_F(DataParallelTest, stops_on_every_worker_at_the_step_whose_loss_is_not_finite) {
  model::Training job = small_job(2);
  job.optimizer = {};
  job.schedule = {.initial = 1e30};
  TestWorkers workers = this->workers(job);
  const size_t a = workers.add(), b = workers.add();
  std::vector<Status> ends(2);
  std::vector<int64_t> steps(2);
  workers.generation({{a, {0, 1}}, {b, {1, 2}}}, {}, [&](size_t worker, const auto&) {
    for (int i = 0; i < 10 && ends[worker].is_ok(); ++i)
      ends[worker] = workers[worker].step(test_deadline()).status();
    steps[worker] = workers[worker].applied_steps();
  });
  EXPECT_EQ(ends[0].code(), Code::kNumeric) << ends[0].to_string();
  EXPECT_THAT(ends[0].message(),
              testing::HasSubstr("the loss of step " + std::to_string(steps[0])));
  EXPECT_EQ(ends[0].to_string(), ends[1].to_string());
  EXPECT_EQ(steps[0], steps[1]);
}

TEST_F(DataParallelTest, refuses_a_job_that_does_not_fit_the_dataset) {
  const auto endpoint = comm::Endpoint::open(test_endpoint_options()).value();
  const auto status = [&](const model::Training& job) {
    return DataParallelTrainer::create(job, data_.index(), folder_, *endpoint, {}).status();
  };
  model::Training job = small_job(2);
  job.input = {1, 9, 9};
  EXPECT_THAT(status(job).message(), testing::HasSubstr("[1, 9, 9] in 4 classes, the dataset has"
                                                        " [1, 8, 8] in 4"));
  job = small_job(2);
  job.batch = 1;
  EXPECT_EQ(status(job).code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::parallel
