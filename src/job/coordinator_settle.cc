// Time and phases.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "job/coordinator_state.h"

namespace howdah::job {

void Coordinator::State::settle() {
  bool moved = true;
  while (phase != Phase::kEnded && moved) {
    moved = lose_overdue();
    if (phase != Phase::kEnded) moved = advance() || moved;
  }
  if (phase != Phase::kEnded) adjust_asks();
}

std::optional<std::pair<Instant, Loss>> Coordinator::State::patience(
    const LiveWorker& worker) const {
  Loss loss;
  loss.certain = false;
  if (!worker.said_hello) {
    loss.cause = Cause::kTimeout;
    loss.why = "did not report within " + duration_text(options.start_timeout);
    return std::pair(worker.launched_at + options.start_timeout, loss);
  }
  loss.cause = Cause::kLostNode;
  std::optional<Instant> due;
  const auto limit = [&](Instant at, std::string why) {
    if (due && *due <= at) return;
    due = at;
    loss.why = std::move(why);
  };
  const bool awaited = phase == Phase::kHalting && worker.member && !worker.halted;
  if (awaited && worker.suspected_at) {
    limit(*worker.suspected_at + options.suspect_grace,
          "silent, and another worker lost its connection to it");
    if (!worker.connected)
      limit(std::max(*worker.suspected_at, worker.disconnected_at), "its connections broke");
  }
  if (awaited)
    limit(phase_since + options.halt_timeout,
          "did not halt within " + duration_text(options.halt_timeout));
  if (!worker.connected)
    limit(worker.disconnected_at + options.reconnect_grace,
          "away for " + duration_text(options.reconnect_grace));
  if (!due) return std::nullopt;
  return std::pair(*due, loss);
}

bool Coordinator::State::lose_overdue() {
  std::vector<std::pair<WorkerNumber, Loss>> overdue;
  for (const auto& [number, worker] : live)
    if (const auto limit = patience(worker); limit && limit->first <= now)
      overdue.emplace_back(number, limit->second);
  for (const auto& [number, loss] : overdue) {
    if (phase == Phase::kEnded) break;
    if (!live.at(number).said_hello) silent.push_back(name_of(number, live.at(number).host));
    lose(number, loss);
  }
  return !overdue.empty();
}

bool Coordinator::State::advance() {
  switch (phase) {
    case Phase::kGathering:
      return gather();
    case Phase::kHalting:
      return end_halt();
    case Phase::kForming:
      return watch_forming();
    case Phase::kTraining:
      return watch_training();
    case Phase::kEnded:
      return false;
  }
  return false;
}

bool Coordinator::State::gather() {
  const std::vector<LiveWorker*> ready = joiners();
  const auto count = static_cast<int>(ready.size());
  if (count < options.workers_min) {
    minimum_since.reset();
    if (now >= phase_since + options.gang_timeout) end_gang_timeout();
    return false;
  }
  if (!minimum_since) minimum_since = now;
  if (count < options.workers_max && now < *minimum_since + options.grow_delay) return false;
  form(ready);
  return true;
}

bool Coordinator::State::end_halt() {
  if (finish_when_done()) return true;
  for (const LiveWorker* worker : members_by_rank())
    if (!worker->halted || !worker->connected) return false;
  if (!growing) judge_break();
  if (phase == Phase::kEnded) return true;
  std::vector<LiveWorker*> order = members_by_rank();
  if (order.empty()) {
    phase = Phase::kGathering;
    phase_since = now;
    broken = growing = false;
    silent.clear();
    return true;
  }
  for (LiveWorker* worker : joiners()) order.push_back(worker);
  form(order);
  return true;
}

bool Coordinator::State::watch_forming() {
  if (finish_when_done()) return true;
  if (decided_at) return false;
  bool all = true;
  const bool late = now >= phase_since + options.form_timeout;
  for (LiveWorker* worker : members_by_rank()) {
    if (worker->formed) continue;
    all = false;
    // It gets the chance to say that it lives: not it may be at fault, but one it waits for.
    if (late && !broken) suspect(*worker);
  }
  if (broken || (late && !all)) {
    broken = true;
    begin_halt();
    return true;
  }
  if (!all) return false;
  phase = Phase::kTraining;
  phase_since = now;
  return true;
}

bool Coordinator::State::watch_training() {
  if (finish_when_done()) return true;
  if (decided_at) return false;
  if (broken) {
    begin_halt();
    return true;
  }
  const auto due = growth_due();
  if (!due || now < *due) return false;
  growing = true;
  begin_halt();
  return true;
}

std::optional<Instant> Coordinator::State::growth_due() {
  if (phase != Phase::kTraining || broken || decided_at) return std::nullopt;
  for (const LiveWorker* worker : members_by_rank())
    if (worker->done || !worker->connected) return std::nullopt;
  const std::vector<LiveWorker*> ready = joiners();
  if (ready.empty()) return std::nullopt;
  if (member_count() + static_cast<int>(ready.size()) >= options.workers_max) return now;
  Instant first = ready.front()->hello_at;
  for (const LiveWorker* worker : ready) first = std::min(first, worker->hello_at);
  return first + options.grow_delay;
}

bool Coordinator::State::finish_when_done() {
  if (!decided_at) return false;
  const bool waits = phase != Phase::kHalting && now < *decided_at + options.halt_timeout;
  for (const LiveWorker* worker : members_by_rank())
    if (waits && !worker->done) return false;
  end({});
  return true;
}

std::optional<Instant> Coordinator::State::next_timer() {
  std::optional<Instant> next;
  const auto at = [&](std::optional<Instant> due) {
    if (due && (!next || *due < *next)) next = due;
  };
  if (phase == Phase::kEnded) return next;
  for (const auto& [number, worker] : live)
    if (const auto limit = patience(worker)) at(limit->first);
  if (phase == Phase::kGathering)
    at(minimum_since ? *minimum_since + options.grow_delay : phase_since + options.gang_timeout);
  if (phase == Phase::kForming && !decided_at) at(phase_since + options.form_timeout);
  if (decided_at) at(*decided_at + options.halt_timeout);
  at(growth_due());
  return next;
}

}  // namespace howdah::job
