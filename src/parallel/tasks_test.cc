// Every task that a table can have: training learns, and an evaluation has the same bits however
// many workers there are.
#include <gtest/gtest.h>

#include <array>

#include "fs/memory_file_system.h"
#include "parallel/test_workers.h"

namespace howdah::parallel {
namespace {

using model::LayerType;
using model::LossType;
using model::Task;

constexpr int64_t kColumns = 3, kTrain = 300, kTest = 117;

void append(std::string& bytes, const void* value, size_t size) {
  bytes.append(static_cast<const char*>(value), size);
}

// Rows of three numbers in [-1, 1). The class is the largest one's column; the binary class whether
// their sum is above 0; the values are a sum and a difference.
class TableDataset {
 public:
  TableDataset(const fs::Location& folder, Task task) : folder_(folder), task_(task) {
    index_.source = "test";
    index_.fingerprint = Sha256::hex_of({});
    index_.element = dataset::ElementType::kFloat32;
    index_.shape = {kColumns};
    index_.classes = task == Task::kRegression ? 1 : task == Task::kBinaryClassification ? 2 : 3;
    if (task == Task::kRegression)
      index_.target = {.kind = dataset::TargetKind::kValues, .width = 2, .names = {"sum", "gap"}};
    index_.partitions = {write("train", kTrain), write("test", kTest)};
  }
  const dataset::Index& index() const { return index_; }

 private:
  int32_t add_target(std::string& content, const std::array<float, kColumns>& row) {
    const std::array values_of{row[0] + row[1] + row[2], row[0] - row[2]};
    int32_t label = 0;
    for (int32_t i = 1; i < kColumns; ++i)
      if (row[static_cast<size_t>(i)] > row[static_cast<size_t>(label)]) label = i;
    if (task_ == Task::kBinaryClassification) label = values_of[0] > 0 ? 1 : 0;
    if (task_ == Task::kRegression)
      append(content, values_of.data(), sizeof values_of);
    else
      append(content, &label, sizeof label);
    return task_ == Task::kRegression ? 0 : label;
  }

  dataset::Partition write(const std::string& name, int64_t records) {
    std::string content;
    dataset::SplitMix64 random(dataset::hash_of(static_cast<uint64_t>(records)));
    dataset::Partition partition;
    partition.name = name;
    partition.records = records;
    if (task_ != Task::kRegression)
      partition.records_by_class.resize(static_cast<size_t>(index_.classes));
    for (int64_t i = 0; i < records; ++i) {
      if (i % 64 == 0)
        partition.chunks.push_back({.file = 0,
                                    .offset_bytes = static_cast<int64_t>(content.size()),
                                    .records = std::min<int64_t>(64, records - i),
                                    .first_record = i,
                                    .hosts = {}});
      std::array<float, kColumns> row;
      for (float& value : row)
        value = static_cast<float>(static_cast<double>(random.next() >> 11) * 0x1p-52 - 1);
      append(content, row.data(), sizeof row);
      const auto label = static_cast<size_t>(add_target(content, row));
      if (task_ != Task::kRegression) ++partition.records_by_class[label];
    }
    partition.files = {name + ".bin"};
    partition.file_bytes = {static_cast<int64_t>(content.size())};
    partition.file_sha256 = {Sha256::hex_of(as_bytes(content))};
    EXPECT_TRUE(fs::write_file(*folder_.files, folder_.path + "/" + name + ".bin",
                               as_bytes(content), {.overwrite = true}, test_deadline())
                    .is_ok());
    return partition;
  }

  const fs::Location folder_;
  const Task task_;
  dataset::Index index_;
};

model::Training job_of(Task task) {
  model::Training job;
  job.task = task;
  job.classes = task == Task::kClassification ? 3 : task == Task::kRegression ? 2 : 1;
  job.target_width = task == Task::kRegression ? 2 : 1;
  job.input = {kColumns};
  job.layers = {{.type = LayerType::kDense, .units = 16},
                {.type = LayerType::kTanh},
                {.type = LayerType::kDense, .units = job.classes}};
  job.loss.type = model::usual_loss(task);
  job.optimizer.type = model::OptimizerType::kAdam;
  job.schedule.initial = 0.02;
  job.epochs = 8;
  job.batch = 32;
  job.streams = 4;
  return job;
}

class TaskTest : public testing::TestWithParam<Task> {
 protected:
  const std::shared_ptr<fs::FileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("test");
  const fs::Location folder_{files_, "/data"};

