// What a seed brings.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "world.h"

namespace howdah::sim {

using namespace job;

void World::draw_scenario() {
  CoordinatorOptions& options = scenario_.options;
  options.streams =
      static_cast<int>(random_.chance(10) ? random_.between(1, 64) : random_.between(1, 12));
  options.workers_max = static_cast<int>(random_.between(1, std::min(8, options.streams)));
  options.workers_min = static_cast<int>(random_.between(1, options.workers_max));
  options.first_generation = static_cast<uint64_t>(random_.between(1, 9));
  options.first_worker = static_cast<WorkerNumber>(random_.between(0, 9));
  options.max_failures = static_cast<int>(random_.chance(30) ? random_.between(0, 5) : 30);
  scenario_.steps = random_.between(1, 60);
  options.grow_delay = random_.time(0, random_.chance(50) ? 100 : 2000);
  scenario_.step_time = random_.time(5, random_.chance(10) ? 3000 : 400);
  scenario_.checkpoint_every = random_.between(1, 20);
  scenario_.faults = !random_.chance(15);
  scenario_.transfers_in_place = random_.chance(30);
  scenario_.hosts = static_cast<int>(random_.between(1, 6));
  if (!scenario_.faults) return;
  if (random_.chance(5)) scenario_.odd_hosts = 1;
  if (random_.chance(20)) scenario_.percent_slow_grants = static_cast<int>(random_.between(5, 100));
  scenario_.percent_node_silent = random_.chance(30) ? 50 : 0;
  scenario_.faults_end = random_.time(0, 120'000);
  scenario_.fault_every = random_.time(300, 10'000);
}

void World::schedule_faults() {
  if (!scenario_.faults) return;
  at(scenario_.faults_end, [this] { calm(); });
  after(random_.time(1, 2 * scenario_.fault_every.count()), [this] { fault(); });
  if (random_.chance(8)) {
    at(random_.time(1, scenario_.faults_end.count() + 5000),
       [this] { deliver(StopRequested{"alice"}); });
  }
  if (random_.chance(2)) {
    at(random_.time(1, scenario_.faults_end.count() + 5000),
       [this] { deliver(ContainersEnded{"another attempt runs"}); });
  }
}

std::vector<Process*> World::alive() {
  std::vector<Process*> processes;
  for (auto& [number, process] : processes_)
    if (process.alive()) processes.push_back(&process);
  return processes;
}

void World::fault() {
  if (calm_) return;
  const std::vector<Process*> candidates = alive();
  after(random_.time(1, 2 * scenario_.fault_every.count()), [this] { fault(); });
  if (candidates.empty()) return;
  const auto pick = [&]() -> Process& {
    return *candidates[static_cast<size_t>(
        random_.between(0, static_cast<int64_t>(candidates.size()) - 1))];
  };
  const int64_t kind = random_.between(1, 100);
  if (kind <= 40) {
    kill(pick());
  } else if (kind <= 60) {
    freeze(pick(), random_.chance(50) ? random_.time(10, 3000) : random_.time(2500, 60'000));
  } else if (kind <= 80) {
    Process& one = pick();
    one.faulty = true;
    disconnect(one, random_.chance(50));
    on_process(one.number, random_.chance(70) ? random_.time(10, 2500) : random_.time(2500, 20'000),
               [this](Process& p) { reconnect(p); });
  } else if (kind <= 85) {  // the master's network
    for (Process* one : candidates) {
      one->faulty = true;
      disconnect(*one, random_.chance(50));
      on_process(one->number, random_.time(100, 4000), [this](Process& p) { reconnect(p); });
    }
  } else if (kind <= 88) {  // a host, without a word
    const std::string host = pick().host;
    note(host + " loses its power");
    for (Process* one : candidates)
      if (one->host == host) freeze(*one, Instant(1'000'000'000));
  } else if (kind <= 90) {  // everything
    for (Process* one : candidates) kill(*one);
  } else if (kind <= 93) {
    Process &one = pick(), &other = pick();
    if (one.number == other.number) return;
    note(fmt::format("the link of workers {} and {} is cut", one.number, other.number));
    one.faulty = other.faulty = true;
    cut_links_.insert({one.number, other.number});
    if (one.generation == other.generation) {
      break_group(one.generation, one.number, Instant(1), Instant(60));
      break_group(one.generation, other.number, Instant(1), Instant(60));
    }
  } else if (kind <= 96) {
    Process& one = pick();
    one.slow_to_halt = one.faulty = true;
  } else {
    Process& one = pick();
    if (one.frozen || !one.connected) return;
    one.faulty = true;
    const bool mendable = random_.chance(60);
    say(one, WorkerFailed{one.number, mendable ? Cause::kDisk : Cause::kNumeric,
                          mendable ? "no space left" : "loss is NaN"});
    exit(one, Cause::kInternal, 1);
  }
}

void World::kill(Process& process) {
  const int64_t kind = random_.between(1, 100);
  process.faulty = true;
  if (random_.chance(scenario_.percent_node_silent)) return freeze(process, Instant(1'000'000'000));
  if (kind <= 70) return exit(process, Cause::kUserCode, 137);
  if (kind <= 80) return exit(process, Cause::kPreempted, 0);
  if (kind <= 92) return exit(process, Cause::kLostNode, 0);
  if (kind <= 96) return exit(process, Cause::kNone, 0);
  exit(process, Cause::kOutOfMemory, 137);
}

void World::freeze(Process& process, Instant how_long) {
  if (process.frozen) return;
  note(fmt::format("worker {} freezes for {} ms", process.number, how_long.count()));
  process.frozen = process.faulty = true;
  const WorkerNumber number = process.number;
  after(how_long, [this, number] {
    if (Process* one = World::process(number)) thaw(*one);
  });
  after(random_.time(2500, 3000), [this, number, generation = process.generation] {
    const Process* one = World::process(number);
    if (one != nullptr && one->frozen && one->generation == generation)
      break_group(generation, number, Instant(0), Instant(250));
  });
}

void World::thaw(Process& process) {
  if (!process.frozen) return;
  note(fmt::format("worker {} thaws", process.number));
  process.frozen = false;
  process.well_since = now_;
  for (const auto& one : std::exchange(process.deferred, {})) one();
  Group& group = groups_[process.generation];
  if (std::exchange(group.stalled, false)) next_sum(process.generation);
}

void World::calm() {
  note("all faults end");
  calm_ = true;
  cut_links_.clear();
  for (Process* one : alive()) {
    thaw(*one);
    on_process(one->number, random_.time(1, 1000), [this](Process& p) { reconnect(p); });
  }
}

}  // namespace howdah::sim
