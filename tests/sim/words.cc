#include "words.h"

#include <fmt/core.h>

namespace howdah::sim {
namespace {

using namespace job;

struct Words {
  std::string operator()(const ContainerGranted& e) const {
    return fmt::format("granted {} on {}", e.container, e.host);
  }
  std::string operator()(const ContainerFinished& e) const {
    return fmt::format("finished {} ({}, {})", e.container, cause_name(e.cause), e.exit_status);
  }
  std::string operator()(const ContainersWait& e) const { return "containers wait: " + e.reason; }
  std::string operator()(const ContainersEnded& e) const { return "containers end: " + e.reason; }
  std::string operator()(const WorkerHello& e) const {
    return fmt::format("{} hello {}", e.worker, e.fingerprint);
  }
  std::string operator()(const WorkerHalting& e) const {
    return fmt::format("{} halting g{}", e.worker, e.generation);
  }
  std::string operator()(const WorkerHalted& e) const {
    return fmt::format("{} halted g{} applied {}", e.worker, e.generation, e.applied);
  }
  std::string operator()(const WorkerFormed& e) const {
    return fmt::format("{} formed g{} at {}", e.worker, e.generation, e.start_step);
  }
  std::string operator()(const WorkerBroken& e) const {
    return fmt::format("{} broken g{} applied {} suspect {}", e.worker, e.generation, e.applied,
                       e.suspect ? std::to_string(*e.suspect) : "none");
  }
  std::string operator()(const WorkerProgress& e) const {
    return fmt::format("{} progress g{} applied {}", e.worker, e.generation, e.applied);
  }
  std::string operator()(const WorkerFailed& e) const {
    return fmt::format("{} failed ({})", e.worker, cause_name(e.cause));
  }
  std::string operator()(const WorkerDone& e) const {
    return fmt::format("{} done g{}", e.worker, e.generation);
  }
  std::string operator()(const WorkerDisconnected& e) const {
    return fmt::format("{} disconnected", e.worker);
  }
  std::string operator()(const WorkerReconnected& e) const {
    return fmt::format("{} reconnected", e.worker);
  }
  std::string operator()(const StopRequested& e) const { return "stop by " + e.who; }
  std::string operator()(const Tick&) const { return "tick"; }

  std::string operator()(const AskContainers& a) const { return fmt::format("ask {}", a.count); }
  std::string operator()(const ReleaseContainer& a) const {
    return fmt::format("release {} ({})", a.container, a.why);
  }
  std::string operator()(const LaunchWorker& a) const {
    return fmt::format("launch {} in {}", a.worker, a.container);
  }
  std::string operator()(const SendHalt& a) const {
    return fmt::format("halt g{} to {}", a.generation, a.worker);
  }
  std::string operator()(const SendForm& a) const {
    std::string members;
    for (const MemberPlan& member : a.plan.members)
      members += fmt::format(" {}[{},{})", member.worker, member.streams_begin, member.streams_end);
    return fmt::format("form g{} to {}: start {} holder {} members{}", a.plan.generation, a.worker,
                       a.plan.start_step,
                       a.plan.holder_rank ? std::to_string(*a.plan.holder_rank) : "none", members);
  }
  std::string operator()(const SendFinish& a) const {
    return fmt::format("finish to {}", a.worker);
  }
  std::string operator()(const WriteJournal& a) const { return "journal " + a.entry; }
  std::string operator()(const Announce& a) const { return "announce " + a.text; }
  std::string operator()(const EndJob& a) const { return "end " + a.ending.to_string(); }
};

}  // namespace

std::string words_of(const job::Event& event) {
  return std::visit(Words{}, event);
}
std::string words_of(const job::Action& action) {
  return std::visit(Words{}, action);
}

std::string_view phase_name(job::Phase phase) {
  switch (phase) {
    case Phase::kGathering:
      return "gathering";
    case Phase::kHalting:
      return "halting";
    case Phase::kForming:
      return "forming";
    case Phase::kTraining:
      return "training";
    case Phase::kEnded:
      return "ended";
  }
  return "?";
}

}  // namespace howdah::sim
