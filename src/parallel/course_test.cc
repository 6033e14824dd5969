// A training that takes another course than its epochs say: early stopping, roll-backs, weights
// from elsewhere, augmentation; the same on every member, and after a loss or a checkpoint.
#include <gmock/gmock.h>

#include "fs/memory_file_system.h"
#include "parallel/test_workers.h"
#include "train/checkpoint_writer.h"
#include "train/safetensors.h"

namespace howdah::parallel {
namespace {

using testing::HasSubstr;
using Ranges = std::vector<comm::StreamRange>;

class CourseTest : public testing::Test {
 protected:
  CourseTest() : data_(folder_) {}

  static model::Training augmented_job() {
    model::Training job = small_job(4);
    job.epochs = 2;
    job.augmentation = {.crop_padding = 1,
                        .flip_horizontal = 0.5,
                        .rotate = 5,
                        .brightness = 0.2,
                        .contrast = 0.2,
                        .cutout_size = 2,
                        .mixup = 0.3};
    return job;
  }
  // Stops early: no validation after the first is better by all of the best loss.
  static model::Training stopping_job() {
    model::Training job = augmented_job();
    job.epochs = 9;
    job.course.stop_early = {.on = true, .patience = 2, .threshold = 1};
    job.course.best = {.on = true, .use = true};
    return job;
  }
  fs::Location checkpoints(const std::string& name) { return {files_, "/job/" + name}; }
  static StateSource from(const fs::Location& storage) {
    return {.holder_rank = {}, .start_step = -1, .checkpoints = storage};
  }
  void write(DataParallelTrainer& trainer, const fs::Location& where) {
    ASSERT_TRUE(
        train::write_checkpoint(*where.files, where.path, *trainer.snapshot(), test_deadline())
            .is_ok());
  }

  TrainerOptions begins_with(const std::string& path) {
    TrainerOptions options;
    options.pretrained = fs::Location{files_, path};
    return options;
  }

  // As a worker does, to a step or the end.
  static void train(DataParallelTrainer& trainer, int64_t until = INT64_MAX) {
    for (;;) {
      if (trainer.validation_due()) {
        ASSERT_TRUE(trainer.evaluate(dataset::Part::kValidation, test_deadline()).is_ok());
      }
      if (trainer.finished() || trainer.applied_steps() >= until) return;
      const auto report = trainer.step(test_deadline());
      ASSERT_TRUE(report.is_ok()) << report.status().to_string();
    }
  }
  std::string digest(const model::Training& job, const Ranges& ranges) {
    TestWorkers workers(job, data_.index(), folder_);
    std::vector<TestWorkers::Assignment> members;
    for (const auto& range : ranges) members.push_back({workers.add(), range});
    workers.generation(members, {}, [&](size_t worker, const auto&) { train(workers[worker]); });
    for (size_t i = 1; i < ranges.size(); ++i)
      EXPECT_EQ(digest_of(workers[i]), digest_of(workers[0]));
    return digest_of(workers[0]);
  }

