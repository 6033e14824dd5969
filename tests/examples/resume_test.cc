// A training of each example's job file goes on to the same bits from a checkpoint of any of twenty
// seeded steps. Networks, losses, optimizers, schedules and augmentation are those of the files;
// the data are small and drawn, so that all of it takes seconds.
#include <gtest/gtest.h>

#include <numeric>

#include "fs/memory_file_system.h"
#include "job/job_spec.h"
#include "parallel/test_texts.h"
#include "parallel/test_workers.h"
#include "train/checkpoint.h"

namespace howdah::parallel {
namespace {

using dataset::Index;
using model::Layer;
using model::Task;

constexpr int kKills = 20;
constexpr int64_t kTrain = 150, kTest = 20;
const std::vector<std::string> kSmall = {"train.batch=16", "train.epochs=3"};
const std::vector<std::string> kAugmented = {
    "data.augment.crop.padding=1", "data.augment.flip=horizontal",
    "data.augment.rotate=5",       "data.augment.color.brightness=0.2",
    "data.augment.cutout.size=2",  "data.augment.mixup.alpha=0.2"};

struct Example {
  const char* name;
  const char* file;               // in examples/
  std::vector<std::string> sets;  // what makes it small, and draws something in each step
};
void PrintTo(const Example& example, std::ostream* out) {
  *out << example.file;
}

std::vector<Example> examples() {
  std::vector<std::string> colored = kAugmented;
  colored.insert(colored.end(),
                 {"data.augment.color.saturation=0.2", "learning_rate.initial=0.01"});
  const std::vector<std::string> recurrent = {"model.embedding=8", "model.units=8",
                                              "learning_rate.warmup=10 steps"};
  const std::vector<std::string> classifier(recurrent.begin(), recurrent.end() - 1);
  return {
      {"fashion_mnist", "fashion-mnist/job.yaml", kAugmented},
      {"fashion_mnist_full", "fashion-mnist/full.yaml", kAugmented},
      {"cifar10", "cifar10/job.yaml", colored},
      {"imdb_lstm", "imdb/job.yaml", classifier},
      {"imdb_gru", "imdb/gru.yaml", classifier},
      {"spam", "spam/job.yaml", {"model.embedding=8", "model.filters=8"}},
      {"translation_lstm", "translation/job.yaml", recurrent},
      {"translation_transformer",
       "translation/transformer.yaml",
       {"model.width=8", "model.feed_forward=16", "learning_rate.warmup=10 steps"}},
      {"flights_delay", "flights-delay/job.yaml", {"model.dropout=0.2"}},
      {"flights_minutes", "flights-delay/regression.yaml", {"model.dropout=0.2"}},
  };
}

// Images of 8 x 8 of noise, of ten classes.
Index images(const fs::Location& folder, int64_t channels) {
  Index index;
  index.shape = {channels, 8, 8};
  index.classes = 10;
  index.mean.assign(static_cast<size_t>(channels), 127);
  index.stddev.assign(static_cast<size_t>(channels), 74);
  for (const auto& [name, count] : {std::pair{"train", kTrain}, {"test", kTest}}) {
    dataset::SplitMix64 random(dataset::hash_of(static_cast<uint64_t>(count)));
    index.partitions.push_back(
        write_records(folder, name, count, index.classes, [&](std::string& content) {
          for (int64_t i = 0; i < index.feature_bytes(); ++i)
            content += static_cast<char>(random.below(256));
          const auto label = static_cast<int32_t>(random.below(10));
          append(content, label);
          return label;
        }));
  }
  return index;
}

// Columns of numbers and of categories, of noise.
Index table(const fs::Location& folder, bool values) {
  Index index;
  index.element = dataset::ElementType::kFloat32;
  index.columns = {{"dep_delay"}, {"distance"}, {"month", {"1", "2", "3"}}, {"origin", {"a", "b"}}};
  index.shape = {std::ssize(index.columns)};
  index.mean.assign(index.columns.size(), 0);
  index.stddev.assign(index.columns.size(), 1);
  index.classes = values ? 1 : 2;
  if (values) index.target = {.kind = dataset::TargetKind::kValues, .names = {"minutes"}};
  for (const auto& [name, count] : {std::pair{"train", kTrain}, {"test", kTest}}) {
    dataset::SplitMix64 random(dataset::hash_of(static_cast<uint64_t>(count)));
    index.partitions.push_back(
        write_records(folder, name, count, values ? 0 : 2, [&](std::string& content) {
          for (const dataset::Column& column : index.columns)
            append(content, column.categories.empty()
                                ? static_cast<float>(random.below(1000)) / 500 - 1
                                : static_cast<float>(random.below(column.categories.size() + 1)));
          const auto label = static_cast<int32_t>(random.below(2));
          if (values)
            append(content, static_cast<float>(label) * 10);
          else
            append(content, label);
          return label;
        }));
  }
  return index;
}

Index data_of(const Example& example, Task task, const fs::Location& folder) {
  if (model::is_of_text(task)) return TextDataset(folder, task, kTrain, kTest).index();
  Index index = model::is_of_table(task)
                    ? table(folder, task == Task::kRegression)
                    : images(folder, std::string_view(example.name) == "cifar10" ? 3 : 1);
  index.source = "test";
  index.fingerprint = Sha256::hex_of({});
  return index;
}

bool has_dropout(const std::vector<Layer>& layers) {
  return std::any_of(layers.begin(), layers.end(), [](const Layer& layer) {
    return layer.rate > 0 || layer.recurrent_rate > 0 ||
           std::any_of(layer.branches.begin(), layer.branches.end(), has_dropout);
  });
}

class ResumeTest : public testing::TestWithParam<Example> {
 protected:
  void SetUp() override {
    job::JobFileOptions options;
    for (const auto* sets : {&kSmall, &GetParam().sets})
      options.set.insert(options.set.end(), sets->begin(), sets->end());
    auto spec = job::load_job_file(std::string(HOWDAH_EXAMPLES) + "/" + GetParam().file, options);
    ASSERT_TRUE(spec.is_ok()) << spec.status().to_string();
    index_ = data_of(GetParam(), spec->training.task, folder_);
    const Status fits = job::complete_from_index(*spec, index_);
    ASSERT_TRUE(fits.is_ok()) << fits.to_string();
    training_ = spec->training;
    options_.split = spec->data.split;
  }

