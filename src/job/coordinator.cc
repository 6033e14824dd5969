#include "job/coordinator.h"

#include <algorithm>

#include "job/coordinator_journal.h"
#include "job/coordinator_state.h"

namespace howdah::job {
namespace {

CoordinatorOptions within_bounds(CoordinatorOptions options) {
  options.streams = std::max(1, options.streams);
  options.workers_max = std::clamp(options.workers_max, 1, options.streams);
  options.workers_min = std::clamp(options.workers_min, 1, options.workers_max);
  return options;
}

}  // namespace

Coordinator::State::State(const CoordinatorOptions& given, Instant start)
    : options(within_bounds(given)),
      now(start),
      next_worker(given.first_worker),
      next_generation(given.first_generation),
      phase_since(start) {}

Coordinator::Coordinator(const CoordinatorOptions& options, Instant now)
    : state_(std::make_unique<State>(options, now)) {}
Coordinator::~Coordinator() = default;
Coordinator::Coordinator(Coordinator&&) noexcept = default;

std::vector<Action> Coordinator::start() {
  state_->act(WriteJournal{attempt_entry(state_->now, state_->options.attempt)});
  state_->adjust_asks();
  return std::exchange(state_->actions, {});
}

std::vector<Action> Coordinator::step(const Event& event, Instant now) {
  if (state_->phase == Phase::kEnded) return {};
  state_->now = std::max(now, state_->now);
  std::visit([&](const auto& one) { state_->on(one); }, event);
  state_->settle();
  return std::exchange(state_->actions, {});
}

std::optional<Instant> Coordinator::next_timer() const {
  return state_->next_timer();
}
Phase Coordinator::phase() const {
  return state_->phase;
}
CoordinatorCounts Coordinator::counts() const {
  return state_->counts;
}
const GenerationPlan* Coordinator::generation() const {
  return state_->plan ? &*state_->plan : nullptr;
}
std::string Coordinator::waiting_for() const {
  return state_->waiting_for();
}

}  // namespace howdah::job
