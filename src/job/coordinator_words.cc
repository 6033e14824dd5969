// What the coordinator says to people.
#include <fmt/core.h>

#include "job/coordinator_state.h"

namespace howdah::job {

std::string name_of(WorkerNumber number, const std::string& host) {
  return host.empty() ? fmt::format("worker {}", number)
                      : fmt::format("worker {} on {}", number, host);
}

std::string count_of(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string duration_text(Instant duration) {
  const auto ms = duration.count();
  if (ms < 1000 || ms % 100 != 0) return fmt::format("{} ms", ms);
  if (ms % 1000 != 0) return fmt::format("{}.{} s", ms / 1000, ms % 1000 / 100);
  return fmt::format("{} s", ms / 1000);
}

std::string Coordinator::State::waiting_for() const {
  // Names the first of the workers that `waits` for, and how many more.
  const auto name_those = [&](auto waits) {
    std::string names;
    size_t more = 0;
    for (const auto& [number, worker] : live) {
      if (!waits(worker)) continue;
      if (names.empty())
        names = name_of(number, worker.host);
      else
        ++more;
    }
    return more == 0 ? names : fmt::format("{} and {} more", names, more);
  };
  const std::string reason = wait_reason.empty() ? "" : ": " + wait_reason;
  switch (phase) {
    case Phase::kGathering: {
      size_t ready = 0, starting = 0;
      for (const auto& [number, worker] : live) ++(worker.ready() ? ready : starting);
      const auto wanted = static_cast<size_t>(options.workers_min);
      if (ready >= wanted) return "waiting a moment for more workers";
      const std::string text =
          fmt::format("waiting for {} of {}", wanted - ready, count_of(wanted, "worker"));
      if (ready + starting >= wanted)
        return text +
               " to start: " + name_those([](const LiveWorker& worker) { return !worker.ready(); });
      return text + reason;
    }
    case Phase::kHalting:
      return "waiting for " + name_those([](const LiveWorker& worker) {
               return worker.member && !(worker.halted && worker.connected);
             }) +
             " to halt";
    case Phase::kForming:
      return "waiting for " +
             name_those([](const LiveWorker& worker) { return worker.member && !worker.formed; }) +
             fmt::format(" to join generation {}", plan->generation);
    case Phase::kTraining:
      if (decided_at)
        return "waiting for " +
               name_those([](const LiveWorker& worker) { return worker.member && !worker.done; }) +
               " to finish";
      if (asked > 0)
        return fmt::format("training on {}, waiting for {} more",
                           count_of(static_cast<size_t>(member_count()), "worker"), asked) +
               reason;
      return "";
    case Phase::kEnded:
      return "";
  }
  return "";
}

}  // namespace howdah::job
