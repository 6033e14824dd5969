#include "bench/train/worker.h"

#include <algorithm>
#include <iostream>
#include <sstream>

#include "base/digest.h"
#include "bench/train/example_job.h"
#include "fs/local_file_system.h"
#include "parallel/data_parallel.h"

namespace howdah::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + std::ssize(values) / 2, values.end());
  return values[values.size() / 2];
}

comm::GroupPlan read_plan(int streams) {
  std::string line, word, address;
  std::getline(std::cin, line);
  std::istringstream words(line);
  comm::GroupPlan plan;
  plan.generation = 1;
  plan.streams = streams;
  words >> word >> plan.rank;
  comm::Member member;
  while (words >> address >> member.streams.begin >> member.streams.end) {
    member.address = net::Address::parse(address).value();
    plan.members.push_back(member);
    ++member.worker;
  }
  return plan;
}

Status measure_steps(parallel::DataParallelTrainer& trainer, int64_t steps) {
  std::vector<double> whole, wait, compute, communicate, update;
  for (int64_t step = 0; step < steps; ++step) {
    const auto begin = Clock::now();
    const auto report = HOWDAH_TRY(trainer.step(Deadline::never()));
    if (step < std::min<int64_t>(10, steps - 1)) continue;
    whole.push_back(Milliseconds(Clock::now() - begin).count());
    wait.push_back(Milliseconds(report.time.wait).count());
    compute.push_back(Milliseconds(report.time.compute).count());
    communicate.push_back(Milliseconds(report.time.communicate).count());
    update.push_back(Milliseconds(report.time.update).count());
  }
  std::cout << "median " << median(whole) << " " << median(wait) << " " << median(compute) << " "
            << median(communicate) << " " << median(update) << std::endl;
  return Status::ok();
}

Status train_to_the_end(parallel::DataParallelTrainer& trainer) {
  auto begin = Clock::now();
  double loss = 0;
  while (trainer.applied_steps() < trainer.total_steps()) {
    loss += HOWDAH_TRY(trainer.step(Deadline::never())).loss;
    if (trainer.applied_steps() % trainer.steps_per_epoch() != 0) continue;
    std::cout << "epoch " << trainer.applied_steps() / trainer.steps_per_epoch() << " "
              << std::chrono::duration<double>(Clock::now() - begin).count() << " "
              << loss / static_cast<double>(trainer.steps_per_epoch()) << std::endl;
    loss = 0;
    begin = Clock::now();
  }
  const auto test = HOWDAH_TRY(trainer.evaluate(dataset::Part::kTest, Deadline::never()));
  std::cout << "test " << test.at("accuracy") << " " << test.at("recall") << " " << test.at("f1")
            << std::endl;
  std::cout << "model " << Sha256::hex_of(as_bytes(train::model_file(*trainer.snapshot())))
            << std::endl;
  return Status::ok();
}

Status work(const std::string& folder, int streams, int64_t steps, int64_t epochs) {
  const fs::Location location{std::make_shared<fs::LocalFileSystem>(), folder};
  const auto index = HOWDAH_TRY(dataset::Index::load(location, Deadline::never()));
  comm::EndpointOptions options;
  options.bind_host = "127.0.0.1";
  options.job_id = "bench";
  options.secret = "0123456789abcdef0123456789abcdef";
  const auto endpoint = HOWDAH_TRY(comm::Endpoint::open(options));
  const auto trainer = HOWDAH_TRY(parallel::DataParallelTrainer::create(
      example_job(index, streams, epochs), index, location, *endpoint, {}));
  std::cout << "address " << endpoint->address().to_string() << std::endl;
  auto group = HOWDAH_TRY(endpoint->join(read_plan(streams), Deadline::never()));
  HOWDAH_TRY(trainer->enter(std::move(group), {}, Deadline::never()));
  return steps > 0 ? measure_steps(*trainer, steps) : train_to_the_end(*trainer);
}

}  // namespace

int run_worker(const std::string& folder, int streams, int64_t steps, int64_t epochs) {
  const Status status = work(folder, streams, steps, epochs);
  if (!status.is_ok()) std::cerr << status.to_string() << std::endl;
  return status.is_ok() ? 0 : 1;
}

}  // namespace howdah::bench
