// Tests only: a small job whose records are easy to learn, and the workers that train it, each with
// an Endpoint and a thread of its own.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <thread>

#include "dataset/random.h"
#include "fs/memory_file_system.h"
#include "parallel/data_parallel.h"
#include "parallel/test_records.h"

namespace howdah::parallel {

// Convolution, BatchNorm and dropout: everything that could make the bits depend on who computes.
inline model::Training small_job(int streams) {
  using model::LayerType;
  model::Training job;
  job.layers = {
      {.type = LayerType::kConv2d, .units = 8, .kernel = 3, .padding = model::Layer::kSame},
      {.type = LayerType::kBatchNorm2d},
      {.type = LayerType::kRelu},
      {.type = LayerType::kMaxPool2d, .kernel = 2, .stride = 2},
      {.type = LayerType::kFlatten},
      {.type = LayerType::kDense, .units = 32},
      {.type = LayerType::kRelu},
      {.type = LayerType::kDropout, .rate = 0.2},
      {.type = LayerType::kDense, .units = 4}};
  job.input = {1, 8, 8};
  job.classes = 4;
  job.optimizer.type = model::OptimizerType::kAdam;
  job.schedule = {.type = model::ScheduleType::kExponential, .initial = 3e-3, .decay = 0.9};
  job.regularization.l2 = 1e-4;
  job.normalization = {{0.3}, {0.3}};
  job.epochs = 3;
  job.batch = 50;
  job.seed = 11;
  job.streams = streams;
  return job;
}

// Noise with one bright quadrant, whose number is the class. Partitions "train" (600) and "test"
// (101), in chunks of 64 records.
class SmallDataset {
 public:
  explicit SmallDataset(const fs::Location& folder) : folder_(folder) {
    index_.source = "test";
    index_.fingerprint = Sha256::hex_of({});
    index_.shape = {1, 8, 8};
    index_.classes = 4;
    index_.partitions = {write("train", 600), write("test", 101)};
  }
  const dataset::Index& index() const { return index_; }

 private:
  dataset::Partition write(const std::string& name, int64_t records) {
    dataset::SplitMix64 random(dataset::hash_of(static_cast<uint64_t>(records)));
    return write_records(folder_, name, records, 4, [&](std::string& content) {
      const auto label = static_cast<int32_t>(random.below(4));
      for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x) {
          const bool bright = (y / 4) * 2 + x / 4 == label;
          content += static_cast<char>(random.below(128) + (bright ? 90 : 0));
        }
      append(content, label);
      return label;
    });
  }
  fs::Location folder_;
  dataset::Index index_;
};

inline comm::EndpointOptions test_endpoint_options() {
  comm::EndpointOptions options;
  options.bind_host = "127.0.0.1";
  options.job_id = "job-1";
  options.secret = "0123456789abcdef0123456789abcdef";
  return options;
}

inline std::string digest_of(DataParallelTrainer& trainer) {
  return Sha256::hex_of(as_bytes(train::model_file(*trainer.snapshot())));
}

// The workers of one process. Which of them are members changes from generation to generation.
class TestWorkers {
 public:
  TestWorkers(const model::Training& job, const dataset::Index& index, fs::Location folder,
              TrainerOptions options = {})
      : job_(job), index_(index), folder_(std::move(folder)), options_(std::move(options)) {}

  // A new worker; returns its number.
  size_t add() {
    Worker& worker = workers_.emplace_back();
    worker.endpoint = comm::Endpoint::open(test_endpoint_options()).value();
    auto trainer = DataParallelTrainer::create(job_, index_, folder_, *worker.endpoint, options_);
    EXPECT_TRUE(trainer.is_ok()) << trainer.status().to_string();
    worker.trainer = std::move(trainer).value();
    return workers_.size() - 1;
  }
  DataParallelTrainer& operator[](size_t worker) { return *workers_[worker].trainer; }

  struct Assignment {
    size_t worker = 0;
    comm::StreamRange streams;
  };
  // Lets these workers enter the next generation, and then each do `work` in its thread.
  void generation(const std::vector<Assignment>& members, const StateSource& source,
                  const std::function<void(size_t worker, const Result<int64_t>& start)>& work) {
    comm::GroupPlan plan;
    plan.generation = ++generation_;
    plan.streams = job_.streams;
    for (const auto& [worker, streams] : members)
      plan.members.push_back(
          {static_cast<uint32_t>(worker), workers_[worker].endpoint->address(), streams});
    std::vector<std::jthread> threads;
    for (size_t rank = 0; rank < members.size(); ++rank)
      threads.emplace_back([&, rank, plan]() mutable {
        plan.rank = static_cast<int>(rank);
        const size_t number = members[rank].worker;
        Worker& worker = workers_[number];
        auto group = worker.endpoint->join(plan, test_deadline());
        ASSERT_TRUE(group.is_ok()) << group.status().to_string();
        work(number, worker.trainer->enter(std::move(group).value(), source, test_deadline()));
      });
  }
  // The same, and then steps up to this one.
  void train(const std::vector<Assignment>& members, const StateSource& source, int64_t until) {
    generation(members, source, [&](size_t worker, const Result<int64_t>& start) {
      ASSERT_TRUE(start.is_ok()) << start.status().to_string();
      while ((*this)[worker].applied_steps() < until) {
        const auto report = (*this)[worker].step(test_deadline());
        ASSERT_TRUE(report.is_ok()) << report.status().to_string();
      }
    });
  }
  uint64_t last_generation() const { return generation_; }

 private:
  struct Worker {
    std::unique_ptr<comm::Endpoint> endpoint;
    std::unique_ptr<DataParallelTrainer> trainer;
  };
  const model::Training job_;
  const dataset::Index& index_;
  const fs::Location folder_;
  const TrainerOptions options_;
  std::deque<Worker> workers_;
  uint64_t generation_ = 0;
};

class WorkersTest : public testing::Test {
 protected:
  WorkersTest() : data_(folder_) {}

  TestWorkers workers(const model::Training& job) {
    return TestWorkers(job, data_.index(), folder_);
  }
  // All steps by these members, in one generation.
  std::string digest(const model::Training& job, const std::vector<comm::StreamRange>& ranges) {
    TestWorkers workers = this->workers(job);
    std::vector<TestWorkers::Assignment> members;
    for (const auto& range : ranges) members.push_back({workers.add(), range});
    workers.train(members, {}, workers[0].total_steps());
    const std::string first = digest_of(workers[0]);
    for (size_t i = 1; i < ranges.size(); ++i) EXPECT_EQ(digest_of(workers[i]), first);
    return first;
  }

  const std::shared_ptr<fs::FileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("test");
  const fs::Location folder_{files_, "/data"};
  const SmallDataset data_;
};

}  // namespace howdah::parallel
