// The life of one generation: formed, trained, halted.
#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "job/assignment.h"
#include "job/coordinator_journal.h"
#include "job/coordinator_state.h"

namespace howdah::job {
namespace {

constexpr int kMostBreaksWithoutAStep = 3;

}  // namespace

LiveWorker* Coordinator::State::member_of(WorkerNumber number, uint64_t generation) {
  if (!plan || plan->generation != generation) return nullptr;
  LiveWorker* worker = find(number);
  return worker != nullptr && worker->member ? worker : nullptr;
}

std::vector<LiveWorker*> Coordinator::State::members_by_rank() {
  std::vector<LiveWorker*> members;
  if (plan)
    for (const MemberPlan& member : plan->members)
      if (LiveWorker* worker = member_of(member.worker, plan->generation))
        members.push_back(worker);
  return members;
}

std::vector<LiveWorker*> Coordinator::State::joiners() {
  std::vector<LiveWorker*> joiners;
  for (auto& [number, worker] : live)
    if (worker.ready() && !worker.member) joiners.push_back(&worker);
  return joiners;
}

void Coordinator::State::on(const WorkerHalting& event) {
  LiveWorker* worker = member_of(event.worker, event.generation);
  if (worker == nullptr || phase != Phase::kHalting) return;
  worker->halting = true;
  worker->suspected_at.reset();
}

void Coordinator::State::on(const WorkerHalted& event) {
  LiveWorker* worker = member_of(event.worker, event.generation);
  if (worker == nullptr || phase != Phase::kHalting || worker->halted) return;
  worker->halted = true;
  worker->applied = event.applied;
  worker->suspected_at.reset();
}

void Coordinator::State::on(const WorkerBroken& event) {
  LiveWorker* worker = member_of(event.worker, event.generation);
  if (worker == nullptr || worker->halted) return;
  if (decided_at) {
    worker->done = true;  // the result is complete; nothing is left that could be mended
    return;
  }
  worker->halted = true;
  worker->applied = event.applied;
  worker->suspected_at.reset();
  if (event.suspect && *event.suspect != event.worker)
    if (LiveWorker* other = member_of(*event.suspect, event.generation)) suspect(*other);
  // In a halt, members see each other's groups end one after the other: that is no break.
  if (phase == Phase::kHalting) return;
  broken = true;
}

void Coordinator::State::suspect(LiveWorker& worker) {
  if (!growing) ++worker.suspicions;
  if (!worker.halting && !worker.halted && !worker.suspected_at) worker.suspected_at = now;
}

void Coordinator::State::on(const WorkerFormed& event) {
  LiveWorker* worker = member_of(event.worker, event.generation);
  if (worker == nullptr || phase != Phase::kForming || worker->halted || worker->formed) return;
  worker->formed = true;
  worker->applied = event.start_step;
  progress_mark = std::max(progress_mark, event.start_step);
}

void Coordinator::State::on(const WorkerProgress& event) {
  LiveWorker* worker = member_of(event.worker, event.generation);
  if (worker == nullptr || worker->halted) return;
  worker->applied = std::max(worker->applied, event.applied);
}

void Coordinator::State::on(const WorkerDone& event) {
  LiveWorker* worker = member_of(event.worker, event.generation);
  if (worker == nullptr) return;
  worker->done = true;
  if (!decided_at && plan->members.front().worker == event.worker) decided_at = now;
}

void Coordinator::State::begin_halt() {
  phase = Phase::kHalting;
  phase_since = now;
  for (const LiveWorker* worker : members_by_rank())
    if (!worker->halted && worker->connected) act(SendHalt{worker->number, plan->generation});
}

// A generation broke and everybody answered that it lives. Members that cannot work together end by
// losing the one that most of them suspect.
void Coordinator::State::judge_break() {
  const std::vector<LiveWorker*> members = members_by_rank();
  int64_t highest = -1;
  for (const LiveWorker* worker : members) highest = std::max(highest, worker->applied);
  const bool everybody_lives = members.size() == plan->members.size();
  if (!everybody_lives || highest > progress_mark) {
    breaks_in_row = 0;
    for (LiveWorker* worker : members) worker->suspicions = 0;
    return;
  }
  if (++breaks_in_row < kMostBreaksWithoutAStep) return;
  const auto holders = std::count_if(members.begin(), members.end(), [&](const LiveWorker* worker) {
    return worker->applied == highest;
  });
  // Where as many suspect one as the other, the state's only holder stays.
  const auto order = [&](const LiveWorker* worker) {
    const bool only_holder = highest >= 0 && holders == 1 && worker->applied == highest;
    return std::tuple(worker->suspicions, !only_holder, worker->number);
  };
  const LiveWorker* victim = *std::max_element(
      members.begin(), members.end(),
      [&](const LiveWorker* a, const LiveWorker* b) { return order(a) < order(b); });
  breaks_in_row = 0;
  Loss loss;
  loss.cause = Cause::kLostNode;
  loss.certain = false;
  loss.why = fmt::format("the workers' connections broke {} times in a row without a step",
                         kMostBreaksWithoutAStep);
  const WorkerNumber number = victim->number;
  for (LiveWorker* worker : members) worker->suspicions = 0;
  lose(number, loss);
}

void Coordinator::State::form(const std::vector<LiveWorker*>& order) {
  GenerationPlan next;
  next.generation = next_generation++;
  next.streams = options.streams;
  const auto shares = assign_streams(options.streams, static_cast<int>(order.size()));
  for (size_t rank = 0; rank < order.size(); ++rank) {
    LiveWorker& worker = *order[rank];
    next.members.push_back({worker.number, worker.address, shares[rank].begin, shares[rank].end});
    if (worker.applied > next.start_step) {
      next.start_step = worker.applied;
      next.holder_rank = static_cast<int>(rank);
    }
    worker.member = true;
    worker.formed = worker.done = worker.halting = worker.halted = false;
    worker.suspected_at.reset();
  }
  plan = std::move(next);
  progress_mark = plan->start_step;
  broken = growing = false;
  minimum_since.reset();
  phase = Phase::kForming;
  phase_since = now;
  ++counts.generations;
  act(WriteJournal{generation_entry(now, *plan)});
  for (const MemberPlan& member : plan->members) act(SendForm{member.worker, *plan});
  announce(fmt::format("generation {}: {}, {}", plan->generation,
                       count_of(plan->members.size(), "worker"),
                       plan->holder_rank ? fmt::format("after step {}", plan->start_step)
                                         : "from the newest checkpoint or the seed"));
}

}  // namespace howdah::job
