// Losses, and how the job ends.
#include <fmt/core.h>

#include "job/coordinator_journal.h"
#include "job/coordinator_state.h"

namespace howdah::job {

void Coordinator::State::on(const WorkerFailed& event) {
  if (find(event.worker) == nullptr) return;
  Loss loss;
  loss.cause = event.cause;
  loss.why = event.message;
  // kStopped: somebody outside ended the process, another one may live.
  loss.final = event.cause != Cause::kStopped && !worth_another_try(event.cause);
  lose(event.worker, loss);
}

void Coordinator::State::lose(WorkerNumber number, const Loss& loss) {
  const LiveWorker* found = find(number);
  if (found == nullptr) return;
  const LiveWorker worker = *found;
  act(WriteJournal{lost_entry(now, number, worker.container, loss.cause, loss.why)});
  forget(number);
  ++counts.lost;
  if (worker.member && (phase == Phase::kForming || phase == Phase::kTraining)) broken = true;
  if (worker.member) growing = false;
  // A node that fell silent takes all its workers with it.
  if (phase == Phase::kHalting && !loss.certain)
    for (LiveWorker* other : members_by_rank())
      if (other->host == worker.host && !other->halted) suspect(*other);
  const std::string others =
      live.empty() ? "no other worker is there"
                   : count_of(live.size(), "worker") + (live.size() == 1 ? " goes on" : " go on");
  announce(fmt::format("{} was lost ({}); {}", name_of(number, worker.host), loss.why, others),
           Announce::Level::kWarning);
  if (!loss.container_finished) {
    release(worker, "worker lost: " + loss.why);
    former[worker.container] = {number, worker.host, loss.certain};
  }
  if (!decided_at) count_failure(number, worker.host, loss);
}

void Coordinator::State::count_failure(WorkerNumber number, const std::string& host,
                                       const Loss& loss) {
  const std::string who = name_of(number, host);
  const auto index = static_cast<int>(number);
  if (!first_failure) first_failure = {number, host, loss.cause, loss.why, loss.diagnostics};
  if (loss.final) return fail(loss.cause, who + ": " + loss.why, index, loss.diagnostics);
  if (loss.cause == Cause::kOutOfMemory && ++out_of_memory >= 2)
    return fail(
        loss.cause,
        fmt::format("{}: {}, the second worker that did; raise resources.memory", who, loss.why),
        index, loss.diagnostics);
  if (++failures <= options.max_failures) return;
  const FirstFailure first = *first_failure;
  fail(first.cause,
       fmt::format("{} were lost, {} allowed; the first: {}: {}; the last: {}: {}",
                   count_of(static_cast<size_t>(failures), "worker"), options.max_failures,
                   name_of(first.worker, first.host), first.why, who, loss.why),
       static_cast<int>(first.worker), first.diagnostics);
}

void Coordinator::State::fail(Cause cause, std::string message, int worker,
                              std::string stderr_tail) {
  end({Outcome::kFailed, cause, std::move(message), worker, std::move(stderr_tail)});
}

void Coordinator::State::end_gang_timeout() {
  const auto ready = joiners().size();
  const auto wanted = static_cast<size_t>(options.workers_min);
  std::string message =
      fmt::format("{} of {} did not come within {}", wanted - ready, count_of(wanted, "worker"),
                  duration_text(options.gang_timeout));
  std::vector<std::string> never = silent;
  int first_silent = -1;
  for (const auto& [number, worker] : live) {
    if (worker.said_hello) continue;
    never.push_back(name_of(number, worker.host));
    if (first_silent < 0) first_silent = static_cast<int>(number);
  }
  for (size_t i = 0; i < never.size(); ++i) message += (i == 0 ? "; " : ", ") + never[i];
  if (!never.empty())
    message +=
        never.size() == 1 ? " was launched but stayed silent" : " were launched but stayed silent";
  const auto waiting = static_cast<int>(wanted) - static_cast<int>(live.size());
  if (waiting > 0 || (asked > 0 && !wait_reason.empty())) {
    message += fmt::format("; {} not granted", count_of(static_cast<size_t>(asked), "container"));
    if (!wait_reason.empty()) message += ": " + wait_reason;
  }
  if (first_failure)
    message += fmt::format("; {} was lost before: {}",
                           name_of(first_failure->worker, first_failure->host), first_failure->why);
  end({Outcome::kFailed, Cause::kTimeout, std::move(message), first_silent, ""}, true);
}

void Coordinator::State::end(const Ending& ending, bool release_all) {
  act(WriteJournal{end_entry(now, ending)});
  if (asked != 0) act(AskContainers{0});
  asked = 0;
  for (const auto& [number, worker] : live) {
    if (worker.ready() && !release_all)
      act(SendFinish{number});
    else
      release(worker, "the job ended");
  }
  phase = Phase::kEnded;
  act(EndJob{ending});
}

}  // namespace howdah::job