  // Trains to the end, from a folder of checkpoints or the seed; writes those of the steps.
  std::string trained(int workers, const std::vector<int64_t>& saved = {}, int64_t from = -1) {
    TestWorkers trainers(training_, index_, folder_, options_);
    std::vector<TestWorkers::Assignment> members;
    for (int i = 0; i < workers; ++i)
      members.push_back({trainers.add(),
                         {i * training_.streams / workers, (i + 1) * training_.streams / workers}});
    StateSource source;
    if (from >= 0) source.checkpoints = checkpoint_of(from);
    trainers.generation(members, source, [&](size_t worker, const Result<int64_t>& start) {
      ASSERT_TRUE(start.is_ok()) << start.status().to_string();
      EXPECT_EQ(*start, std::max<int64_t>(from, 0));
      DataParallelTrainer& trainer = trainers[worker];
      for (;;) {
        const int64_t step = trainer.applied_steps();
        if (worker == 0 && std::count(saved.begin(), saved.end(), step) > 0) {
          const fs::Location where = checkpoint_of(step);
          const auto written = train::write_checkpoint(*where.files, where.path,
                                                       *trainer.snapshot(), test_deadline());
          ASSERT_TRUE(written.is_ok()) << written.status().to_string();
        }
        if (trainer.finished()) break;
        const auto report = trainer.step(test_deadline());
        ASSERT_TRUE(report.is_ok()) << report.status().to_string();
        steps_ = trainer.total_steps();
      }
    });
    return digest_of(trainers[0]);
  }
  fs::Location checkpoint_of(int64_t step) const {
    return {files_, "/checkpoints/" + std::to_string(step)};
  }

  const std::shared_ptr<fs::FileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("test");
  const fs::Location folder_{files_, "/data"};
  Index index_;
  model::Training training_;
  TrainerOptions options_;
  std::atomic<int64_t> steps_ = 0;  // of the whole training
};

TEST_P(ResumeTest, goes_on_to_the_same_bits_from_any_of_twenty_steps) {
  ASSERT_TRUE(training_.augmentation.any() || has_dropout(training_.layers));
  const std::string undisturbed = trained(1);
  std::vector<int64_t> steps(static_cast<size_t>(steps_));
  std::iota(steps.begin(), steps.end(), 0);
  ASSERT_GE(std::ssize(steps), kKills);
  dataset::SplitMix64 random(2026);
  random.shuffle(std::span(steps));
  steps.resize(kKills);
  EXPECT_EQ(trained(2, steps), undisturbed) << "that wrote the checkpoints";
  for (const int64_t step : steps)
    EXPECT_EQ(trained(1 + static_cast<int>(step % 2), {}, step), undisturbed) << step;
  // What is drawn counts: without the seed of this job the bits are others.
  ++training_.seed;
  EXPECT_NE(trained(1), undisturbed);
}

INSTANTIATE_TEST_SUITE_P(Examples, ResumeTest, testing::ValuesIn(examples()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace howdah::parallel
