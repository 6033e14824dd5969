// Records a second that one worker's input gives as tensors, for bench/run_input.py: the epoch's
// plan, the background readers, shuffling, augmentation and normalization of the product, on an
// indexed dataset; nothing is trained. Says "[SECONDS, ...]", an epoch each, and how many records
// an epoch has.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "dataset/random.h"
#include "fs/local_file_system.h"
#include "parallel/data_parallel.h"
#include "parallel/stream_batches.h"
#include "train/augmentation.h"
#include "train/engine.h"
#include "train/inputs.h"

namespace howdah::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string data;
  int64_t batch = 128, epochs = 3;
  int streams = 2, threads = 1;
};

model::Training training_of(const dataset::Index& index, const Options& options) {
  model::Training training;
  training.input = index.shape;
  training.classes = index.classes;
  training.batch = options.batch;
  training.streams = options.streams;
  if (index.element == dataset::ElementType::kInt32) {
    training.task = model::Task::kTextClassification;
    training.input_form = model::Form::kTokens;
    return training;
  }
  for (const double mean : index.mean) training.normalization.mean.push_back(mean / 255);
  for (const double stddev : index.stddev) training.normalization.stddev.push_back(stddev / 255);
  training.augmentation = {.crop_padding = 4, .flip_horizontal = 0.5};
  return training;
}

// What the trainer makes of a micro-batch before the first layer; returns its records.
int64_t make_tensors(const dataset::RecordBatch& batch, const model::Training& training,
                     const train::Normalizer& normalizer, train::Augmenter* augmenter,
                     uint64_t seed) {
  const train::Flow input = train::input_of(batch, training, normalizer, augmenter, seed, nullptr);
  torch::Tensor labels = torch::empty({batch.records}, torch::kInt64);
  std::copy(batch.labels.begin(), batch.labels.end(), labels.mutable_data_ptr<int64_t>());
  return input.x.size(0);
}

Status work(const Options& options) {
  train::configure_engine(options.threads);
  const fs::Location folder{std::make_shared<fs::LocalFileSystem>(), options.data};
  const auto index = HOWDAH_TRY(dataset::Index::load(folder, Deadline::never()));
  const model::Training training = training_of(index, options);
  const auto normalizer =
      HOWDAH_TRY(train::Normalizer::make(training.normalization, training.input, index.element));
  std::optional<train::Augmenter> augmenter;
  if (training.augmentation.any()) augmenter.emplace(training, index.element);
  const auto plan =
      parallel::plan_options(training, index, {.train = 1, .validation = 0}, dataset::Part::kTrain);
  const auto epoch = HOWDAH_TRY(dataset::EpochPlan::make(index, plan, 0));
  parallel::StreamBatches batches(index, folder, plan, {}, epoch.steps());
  HOWDAH_TRY(batches.carry(0, options.streams, 0));

  const std::atomic<bool> interrupted = false;
  nlohmann::json seconds = nlohmann::json::array();
  for (int64_t number = 0; number < options.epochs; ++number) {
    const auto begin = Clock::now();
    int64_t records = 0;
    for (int64_t step = 0; step < epoch.steps(); ++step) {
      for (int stream = 0; stream < options.streams; ++stream)
        records +=
            make_tensors(HOWDAH_TRY(batches.batch(stream, interrupted, Deadline::never()))->records,
                         training, normalizer, augmenter ? &*augmenter : nullptr,
                         dataset::hash_of(training.seed, stream, number * epoch.steps() + step));
      batches.commit();
    }
    if (records != epoch.records()) return Status(Code::kInternal, "an epoch lacks records");
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  std::cout << nlohmann::json{{"records", epoch.records()}, {"epochs_s", seconds}}.dump()
            << std::endl;
  return Status::ok();
}

}  // namespace
}  // namespace howdah::bench

int main(int argc, char** argv) {
  using namespace howdah::bench;
  CLI::App app{"The input of one worker of Howdah, for bench/run_input.py"};
  Options options;
  app.add_option("--data", options.data, "folder of an indexed dataset")->required();
  app.add_option("--batch", options.batch);
  app.add_option("--epochs", options.epochs);
  app.add_option("--streams", options.streams);
  app.add_option("--threads", options.threads);
  CLI11_PARSE(app, argc, argv);
  const howdah::Status status = work(options);
  if (!status.is_ok()) std::cerr << status.to_string() << std::endl;
  return status.is_ok() ? 0 : 1;
}
