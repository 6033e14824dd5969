// The step of one worker, for bench/run_steps.py: the trainer of the product (network, loss,
// backward pass, gradients of its streams, clipping, optimizer) on random records.
//
//   bench_steps --model lstm ...            reads "N" from standard input, again and again: takes
//                                           so many steps and says what each took, as a JSON line
//   bench_steps --model lstm --check DIR    writes the first weights and the records into DIR,
//   takes
//                                           three steps, all of the same records, and says their
//                                           losses
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/train/random_records.h"
#include "bench/train/step_job.h"
#include "fs/local_file_system.h"
#include "fs/memory_file_system.h"
#include "model/worker_environment.h"
#include "parallel/data_parallel.h"

namespace howdah::bench {
namespace {

using nlohmann::json;

constexpr int64_t kRecords = 2048;  // at least
constexpr int kCheckedSteps = 3;

struct Options {
  StepJob job;
  int64_t least_length = 0;  // 0: all are of full length
  std::string check;
};

double now_ms(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

Result<json> take_steps(parallel::DataParallelTrainer& trainer, int64_t steps) {
  json said;
  for (int64_t i = 0; i < steps; ++i) {
    const double begin = now_ms(CLOCK_MONOTONIC), used = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    const auto report = HOWDAH_TRY(trainer.step(Deadline::never()));
    said["ms"].push_back(now_ms(CLOCK_MONOTONIC) - begin);
    said["cpu_ms"].push_back(now_ms(CLOCK_PROCESS_CPUTIME_ID) - used);
    said["wait_ms"].push_back(milliseconds(report.time.wait));
    said["update_ms"].push_back(milliseconds(report.time.update));
    said["loss"].push_back(report.loss);
  }
  return said;
}

std::unique_ptr<comm::Endpoint> open_endpoint() {
  comm::EndpointOptions options;
  options.bind_host = "127.0.0.1";
  options.job_id = "bench";
  options.secret = "0123456789abcdef0123456789abcdef";
  return comm::Endpoint::open(options).value();
}

Status write_first_weights(const model::Training& training, const fs::Location& folder) {
  const auto layout = HOWDAH_TRY(train::Layout::of(training));
  std::vector<float> weights(static_cast<size_t>(layout.weights));
  std::vector<float> buffers(static_cast<size_t>(layout.buffer_values));
  train::initialize(layout, training.seed, weights, buffers);
  std::string content;
  for (const train::Parameter& parameter : layout.parameters)
    content.append(reinterpret_cast<const char*>(weights.data() + parameter.offset),
                   static_cast<size_t>(parameter.count) * sizeof(float));
  return fs::write_file(*folder.files, folder.path + "/weights.bin", as_bytes(content),
                        {.overwrite = true}, Deadline::never());
}

Status serve(parallel::DataParallelTrainer& trainer) {
  for (int64_t steps = 0; std::cin >> steps;)
    std::cout << HOWDAH_TRY(take_steps(trainer, steps)).dump() << std::endl;
  return Status::ok();
}

Status work(const Options& options) {
  const bool checks = !options.check.empty();
  const model::Training training = training_of(options.job);
  fs::Location folder{std::make_shared<fs::MemoryFileSystem>("bench"), "/records"};
  if (checks) folder = {std::make_shared<fs::LocalFileSystem>(), options.check};
  const int64_t batches = checks ? 1 : (kRecords + training.batch - 1) / training.batch;
  const auto index = HOWDAH_TRY(write_random_records(
      training, batches * training.batch,
      options.least_length > 0 ? options.least_length : training.input[0], folder));
  if (checks) HOWDAH_TRY(write_first_weights(training, folder));

  const auto endpoint = open_endpoint();
  parallel::TrainerOptions trainer_options;
  trainer_options.split = {.train = 1, .validation = 0};
  const auto trainer = HOWDAH_TRY(
      parallel::DataParallelTrainer::create(training, index, folder, *endpoint, trainer_options));
  const comm::GroupPlan plan{.generation = 1,
                             .rank = 0,
                             .streams = training.streams,
                             .members = {{0, endpoint->address(), {0, training.streams}}}};
  HOWDAH_TRY(
      trainer->enter(HOWDAH_TRY(endpoint->join(plan, Deadline::never())), {}, Deadline::never()));
  const auto layout = HOWDAH_TRY(train::Layout::of(training));
  std::cout << json{{"parameters", layout.trainable()}}.dump() << std::endl;
  if (!checks) return serve(*trainer);
  std::cout << HOWDAH_TRY(take_steps(*trainer, kCheckedSteps)).dump() << std::endl;
  return Status::ok();
}

// What the processes that train are started with.
void take_environment(int threads, char** argv) {
  bool complete = true;
  for (const auto& [name, value] : model::worker_environment(threads)) {
    const char* present = std::getenv(name.c_str());
    complete &= present != nullptr && present == value;
    setenv(name.c_str(), value.c_str(), 1);
  }
  if (!complete) execv("/proc/self/exe", argv);
}

}  // namespace
}  // namespace howdah::bench

int main(int argc, char** argv) {
  using namespace howdah::bench;
  CLI::App app{"The step of one worker of Howdah, for bench/run_steps.py"};
  Options options;
  StepJob& job = options.job;
  app.add_option("--model", job.model)->required()->check(CLI::IsMember(step_models()));
  app.add_option("--batch", job.batch);
  app.add_option("--streams", job.streams);
  app.add_option("--threads", job.threads);
  app.add_option("--length", job.length, "of texts");
  app.add_option("--least-length", options.least_length, "of texts that are of any length");
  app.add_option("--target-length", job.target_length);
  app.add_option("--vocabulary", job.vocabulary);
  app.add_option("--clip", job.clip, "the gradients' norm");
  app.add_flag("!--no-dropout", job.dropout);
  app.add_option("--check", options.check, "a folder for the first weights and the records");
  CLI11_PARSE(app, argc, argv);
  take_environment(job.threads, argv);
  const howdah::Status status = work(options);
  if (!status.is_ok()) std::cerr << status.to_string() << std::endl;
  return status.is_ok() ? 0 : 1;
}
