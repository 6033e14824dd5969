// Containers and workers come and go.
#include <fmt/core.h>

#include <algorithm>

#include "job/coordinator_journal.h"
#include "job/coordinator_state.h"

namespace howdah::job {
namespace {

constexpr int kMostRefusals = 3;

// The cluster's word on a container that finished under a live worker.
Loss loss_of(const ContainerFinished& event) {
  Loss loss;
  loss.container_finished = true;
  loss.cause = event.cause;
  loss.diagnostics = event.diagnostics;
  const bool by_itself = event.cause == Cause::kNone || event.cause == Cause::kUserCode ||
                         event.cause == Cause::kInternal;
  if (by_itself && event.exit_status > 128 && event.exit_status <= 128 + 64) {
    loss.cause = Cause::kUserCode;
    loss.why = fmt::format("killed by signal {}", event.exit_status - 128);
  } else if (by_itself && event.exit_status == 0) {
    loss.cause = Cause::kInternal;
    loss.why = "ended before its work was done";
  } else if (by_itself) {
    loss.why = fmt::format("ended with exit status {}", event.exit_status);
  } else if (event.cause == Cause::kStopped) {
    loss.why = "its container was stopped";
  } else {
    loss.why = cause_name(event.cause);
    // A program that fails for a reason of its own says so first (WorkerFailed); without that, and
    // without a reason that the cluster knows, another container is tried.
    loss.final = !worth_another_try(event.cause);
  }
  return loss;
}

}  // namespace

LiveWorker* Coordinator::State::find(WorkerNumber number) {
  const auto found = live.find(number);
  return found == live.end() ? nullptr : &found->second;
}

int Coordinator::State::member_count() const {
  return static_cast<int>(std::count_if(live.begin(), live.end(),
                                        [](const auto& entry) { return entry.second.member; }));
}

void Coordinator::State::on(const ContainerGranted& event) {
  if (!seen_containers.insert(event.container).second) return;
  asked = std::max(0, asked - 1);
  if (decided_at || static_cast<int>(live.size()) >= options.workers_max) {
    act(ReleaseContainer{event.container, "not needed any more"});
    return;
  }
  LiveWorker worker;
  worker.number = next_worker++;
  worker.container = event.container;
  worker.host = event.host;
  worker.launched_at = now;
  act(WriteJournal{launch_entry(now, event.container, worker.number, event.host)});
  act(LaunchWorker{event.container, worker.number});
  ++counts.granted;
  wait_reason.clear();
  running[event.container] = worker.number;
  live[worker.number] = std::move(worker);
}

void Coordinator::State::on(const ContainerFinished& event) {
  if (const auto gone = former.find(event.container); gone != former.end()) {
    const FormerWorker worker = gone->second;
    former.erase(gone);
    act(WriteJournal{finished_entry(now, event, worker.number)});
    learn_cause(worker, event);
    return;
  }
  const auto found = running.find(event.container);
  if (found == running.end()) return;
  const WorkerNumber number = found->second;
  act(WriteJournal{finished_entry(now, event, number)});
  lose(number, loss_of(event));
}

void Coordinator::State::learn_cause(const FormerWorker& worker, const ContainerFinished& event) {
  // kStopped is our own release; an exit by itself tells nothing of one that was shut out.
  const Loss loss = loss_of(event);
  if (worker.cause_known || decided_at || loss.cause == Cause::kStopped ||
      loss.cause == Cause::kInternal || loss.cause == Cause::kUserCode)
    return;
  announce(fmt::format("{}: {}", name_of(worker.number, worker.host), loss.why));
  if (first_failure && first_failure->worker == worker.number) {
    first_failure->cause = loss.cause;
    first_failure->why = loss.why;
    first_failure->diagnostics = loss.diagnostics;
  }
  --failures;  // it was counted when it was lost; now it is for its true cause
  count_failure(worker.number, worker.host, loss);
}

void Coordinator::State::on(const ContainersWait& event) {
  wait_reason = event.reason;
}

void Coordinator::State::on(const ContainersEnded& event) {
  if (decided_at) return end({});
  // The workers may be another attempt's by now: nothing is sent, and the journal does not say that
  // the job ended.
  act(WriteJournal{left_entry(now, event.reason)});
  Ending ending;
  ending.outcome = Outcome::kFailed;
  ending.cause = Cause::kInternal;
  ending.message = event.reason;
  act(EndJob{std::move(ending)});
  phase = Phase::kEnded;
}

void Coordinator::State::on(const StopRequested& event) {
  if (decided_at) return end({});
  end({Outcome::kKilled, Cause::kStopped, "stopped by " + event.who, -1, ""});
}

void Coordinator::State::on(const WorkerHello& event) {
  LiveWorker* worker = find(event.worker);
  if (worker == nullptr || worker->container != event.container) return;
  if (worker->said_hello) return greet_again(*worker);
  if (!fingerprint) {
    fingerprint = event.fingerprint;
    fingerprint_host = worker->host;
  } else if (*fingerprint != event.fingerprint) {
    return refuse(*worker, event.fingerprint);
  }
  worker->said_hello = true;
  worker->hello_at = now;
  worker->address = event.address;
  worker->connected = true;
}

void Coordinator::State::refuse(const LiveWorker& refused_worker, const std::string& its) {
  const LiveWorker worker = refused_worker;
  const std::string differs =
      fmt::format("{} is {}, but the job's workers are {} (first on {})",
                  name_of(worker.number, worker.host), its, *fingerprint, fingerprint_host);
  act(WriteJournal{lost_entry(now, worker.number, worker.container, Cause::kConfiguration,
                              "refused: " + differs)});
  announce(differs + ": the worker is not used, so that results stay the same to the bit",
           Announce::Level::kWarning);
  release(worker, "its processor or libraries differ from the other workers'");
  forget(worker.number);
  former[worker.container] = {worker.number, worker.host, true};
  ++counts.lost;
  if (++refused >= kMostRefusals)
    fail(Cause::kConfiguration,
         fmt::format("{}; {} workers were refused for that: ask for equal nodes (resources.label)",
                     differs, refused),
         static_cast<int>(worker.number));
}

void Coordinator::State::on(const WorkerDisconnected& event) {
  LiveWorker* worker = find(event.worker);
  if (worker == nullptr || !worker->connected) return;
  worker->connected = false;
  worker->disconnected_at = now;
}

void Coordinator::State::on(const WorkerReconnected& event) {
  if (LiveWorker* worker = find(event.worker)) greet_again(*worker);
}

// What was sent into the broken connection may be lost: say it again. Workers take a repetition as
// such.
void Coordinator::State::greet_again(LiveWorker& worker) {
  worker.connected = true;
  if (!worker.member) return;
  if (phase == Phase::kHalting && !worker.halted) act(SendHalt{worker.number, plan->generation});
  if (phase == Phase::kForming && !worker.formed) act(SendForm{worker.number, *plan});
}

void Coordinator::State::release(const LiveWorker& worker, std::string why) {
  act(ReleaseContainer{worker.container, std::move(why)});
}

void Coordinator::State::forget(WorkerNumber number) {
  const auto found = live.find(number);
  if (found == live.end()) return;
  running.erase(found->second.container);
  live.erase(found);
}

void Coordinator::State::adjust_asks() {
  const int wanted = phase == Phase::kEnded || decided_at
                         ? 0
                         : options.workers_max - static_cast<int>(live.size());
  if (wanted == asked) return;
  counts.requested += std::max(0, wanted - asked);
  asked = wanted;
  act(AskContainers{wanted});
}

}  // namespace howdah::job
