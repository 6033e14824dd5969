// Every task of tables and texts: training learns, and the weights and each figure of an evaluation
// have the same bits however many workers there are.
#include <gtest/gtest.h>

#include <array>

#include "fs/memory_file_system.h"
#include "model/fill.h"
#include "model/zoo.h"
#include "parallel/test_texts.h"
#include "parallel/test_workers.h"

namespace howdah::parallel {
namespace {

using model::LayerType;
using model::LossType;
using model::Task;

constexpr int64_t kColumns = 3, kTrain = 300, kTest = 117;

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
      append(content, values_of);
    else
      append(content, label);
    return label;
  }

  dataset::Partition write(const std::string& name, int64_t records) {
    dataset::SplitMix64 random(dataset::hash_of(static_cast<uint64_t>(records)));
    const int64_t classes = task_ == Task::kRegression ? 0 : index_.classes;
    return write_records(folder_, name, records, classes, [&](std::string& content) {
      std::array<float, kColumns> row;
      for (float& value : row)
        value = static_cast<float>(static_cast<double>(random.next() >> 11) * 0x1p-52 - 1);
      append(content, row);
      return add_target(content, row);
    });
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

class TaskTest : public testing::Test {
 protected:
  const std::shared_ptr<fs::FileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("test");
  const fs::Location folder_{files_, "/data"};

  struct Outcome {
    train::Metrics metrics;
    std::string digest;
    double first_loss = 0, last_loss = 0;
  };
  // Trains with so many workers, and evaluates the test part; the same on every member.
  Outcome run(const model::Training& job, const dataset::Index& index, int count,
              const TrainerOptions& options = {}) {
    TestWorkers workers(job, index, folder_, options);
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

  // What 1, 2 and 4 workers come to.
  Outcome same_by_1_2_and_4(const model::Training& job, const dataset::Index& index,
                            const TrainerOptions& options = {}) {
    const Outcome alone = run(job, index, 1, options);
    EXPECT_EQ(alone.metrics.records, kTest);
    for (const int count : {2, 4}) {
      const Outcome together = run(job, index, count, options);
      EXPECT_EQ(together.digest, alone.digest) << count;
      expect_equal(together.metrics, alone.metrics);
    }
    return alone;
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

class TableTask : public TaskTest, public testing::WithParamInterface<Task> {};

TEST_P(TableTask, learns_and_is_evaluated_to_the_same_bits_by_1_2_and_4_workers) {
  const TableDataset data(folder_, GetParam());
  model::Training job = job_of(GetParam());
  if (GetParam() == Task::kClassification) {
    job.measures = {"top_2", "confusion_matrix", "f1_per_class", "f1_weighted"};
    job.loss = {.weights = {1, 2, 0.5}, .smoothing = 0.05};
  }
  if (GetParam() == Task::kBinaryClassification) job.loss.weights = {1.5};
  const Outcome alone = same_by_1_2_and_4(job, data.index());
  EXPECT_LT(alone.last_loss, alone.first_loss / 1.5);
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

INSTANTIATE_TEST_SUITE_P(Tables, TableTask,
                         testing::Values(Task::kClassification, Task::kBinaryClassification,
                                         Task::kRegression),
                         [](const auto& info) {
                           return std::string(model::task_name(info.param));
                         });

struct TextCase {
  const char* name;
  Task task;
  std::vector<model::Layer> layers, decoder = {};
  std::vector<std::string> measures = {};
  std::vector<std::pair<std::string, double>> floors = {};  // of the figures
  int64_t epochs = 4;
};
void PrintTo(const TextCase& test, std::ostream* out) {
  *out << test.name;
}

std::vector<TextCase> text_cases() {
  using model::ZooModel, model::ZooType;
  constexpr int64_t kWords = TextDataset::kVocabulary, kClasses = TextDataset::kClasses;
  std::vector<TextCase> cases;
  for (const ZooType type : {ZooType::kLstm, ZooType::kTextCnn})
    cases.push_back({.name = type == ZooType::kLstm ? "lstm" : "text_cnn",
                     .task = Task::kTextClassification,
                     .layers = model::zoo_layers({.type = type,
                                                  .dropout = 0.2,
                                                  .embedding = 8,
                                                  .filters = 8,
                                                  .kernels = {2, 3},
                                                  .units = 8},
                                                 kClasses),
                     .measures = {"confusion_matrix", "f1_per_class"},
                     .floors = {{"accuracy", 0.7}, {"f1", 0.7}}});
  cases.push_back({.name = "tagging",
                   .task = Task::kTagging,
                   .layers = {{.type = LayerType::kEmbedding, .units = 8},
                              {.type = LayerType::kDropout, .rate = 0.1},
                              {.type = LayerType::kGru, .units = 8, .bidirectional = true},
                              {.type = LayerType::kDense, .units = kClasses + 1}},
                   .measures = {"f1_per_class", "confusion_matrix"},
                   .floors = {{"accuracy", 0.9}, {"f1_macro", 0.9}}});
  for (const ZooType type : {ZooType::kLstmLm, ZooType::kTransformerLm}) {
    const ZooModel model{.type = type,
                         .dropout = 0.1,
                         .embedding = 12,
                         .units = 12,
                         .layers = 2,
                         .width = 12,
                         .heads = 2};
    // A uniform guess has a perplexity of 19; the data's own is some 3.
    cases.push_back({.name = type == ZooType::kLstmLm ? "lstm_lm" : "transformer_lm",
                     .task = Task::kLanguageModel,
                     .layers = model::zoo_layers(model, kWords),
                     .measures = {"top_3"},
                     .floors = {{"accuracy", 0.14}, {"top_3", 0.45}}});
  }
  for (const ZooType type : {ZooType::kLstmAttention, ZooType::kTransformer}) {
    const ZooModel model{
        .type = type, .dropout = 0.05, .embedding = 16, .units = 16, .width = 16, .heads = 2};
    cases.push_back({.name = type == ZooType::kTransformer ? "transformer" : "lstm_attention",
                     .task = Task::kTranslation,
                     .layers = model::zoo_layers(model, kWords),
                     .decoder = model::zoo_decoder(model, kWords),
                     .measures = {"chrf"},
                     .floors = {{"bleu", 10}, {"chrf", 30}, {"accuracy", 0.4}},
                     .epochs = 12});
  }
  return cases;
}

model::Training job_of(const TextCase& test, const dataset::Index& index) {
  model::Training job;
  job.task = test.task;
  job.layers = test.layers;
  job.decoder = test.decoder;
  model::fill_vocabulary(job.layers, index.tokens.vocabulary);
  model::fill_vocabulary(job.decoder, index.tokens.target_vocabulary);
  job.input = index.shape;
  job.input_form = model::Form::kTokens;
  job.vocabulary = index.tokens.vocabulary;
  job.classes = test.task == Task::kTranslation     ? index.tokens.target_vocabulary
                : test.task == Task::kLanguageModel ? index.tokens.vocabulary
                                                    : index.classes;
  job.target_width = index.target.width;
  job.loss.type = model::usual_loss(test.task);
  job.measures = test.measures;
  job.optimizer.type = model::OptimizerType::kAdam;
  job.schedule.initial = 0.02;
  job.epochs = test.epochs;
  job.batch = 32;
  job.streams = 4;
  return job;
}

// As a worker has them, with words for tokens.
TrainerOptions text_options() {
  TrainerOptions options;
  options.texts.translate = [](train::Network& network, const dataset::RecordBatch& batch) {
    return network.translate(batch, {.beam = 3});
  };
  options.texts.text_of = [](std::span<const int32_t> tokens) {
    std::string text;
    for (const int32_t token : tokens)
      if (token > dataset::kEndToken) text += "w" + std::to_string(token) + " ";
    return text;
  };
  return options;
}

class TextTask : public TaskTest, public testing::WithParamInterface<TextCase> {};

TEST_P(TextTask, learns_and_is_evaluated_to_the_same_bits_by_1_2_and_4_workers) {
  const TextDataset data(folder_, GetParam().task, kTrain, kTest);
  const model::Training job = job_of(GetParam(), data.index());
  const Outcome alone = same_by_1_2_and_4(job, data.index(), text_options());
  for (const auto& [figure, floor] : GetParam().floors)
    EXPECT_GT(alone.metrics.at(figure), floor) << figure;
}

TEST_F(TaskTest, brings_texts_of_similar_length_together_unless_told_otherwise) {
  const TextCase test = text_cases().front();
  const TextDataset data(folder_, test.task, kTrain, kTest);
  model::Training job = job_of(test, data.index());
  job.epochs = 1;
  const std::string bucketed = run(job, data.index(), 1).digest;
  job.bucketing = false;
  EXPECT_NE(run(job, data.index(), 1).digest, bucketed);
}

INSTANTIATE_TEST_SUITE_P(Texts, TextTask, testing::ValuesIn(text_cases()),
                         [](const auto& info) { return std::string(info.param.name); });

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

TEST(TaskFit, asks_about_records_that_nobody_labelled) {
  const fs::Location folder{std::make_shared<fs::MemoryFileSystem>("test"), "/data"};
  const TableDataset data(folder, Task::kRegression);
  dataset::Index index = data.index();
  index.shape = {kColumns + index.target.width};  // the same bytes, and nothing to be found
  index.target = {.kind = dataset::TargetKind::kNone, .width = 0};
  model::Training job = job_of(Task::kRegression);
  job.input = index.shape;
  const auto endpoint = comm::Endpoint::open(test_endpoint_options()).value();
  EXPECT_EQ(DataParallelTrainer::create(job, index, folder, *endpoint, {}).status().code(),
            Code::kInvalidArgument);

  TrainerOptions options;
  options.trains = false;
  index.partitions.erase(index.partitions.begin());  // no training part
  TestWorkers workers(job, index, folder, options);
  const size_t only = workers.add();
  int64_t records = 0;
  workers.generation({{only, {0, 4}}}, {}, [&](size_t, const Result<int64_t>& start) {
    ASSERT_TRUE(start.is_ok()) << start.status().to_string();
    EXPECT_EQ(workers[only].evaluate(dataset::Part::kTest, test_deadline()).status().code(),
              Code::kFailedPrecondition);
    const auto count = [&](int, const dataset::RecordBatch* batch, const train::Predictions& said) {
      if (batch == nullptr) return Status::ok();
      records += batch->records;
      EXPECT_EQ(std::ssize(said.scores), 2 * batch->records);
      return Status::ok();
    };
    EXPECT_TRUE(workers[only].predict(dataset::Part::kTest, count, test_deadline()).is_ok());
  });
  EXPECT_EQ(records, kTest);
}

}  // namespace
}  // namespace howdah::parallel