  struct Outcome {
    train::Metrics metrics;
    std::string digest;
    double first_loss = 0, last_loss = 0;
  };
  // Trains with so many workers, and evaluates the test part; the same on every member.
  Outcome run(const model::Training& job, const dataset::Index& index, int count) {
    TestWorkers workers(job, index, folder_);
    std::vector<TestWorkers::Assignment> members;
    for (int i = 0; i < count; ++i)
      members.push_back({workers.add(), {i * 4 / count, (i + 1) * 4 / count}});
    std::vector<Outcome> outcomes(members.size());
    workers.generation(members, {}, [&](size_t worker, const Result<int64_t>& start) {
      ASSERT_TRUE(start.is_ok()) << start.status().to_string();
      Outcome& outcome = outcomes[worker];
      while (workers[worker].applied_steps() < workers[worker].total_steps()) {
        const auto report = workers[worker].step(test_deadline());
        ASSERT_TRUE(report.is_ok()) << report.status().to_string();
        if (report->step == 0) outcome.first_loss = report->loss;
        outcome.last_loss = report->loss;
      }
      outcome.digest = digest_of(workers[worker]);
      auto metrics = workers[worker].evaluate(dataset::Part::kTest, test_deadline());
      ASSERT_TRUE(metrics.is_ok()) << metrics.status().to_string();
      outcome.metrics = *metrics;
    });
    for (const Outcome& other : outcomes) expect_equal(other.metrics, outcomes[0].metrics);
    return outcomes[0];
  }

  static void expect_equal(const train::Metrics& a, const train::Metrics& b) {
    EXPECT_EQ(a.records, b.records);
    EXPECT_EQ(a.loss, b.loss);
    ASSERT_EQ(a.figures.size(), b.figures.size());
    for (size_t i = 0; i < a.figures.size(); ++i) {
      EXPECT_EQ(a.figures[i].name, b.figures[i].name);
      EXPECT_EQ(a.figures[i].value, b.figures[i].value) << a.figures[i].name;
    }
    ASSERT_EQ(a.lists.size(), b.lists.size());
    for (size_t i = 0; i < a.lists.size(); ++i) EXPECT_EQ(a.lists[i].values, b.lists[i].values);
  }
};

TEST_P(TaskTest, learns_and_is_evaluated_to_the_same_bits_by_1_2_and_4_workers) {
  const TableDataset data(folder_, GetParam());
  model::Training job = job_of(GetParam());
  if (GetParam() == Task::kClassification) {
    job.measures = {"top_2", "confusion_matrix", "f1_per_class", "f1_weighted"};
    job.loss = {.weights = {1, 2, 0.5}, .smoothing = 0.05};
  }
  if (GetParam() == Task::kBinaryClassification) job.loss.weights = {1.5};
  const Outcome alone = run(job, data.index(), 1);
  EXPECT_EQ(alone.metrics.records, kTest);
  EXPECT_LT(alone.last_loss, alone.first_loss / 1.5);
  for (const int count : {2, 4}) {
    const Outcome together = run(job, data.index(), count);
    EXPECT_EQ(together.digest, alone.digest) << count;
    expect_equal(together.metrics, alone.metrics);
  }
  const train::Metrics& metrics = alone.metrics;
  if (GetParam() == Task::kRegression) {
    EXPECT_GT(metrics.at("r2"), 0.9);
    EXPECT_NEAR(metrics.loss, metrics.at("mse"), 1e-6);  // float32 there
  } else {
    EXPECT_GT(metrics.at("accuracy"), 0.85);
  }
  if (GetParam() == Task::kBinaryClassification) {
    EXPECT_GT(metrics.at("roc_auc"), 0.95);
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, TaskTest,
                         testing::Values(Task::kClassification, Task::kBinaryClassification,
                                         Task::kRegression),
                         [](const auto& info) {
                           return std::string(model::task_name(info.param));
                         });

TEST(TaskFit, refuses_a_dataset_of_another_task) {
  const fs::Location folder{std::make_shared<fs::MemoryFileSystem>("test"), "/data"};
  const TableDataset data(folder, Task::kRegression);
  const auto endpoint = comm::Endpoint::open(test_endpoint_options()).value();
  const auto status = [&](const model::Training& job) {
    return DataParallelTrainer::create(job, data.index(), folder, *endpoint, {}).status();
  };
  EXPECT_TRUE(status(job_of(Task::kRegression)).is_ok());
  EXPECT_EQ(status(job_of(Task::kBinaryClassification)).code(), Code::kInvalidArgument);
  model::Training job = job_of(Task::kRegression);
  job.classes = 3;
  job.layers.back().units = 3;
  EXPECT_EQ(status(job).code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::parallel
