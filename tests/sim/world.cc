#include "world.h"

#include <fmt/core.h>

#include <algorithm>

#include "words.h"

namespace howdah::sim {

using namespace job;

namespace {
// Long after all faults ended: a gang's time-out, a start, some generations.
constexpr Instant kPatience{3'600'000};
}  // namespace

World::World(uint64_t seed, bool trace) : seed_(seed), trace_(trace), random_(seed) {}

void World::note(const std::string& text) const {
  if (trace_) fmt::print("{:>8} ms      | {}\n", now_.count(), text);
}

void World::at(Instant when, std::function<void()> what) {
  queue_.push({std::max(when, now_), order_++, std::move(what)});
}

std::optional<std::string> World::run() {
  draw_scenario();
  coordinator_.emplace(scenario_.options, now_);
  const std::vector<Action> first = coordinator_->start();
  checker_.begin(scenario_.options, scenario_.faults, first);
  for (const Action& action : first) carry_out(action);
  rearm_timer();
  schedule_faults();
  while (!queue_.empty() && !checker_.violation() && !ended_) {
    if (queue_.top().when > scenario_.faults_end + kPatience)
      return fmt::format("the job does not end: {}", coordinator_->waiting_for());
    const Due due = queue_.top();
    queue_.pop();
    now_ = due.when;
    due.what();
  }
  if (!checker_.violation()) checker_.at_the_end(result_written_);
  return checker_.violation();
}

// ---- the master

void World::deliver(const Event& event) {
  if (ended_) return;
  ++events_;
  if (trace_)
    fmt::print("{:>8} ms  {:<9} <- {}\n", now_.count(), phase_name(coordinator_->phase()),
               words_of(event));
  checker_.event(event);
  std::map<WorkerNumber, Truth> truth;
  for (const auto& [number, process] : processes_)
    truth[number] = {process.applied, process.faulty,
                     process.well() ? now_ - process.well_since : Instant(0)};
  const std::vector<Action> actions = coordinator_->step(event, now_);
  if (trace_)
    for (const Action& action : actions)
      fmt::print("{:>8} ms  {:<9} -> {}\n", now_.count(), phase_name(coordinator_->phase()),
                 words_of(action));
  checker_.actions(actions, *coordinator_, now_, truth);
  for (const Action& action : actions) carry_out(action);
  rearm_timer();
}

void World::rearm_timer() {
  const auto timer = coordinator_->next_timer();
  if (timer == armed_) return;
  armed_ = timer;
  if (!timer) return;
  // A busy master is late.
  const Instant due = *timer + (random_.chance(10) ? random_.time(0, 20) : Instant(0));
  at(due, [this, when = *timer] {
    if (armed_ != when) return;
    armed_.reset();
    deliver(Tick{});
  });
}

void World::carry_out(const Action& action) {
  if (const auto* ask = std::get_if<AskContainers>(&action)) {
    pending_asks_ = ask->count;
    grant_next();
  } else if (const auto* back = std::get_if<ReleaseContainer>(&action)) {
    release(back->container);
  } else if (const auto* one = std::get_if<LaunchWorker>(&action)) {
    launch(*one);
  } else if (const auto* halt = std::get_if<SendHalt>(&action)) {
    tell(halt->worker, [this, generation = halt->generation](Process& process) {
      hear_halt(process, generation);
    });
  } else if (const auto* form = std::get_if<SendForm>(&action)) {
    tell(form->worker, [this, plan = form->plan](Process& process) { hear_form(process, plan); });
  } else if (const auto* finish = std::get_if<SendFinish>(&action)) {
    tell(finish->worker, [this](Process& process) { hear_finish(process); });
  } else if (std::holds_alternative<EndJob>(action)) {
    ended_ = true;
  }
}

// ---- the cluster

void World::grant_next() {
  if (granting_ || pending_asks_ == 0) return;
  granting_ = true;
  Instant delay = random_.time(1, 1500);
  if (!calm_ && random_.chance(scenario_.percent_slow_grants)) {
    delay = random_.time(10'000, 400'000);
    after(random_.time(1, 1000), [this] { deliver(ContainersWait{"queue default is full"}); });
  }
  after(delay, [this] {
    granting_ = false;
    if (pending_asks_ == 0) return;
    --pending_asks_;
    const std::string container = fmt::format("c{}", next_container_++);
    host_of_[container] = fmt::format("node{}", random_.between(0, scenario_.hosts - 1));
    const ContainerGranted granted{container, host_of_[container]};
    after(latency(), [this, granted] { deliver(granted); });
    if (random_.chance(5)) after(random_.time(50, 3000), [this, granted] { deliver(granted); });
    grant_next();
  });
}

void World::launch(const LaunchWorker& action) {
  Process& process = processes_[action.worker];
  process.number = action.worker;
  process.container = action.container;
  process.host = host_of_[action.container];
  containers_[action.container] = action.worker;
  const bool odd = process.host.back() - '0' < scenario_.odd_hosts;
  if (scenario_.faults && !calm_ && random_.chance(4)) {  // it never reports
    process.faulty = true;
    if (random_.chance(50))
      on_process(action.worker, random_.time(100, 5000),
                 [this](Process& p) { exit(p, Cause::kDisk, 0); });
    return;
  }
  if (scenario_.odd_hosts > 0) process.faulty = true;  // the first decides which kind is odd
  on_process(action.worker, random_.time(50, 1500), [this, odd](Process& p) {
    p.stage = Stage::kIdle;
    p.connected = true;
    p.well_since = now_;
    ++p.connection;
    say(p, WorkerHello{p.number, p.container, fmt::format("{}:{}", p.host, 7000 + p.number),
                       odd ? "sse4, 2 threads" : "avx512, 2 threads"});
  });
}

void World::release(const std::string& container) {
  const Instant delay = random_.chance(20) ? random_.time(1000, 20'000) : random_.time(1, 200);
  after(delay, [this, container] {
    if (const auto found = containers_.find(container); found != containers_.end())
      exit(processes_.at(found->second), Cause::kStopped, 143);
    else
      finish_container(container, Cause::kStopped, 0, latency());
  });
}

void World::finish_container(const std::string& container, Cause cause, int exit_status,
                             Instant delay) {
  if (!finished_.insert(container).second) return;
  const ContainerFinished finished{container, cause, exit_status, "the last line"};
  after(delay, [this, finished] { deliver(finished); });
  if (random_.chance(5))
    after(delay + random_.time(1, 2000), [this, finished] { deliver(finished); });
}

void World::exit(Process& process, Cause cause, int exit_status) {
  if (!process.alive()) return;
  note(fmt::format("worker {} exits ({}, {})", process.number, cause_name(cause), exit_status));
  process.stage = Stage::kExited;
  process.faulty = true;
  process.deferred.clear();
  containers_.erase(process.container);
  disconnect(process, random_.chance(30));
  break_group(process.generation, process.number, Instant(1), Instant(60));
  const Instant delay = random_.chance(30) ? random_.time(1000, 8000) : random_.time(1, 500);
  finish_container(process.container, cause, exit_status, delay);
}

// ---- processes and their control connections

Process* World::process(WorkerNumber number) {
  const auto found = processes_.find(number);
  return found == processes_.end() || !found->second.alive() ? nullptr : &found->second;
}

void World::on_process(WorkerNumber number, Instant delay, std::function<void(Process&)> what) {
  after(delay, [this, number, what = std::move(what)] {
    Process* one = process(number);
    if (one == nullptr) return;
    if (one->frozen)
      one->deferred.push_back([this, number, what] {
        if (Process* thawed = process(number)) what(*thawed);
      });
    else
      what(*one);
  });
}

void World::say(Process& from, const Event& event) {
  if (!std::holds_alternative<WorkerProgress>(event)) from.last_said = event;
  if (!from.connected) return;
  from.up_clear = std::max(from.up_clear, now_ + latency());
  at(from.up_clear, [this, number = from.number, connection = from.connection, event] {
    // An older connection's messages arrive unless they were lost with it.
    if (connection > processes_.at(number).lost_through) deliver(event);
  });
}

void World::tell(WorkerNumber to, std::function<void(Process&)> what) {
  Process* process_ = process(to);
  if (process_ == nullptr || !process_->connected) return;
  process_->down_clear = std::max(process_->down_clear, now_ + latency());
  on_process(to, process_->down_clear - now_,
             [connection = process_->connection, what](Process& p) {
               if (p.connection == connection && p.connected) what(p);
             });
}

void World::disconnect(Process& process, bool lose_what_is_under_way) {
  if (!process.connected) return;
  process.connected = false;
  if (lose_what_is_under_way) process.lost_through = process.connection;
  process.up_clear = std::max(process.up_clear, now_ + latency());
  at(process.up_clear, [this, number = process.number] { deliver(WorkerDisconnected{number}); });
}

void World::reconnect(Process& process) {
  if (process.connected || process.stage == Stage::kStarting) return;
  process.connected = true;
  process.well_since = now_;
  ++process.connection;
  process.up_clear = std::max(process.up_clear, now_ + latency());
  at(process.up_clear, [this, number = process.number] { deliver(WorkerReconnected{number}); });
  if (process.last_said) say(process, Event(*process.last_said));
}

}  // namespace howdah::sim