  const std::shared_ptr<fs::FileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("test");
  const fs::Location folder_{files_, "/data"};
  const SmallDataset data_;
};

TEST_F(CourseTest, augments_alike_whoever_carries_the_streams) {
  const std::string alone = digest(augmented_job(), {{0, 4}});
  EXPECT_EQ(digest(augmented_job(), {{0, 2}, {2, 4}}), alone);
  EXPECT_EQ(digest(augmented_job(), {{0, 1}, {1, 2}, {2, 3}, {3, 4}}), alone);
  model::Training plain = augmented_job();
  plain.augmentation = {};
  EXPECT_NE(digest(plain, {{0, 4}}), alone);
}

TEST_F(CourseTest, gives_the_same_bits_in_bfloat16_and_channels_last_whoever_carries_the_streams) {
  model::Training job = small_job(4);
  job.epochs = 1;
  const std::string exact = digest(job, {{0, 4}});
  job.bfloat16 = true;
  job.channels_last = true;
  const std::string alone = digest(job, {{0, 4}});
  EXPECT_NE(alone, exact);
  EXPECT_EQ(digest(job, {{0, 2}, {2, 4}}), alone);
  EXPECT_EQ(digest(job, {{0, 1}, {1, 2}, {2, 3}, {3, 4}}), alone);
}

TEST_F(CourseTest, stops_early_on_every_member_after_the_same_epoch) {
  TestWorkers workers(stopping_job(), data_.index(), folder_);
  const size_t a = workers.add(), b = workers.add();
  workers.generation({{a, {0, 2}}, {b, {2, 4}}}, {},
                     [&](size_t worker, const auto&) { train(workers[worker]); });
  for (const size_t worker : {a, b}) {
    EXPECT_EQ(workers[worker].course().stopped_epoch, 3);
    EXPECT_EQ(workers[worker].applied_steps(), 3 * workers[worker].steps_per_epoch());
  }
  EXPECT_EQ(workers[a].course(), workers[b].course());
}

TEST_F(CourseTest, goes_on_to_the_same_model_from_a_checkpoint_of_any_of_twenty_steps) {
  TestWorkers undisturbed(stopping_job(), data_.index(), folder_);
  const size_t only = undisturbed.add();
  undisturbed.generation({{only, {0, 4}}}, {},
                         [&](size_t, const auto&) { train(undisturbed[only]); });
  const std::string digest = digest_of(undisturbed[only]);
  const int64_t steps = undisturbed[only].applied_steps();
  dataset::SplitMix64 random(2026);
  for (int kill = 0; kill < 20; ++kill) {
    const auto at = static_cast<int64_t>(random.below(static_cast<uint64_t>(steps) + 1));
    const fs::Location storage = checkpoints(std::to_string(kill));
    TestWorkers first(stopping_job(), data_.index(), folder_);
    const size_t a = first.add();
    first.generation({{a, {0, 4}}}, {}, [&](size_t, const auto&) {
      while (first[a].applied_steps() < at) {
        if (first[a].validation_due()) {
          ASSERT_TRUE(first[a].evaluate(dataset::Part::kValidation, test_deadline()).is_ok());
        }
        ASSERT_TRUE(first[a].step(test_deadline()).is_ok());
      }
    });
    write(first[a], storage);
    TestWorkers second(stopping_job(), data_.index(), folder_);
    const size_t b = second.add(), c = second.add();
    second.generation({{b, {0, 3}}, {c, {3, 4}}}, from(storage),
                      [&](size_t worker, const auto& start) {
                        ASSERT_TRUE(start.is_ok()) << start.status().to_string();
                        EXPECT_EQ(*start, at);
                        train(second[worker]);
                      });
    EXPECT_EQ(digest_of(second[b]), digest) << at;
    EXPECT_EQ(digest_of(second[c]), digest) << at;
    EXPECT_EQ(second[b].course(), undisturbed[only].course()) << at;
  }
}

TEST_F(CourseTest, takes_the_best_weights_on_every_member) {
  const fs::Location storage = checkpoints("best");
  TestWorkers workers(stopping_job(), data_.index(), folder_);
  const size_t a = workers.add(), b = workers.add();
  std::string best, last;
  std::vector<train::Metrics> metrics(2);
  workers.generation({{a, {0, 2}}, {b, {2, 4}}}, {}, [&](size_t worker, const auto&) {
    DataParallelTrainer& trainer = workers[worker];
    train(trainer, trainer.steps_per_epoch());
    const train::Metrics early = trainer.evaluate(dataset::Part::kTest, test_deadline()).value();
    if (worker == a) {
      best = digest_of(trainer);
      write(trainer, storage);
    }
    train(trainer);
    if (worker == a) last = digest_of(trainer);
    const fs::Location path{files_,
                            train::checkpoint_path(storage.path, trainer.steps_per_epoch())};
    const Status taken = trainer.take_weights(path, test_deadline());
    ASSERT_TRUE(taken.is_ok()) << taken.to_string();
    metrics[worker] = trainer.evaluate(dataset::Part::kTest, test_deadline()).value();
    EXPECT_EQ(metrics[worker].loss, early.loss);
  });
  EXPECT_NE(last, best);
  EXPECT_EQ(Sha256::hex_of(as_bytes(workers[a].model_file())),
            Sha256::hex_of(as_bytes(workers[b].model_file())));
}

// Its first loss is above the limit already.
model::Training exploding_job() {
  model::Training job = small_job(2);
  job.course.on_nan = {.roll_back = true, .rate = 0.5, .times = 3, .explodes_above = 1e-3};
  return job;
}

TEST_F(CourseTest, ends_where_the_loss_explodes_on_every_member_alike) {
  TestWorkers workers(exploding_job(), data_.index(), folder_);
  const size_t a = workers.add(), b = workers.add();
  workers.generation({{a, {0, 1}}, {b, {1, 2}}}, {}, [&](size_t worker, const auto&) {
    const auto report = workers[worker].step(test_deadline());
    EXPECT_EQ(report.status().code(), Code::kNumeric);
    EXPECT_THAT(report.status().message(), HasSubstr("the loss of step 0 (epoch 1) is"));
    EXPECT_EQ(workers[worker].applied_steps(), 0);
  });
}

TEST_F(CourseTest, rolls_back_to_the_seed_where_there_is_no_checkpoint) {
  const fs::Location storage = checkpoints("roll-back");
  TestWorkers workers(exploding_job(), data_.index(), folder_);
  const size_t a = workers.add(), b = workers.add();
  workers.generation({{a, {0, 1}}, {b, {1, 2}}}, {}, [&](size_t worker, const auto&) {
    DataParallelTrainer& trainer = workers[worker];
    EXPECT_EQ(trainer.step(test_deadline()).status().code(), Code::kNumeric);
    // No checkpoint: back to the seed.
    const auto seed = trainer.roll_back(storage, test_deadline());
    ASSERT_TRUE(seed.is_ok()) << seed.status().to_string();
    EXPECT_EQ(*seed, 0);
    EXPECT_EQ(trainer.course().rate, 0.5);
    EXPECT_EQ(trainer.course().roll_backs, 1);
  });
  EXPECT_EQ(digest_of(workers[a]), digest_of(workers[b]));
}

TEST_F(CourseTest, goes_on_from_a_roll_back_to_the_same_model_whoever_carries_the_streams) {
  model::Training job = exploding_job();
  job.course.on_nan.explodes_above = 0;
  const auto rolled_back = [&](const Ranges& ranges, const std::string& name) {
    const fs::Location storage = checkpoints(name);
    TestWorkers workers(job, data_.index(), folder_);
    std::vector<TestWorkers::Assignment> members;
    for (const auto& range : ranges) members.push_back({workers.add(), range});
    workers.generation(members, {}, [&](size_t worker, const auto&) {
      DataParallelTrainer& trainer = workers[worker];
      train(trainer, 5);
      if (worker == 0) write(trainer, storage);
      train(trainer, 9);
      const auto start = trainer.roll_back(storage, test_deadline());
      ASSERT_TRUE(start.is_ok()) << start.status().to_string();
      EXPECT_EQ(*start, 5);
      const auto report = trainer.step(test_deadline());
      ASSERT_TRUE(report.is_ok());
      EXPECT_EQ(report->step, 5);
      EXPECT_EQ(report->learning_rate, 3e-3 / 2);
      if (worker == 0) write(trainer, storage);
      train(trainer);
    });
    return digest_of(workers[0]);
  };
  const std::string alone = rolled_back({{0, 2}}, "alone");
  EXPECT_EQ(rolled_back({{0, 1}, {1, 2}}, "two"), alone);
  EXPECT_NE(digest(job, {{0, 2}}), alone);
  // The factor rides in the checkpoint of step 6.
  TestWorkers again(job, data_.index(), folder_);
  const size_t a = again.add();
  again.generation({{a, {0, 2}}}, from(checkpoints("alone")), [&](size_t, const auto& start) {
    EXPECT_EQ(*start, 6);
    EXPECT_EQ(again[a].course().rate, 0.5);
    train(again[a]);
  });
  EXPECT_EQ(digest_of(again[a]), alone);
}

TEST_F(CourseTest, begins_with_the_weights_of_a_file_on_every_member) {
  model::Training job = small_job(3);
  job.epochs = 1;
  TestWorkers source(job, data_.index(), folder_);
  const size_t made = source.add();
  source.generation({{made, {0, 3}}}, {}, [&](size_t, const auto&) { train(source[made], 3); });
  ASSERT_TRUE(fs::write_file(*files_, "/w.safetensors", as_bytes(source[made].model_file()), {},
                             test_deadline())
                  .is_ok());

  job.seed = 99;
  job.pretrained.weights = "mem://test/w.safetensors";
  job.pretrained.skip = {"8.*"};
  job.optimizer.groups = {{.match = "0.*", .freeze = true, .freeze_statistics = true},
                          {.match = "1.*", .freeze = true, .freeze_statistics = true}};
  const TrainerOptions options = begins_with("/w.safetensors");
  const auto tuned = [&](const Ranges& ranges) {
    TestWorkers workers(job, data_.index(), folder_, options);
    std::vector<TestWorkers::Assignment> members;
    for (const auto& range : ranges) members.push_back({workers.add(), range});
    workers.generation(members, {}, [&](size_t worker, const auto& start) {
      ASSERT_TRUE(start.is_ok()) << start.status().to_string();
      train(workers[worker]);
    });
    for (size_t i = 1; i < ranges.size(); ++i)
      EXPECT_EQ(digest_of(workers[i]), digest_of(workers[0]));
    // What is frozen is what the file had.
    const auto mine = workers[0].snapshot(), theirs = source[made].snapshot();
    for (size_t i = 0; i < mine->model.size(); ++i) {
      const auto& [name, type, shape, bytes] = mine->model[i];
      const Bytes other = theirs->model[i].bytes;
      const bool same = std::equal(bytes.begin(), bytes.end(), other.begin(), other.end());
      const bool frozen = name.starts_with("0.") || name.starts_with("1.running");
      if (!name.ends_with("tracked") && (frozen || !name.starts_with("1."))) {
        EXPECT_EQ(same, frozen) << name;
      }
    }
    return digest_of(workers[0]);
  };
  EXPECT_EQ(tuned({{0, 3}}), tuned({{0, 1}, {1, 3}}));
}

TEST_F(CourseTest, names_the_tensor_of_a_file_that_does_not_fit) {
  model::Training job = small_job(2);
  const float values[3] = {1, 2, 3};
  std::string file;
  ASSERT_TRUE(
      train::write_safetensors(
          std::vector<train::TensorView>{
              {"8.bias", train::TensorType::kFloat32, {3}, std::as_bytes(std::span(values))}},
          [&](Bytes bytes) {
            file += as_text(bytes);
            return Status::ok();
          })
          .is_ok());
  ASSERT_TRUE(
      fs::write_file(*files_, "/bad.safetensors", as_bytes(file), {}, test_deadline()).is_ok());
  job.pretrained = {.weights = "bad.safetensors", .strict = false};
  TestWorkers workers(job, data_.index(), folder_, begins_with("/bad.safetensors"));
  const size_t a = workers.add();
  workers.generation({{a, {0, 2}}}, {}, [&](size_t, const auto& start) {
    EXPECT_EQ(start.status().code(), Code::kInvalidArgument);
    EXPECT_THAT(start.status().message(),
                HasSubstr("its tensor '8.bias' is [3], the network expects [4] for '8.bias'"));
  });
}

}  // namespace
}  // namespace howdah::parallel
