// What workers do: join a group, sum, apply, halt, finish.
#include <fmt/core.h>

#include <algorithm>

#include "world.h"

namespace howdah::sim {

using namespace job;

void World::hear_form(Process& process, const GenerationPlan& plan) {
  if (plan.generation < process.generation) return;
  if (plan.generation == process.generation && process.stage != Stage::kIdle) return;  // repeated
  process.generation = plan.generation;
  process.plan = plan;
  process.stage = Stage::kJoining;
  Group& group = groups_[plan.generation];
  group.plan = plan;
  group.joined.insert(process.number);
  if (group.joined.size() == plan.members.size()) start_group(plan.generation);
  // A join that takes too long names a member that did not come.
  on_process(process.number, random_.time(8'000, 20'000),
             [this, generation = plan.generation](Process& p) {
               if (p.generation != generation || p.stage != Stage::kJoining) return;
               std::optional<WorkerNumber> missing;
               for (const MemberPlan& member : p.plan.members)
                 if (!groups_[generation].joined.contains(member.worker) ||
                     !processes_.at(member.worker).alive() || processes_.at(member.worker).frozen)
                   missing = member.worker;
               report_broken(p, generation, missing);
             });
  for (const MemberPlan& member : plan.members)
    if (!processes_.at(member.worker).alive())
      break_group(plan.generation, member.worker, Instant(1), Instant(2000));
  for (const auto& [one, other] : cut_links_)
    if (group.joined.contains(one) && group.joined.contains(other)) {
      break_group(plan.generation, one, Instant(1), Instant(200));
      break_group(plan.generation, other, Instant(1), Instant(200));
    }
}

void World::start_group(uint64_t generation) {
  Group& group = groups_[generation];
  if (group.started || group.broken) return;
  group.started = true;
  group.start = group.plan.start_step >= 0 ? group.plan.start_step : checkpoint_;
  group.step = group.start;
  for (const MemberPlan& member : group.plan.members) {
    Process& one = processes_.at(member.worker);
    if (scenario_.transfers_in_place && one.applied != group.start && one.generation == generation)
      one.applied = -1;
    const bool behind = one.applied != group.start;
    on_process(member.worker, behind ? random_.time(20, 800) : random_.time(1, 20),
               [this, generation](Process& p) { formed(p, generation); });
  }
}

void World::formed(Process& process, uint64_t generation) {
  Group& group = groups_[generation];
  if (process.generation != generation || process.stage != Stage::kJoining || group.broken) return;
  process.applied = group.start;
  process.stage = Stage::kTraining;
  say(process, WorkerFormed{process.number, generation, group.start});
  group.formed.insert(process.number);
  if (group.start >= scenario_.steps) return finish_work(process);
  if (group.formed.size() == group.plan.members.size()) next_sum(generation);
}

void World::next_sum(uint64_t generation) {
  const Instant time = scenario_.step_time;
  after(time + random_.time(0, time.count()), [this, generation] { sum_arrived(generation); });
}

void World::sum_arrived(uint64_t generation) {
  Group& group = groups_[generation];
  if (group.broken) return;
  for (const MemberPlan& member : group.plan.members) {
    const Process& one = processes_.at(member.worker);
    if (one.frozen) group.stalled = true;
    if (one.frozen || !one.alive() || one.generation != generation || one.stage != Stage::kTraining)
      return;
  }
  ++group.step;
  for (const MemberPlan& member : group.plan.members)
    on_process(member.worker, random_.time(0, 20),
               [this, generation, step = group.step](Process& p) { apply(p, generation, step); });
  if (group.step < scenario_.steps)
    after(Instant(21), [this, generation] { next_sum(generation); });
}

void World::apply(Process& process, uint64_t generation, int64_t step) {
  if (process.generation != generation || process.stage != Stage::kTraining) return;
  if (process.applied != step - 1) return;
  process.applied = step;
  if (random_.chance(20)) say(process, WorkerProgress{process.number, generation, step});
  if (process.plan.members.front().worker == process.number &&
      step % scenario_.checkpoint_every == 0)
    on_process(process.number, random_.time(10, 300),
               [this, step](Process&) { checkpoint_ = std::max(checkpoint_, step); });
  if (step == scenario_.steps) finish_work(process);
}

void World::finish_work(Process& process) {
  process.stage = Stage::kFinishing;
  const bool first = process.plan.members.front().worker == process.number;
  on_process(process.number, first ? random_.time(10, 1000) : random_.time(1, 100),
             [this, first, generation = process.generation](Process& p) {
               if (p.generation != generation || p.stage != Stage::kFinishing) return;
               if (first) result_written_ = true;
               say(p, WorkerDone{p.number, generation});
             });
}

void World::hear_halt(Process& process, uint64_t generation) {
  if (generation < process.generation || process.stage == Stage::kStarting) return;
  if (generation > process.generation) {  // its Form was lost
    process.generation = generation;
    process.stage = Stage::kHalted;
    say(process, WorkerHalted{process.number, generation, process.applied});
    return;
  }
  if (process.stage == Stage::kHalted) {
    if (process.last_said) say(process, Event(*process.last_said));
    return;
  }
  say(process, WorkerHalting{process.number, generation});
  const Instant delay = process.slow_to_halt ? random_.time(1000, 60'000) : random_.time(0, 100);
  on_process(process.number, delay, [this, generation](Process& p) {
    if (p.generation != generation || p.stage == Stage::kHalted) return;
    p.stage = Stage::kHalted;
    say(p, WorkerHalted{p.number, generation, p.applied});
    break_group(generation, p.number, Instant(1), Instant(60));
  });
}

void World::hear_finish(Process& process) {
  exit(process, Cause::kNone, 0);
}

void World::break_group(uint64_t generation, WorkerNumber because, Instant from, Instant to) {
  const auto found = groups_.find(generation);
  if (found == groups_.end() || found->second.plan.members.size() == 1) return;
  Group& group = found->second;
  group.broken = true;
  for (const MemberPlan& member : group.plan.members) {
    if (member.worker == because) continue;
    on_process(member.worker, random_.time(from.count(), to.count()),
               [this, generation, because](Process& p) {
                 if (p.generation != generation || p.stage == Stage::kHalted) return;
                 std::optional<WorkerNumber> suspect = because;
                 if (random_.chance(10)) suspect.reset();
                 if (random_.chance(5))
                   suspect = p.plan
                                 .members[static_cast<size_t>(random_.between(
                                     0, static_cast<int64_t>(p.plan.members.size()) - 1))]
                                 .worker;
                 report_broken(p, generation, suspect);
               });
  }
}

void World::report_broken(Process& process, uint64_t generation,
                          std::optional<WorkerNumber> suspect) {
  if (process.generation != generation) return;
  if (process.stage != Stage::kJoining && process.stage != Stage::kTraining &&
      process.stage != Stage::kFinishing)
    return;
  if (process.stage == Stage::kFinishing && random_.chance(50)) return;  // it needs nobody any more
  process.stage = Stage::kHalted;
  groups_[generation].broken = true;
  say(process, WorkerBroken{process.number, generation, process.applied, suspect, "reset by peer"});
  break_group(generation, process.number, Instant(1), Instant(60));
}

}  // namespace howdah::sim
