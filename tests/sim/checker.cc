#include "checker.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "words.h"

namespace howdah::sim {

using namespace job;

void Checker::check(bool holds, const std::string& rule) {
  if (!holds && !violation_) violation_ = rule;
}

void Checker::begin(const CoordinatorOptions& options, bool faults, std::vector<Action> first) {
  options_ = options;
  faults_ = faults;
  for (const Action& action : first) {
    if (const auto* ask = std::get_if<AskContainers>(&action)) asked_ = requested_ = ask->count;
    if (const auto* entry = std::get_if<WriteJournal>(&action)) journal(entry->entry);
  }
  check(asked_ == options.workers_max, "the maximum is asked for at once");
}

void Checker::event(const Event& event) {
  if (const auto* granted = std::get_if<ContainerGranted>(&event)) {
    if (!launched_.contains(granted->container) && !released_.contains(granted->container))
      asked_ = std::max(0, asked_ - 1);
  } else if (const auto* finished = std::get_if<ContainerFinished>(&event)) {
    unfinished_.erase(finished->container);
    if (const auto worker = launched_.find(finished->container); worker != launched_.end())
      lost_.insert(worker->second);
  } else if (const auto* gone = std::get_if<WorkerDisconnected>(&event)) {
    away_.insert(gone->worker);
  } else if (const auto* back = std::get_if<WorkerReconnected>(&event)) {
    away_.erase(back->worker);
  } else if (const auto* halted = std::get_if<WorkerHalted>(&event)) {
    answered_[halted->worker] = std::max(answered_[halted->worker], halted->generation);
  } else if (const auto* broken = std::get_if<WorkerBroken>(&event)) {
    answered_[broken->worker] = std::max(answered_[broken->worker], broken->generation);
  } else if (const auto* stop = std::get_if<StopRequested>(&event)) {
    stop_requests_.insert(stop->who);
  } else if (const auto* done = std::get_if<WorkerDone>(&event)) {
    if (plan_ && done->generation == plan_->generation && !lost_.contains(done->worker) &&
        plan_->members.front().worker == done->worker)
      rank0_done_ = true;
  }
}

void Checker::actions(const std::vector<Action>& actions, const Coordinator& coordinator,
                      Instant now, const std::map<WorkerNumber, Truth>& truth) {
  check(!ending_ || actions.empty(), "nothing is done after the end");
  for (const Action& action : actions) {
    if (const auto* ask = std::get_if<AskContainers>(&action)) {
      check(ask->count >= 0, "asks are not negative");
      requested_ += std::max(0, ask->count - asked_);
      asked_ = ask->count;
    } else if (const auto* back = std::get_if<ReleaseContainer>(&action)) {
      release(*back, truth);
    } else if (const auto* launch = std::get_if<LaunchWorker>(&action)) {
      check(journaled_launches_.contains(launch->container), "a launch is journaled first");
      check(!launched_.contains(launch->container), "a container is launched once");
      check(!container_of_.contains(launch->worker), "a worker's number is given once");
      check(!released_.contains(launch->container), "a released container is not launched");
      launched_[launch->container] = launch->worker;
      container_of_[launch->worker] = launch->container;
      unfinished_.insert(launch->container);
    } else if (const auto* halt = std::get_if<SendHalt>(&action)) {
      check(!lost_.contains(halt->worker), "nothing is sent to lost workers");
      check(plan_ && halt->generation == plan_->generation, "a halt is for the present generation");
      check(told_.contains(halt->worker), "a halt goes to members");
    } else if (const auto* one = std::get_if<SendForm>(&action)) {
      form(*one, truth);
    } else if (const auto* finish = std::get_if<SendFinish>(&action)) {
      check(!lost_.contains(finish->worker), "nothing is sent to lost workers");
      check(journaled_end_, "the end is journaled before anyone is told to finish");
    } else if (const auto* entry = std::get_if<WriteJournal>(&action)) {
      journal(entry->entry);
    } else if (const auto* end = std::get_if<EndJob>(&action)) {
      check(!ending_, "the job ends once");
      check(journaled_end_ || journaled_left_, "the end is journaled first");
      ending_ = end->ending;
    }
  }
  const int held = static_cast<int>(launched_.size()) - static_cast<int>(lost_.size());
  check(held <= options_.workers_max, "no more workers than the maximum");
  check(held + asked_ <= options_.workers_max, "held and asked for exceed the maximum");
  const CoordinatorCounts counts = coordinator.counts();
  check(counts.granted == static_cast<int>(launched_.size()), "counts.granted are the launched");
  if (!ending_) {
    check(held + asked_ == options_.workers_max || rank0_done_, "what is missing is asked for");
    check(counts.lost == static_cast<int>(lost_.size()), "counts.lost are the lost");
    const auto timer = coordinator.next_timer();
    check(!timer || *timer > now, "a timer lies in the future");
  } else {
    check(!coordinator.next_timer(), "no timer runs after the end");
    check(coordinator.phase() == Phase::kEnded, "the phase is kEnded after the end");
  }
  check(counts.requested == requested_, "counts.requested are the asks");
  check(counts.generations == plans_, "counts.generations are the plans");
  check_halting(coordinator);
  check_journal_replay(coordinator);
}

void Checker::form(const SendForm& action, const std::map<WorkerNumber, Truth>& truth) {
  const GenerationPlan& plan = action.plan;
  check(!lost_.contains(action.worker), "nothing is sent to lost workers");
  if (plan_ && plan.generation == plan_->generation) {
    check(plan.members == plan_->members && plan.start_step == plan_->start_step &&
              plan.holder_rank == plan_->holder_rank,
          "a generation is the same for all its members");
    told_.insert(action.worker);
    return;
  }
  check(!plan_ || plan.generation > plan_->generation, "generations grow");
  check(plan.generation >= options_.first_generation, "generations are above the former attempt's");
  check(journaled_generation_ == plan.generation, "a generation is journaled first");
  ++plans_;
  int next = 0;
  int64_t highest = -1;
  std::set<WorkerNumber> members;
  for (const MemberPlan& member : plan.members) {
    check(member.streams_begin == next && member.streams_end > next,
          "each stream has one owner, in rank order");
    next = member.streams_end;
    check(members.insert(member.worker).second, "a worker has one rank");
    check(!lost_.contains(member.worker), "no lost worker is a member");
    highest = std::max(highest, truth.at(member.worker).applied);
  }
  check(next == options_.streams && plan.streams == options_.streams, "all streams have an owner");
  check(static_cast<int>(members.size()) <= options_.workers_max, "no more members than allowed");
  check(plan.start_step == highest,
        "a generation starts after the highest step that a member applied");
  check(plan.holder_rank.has_value() == (highest >= 0), "who holds the state is named");
  if (plan.holder_rank) {
    const auto rank = static_cast<size_t>(*plan.holder_rank);
    check(rank < plan.members.size() &&
              truth.at(plan.members[rank].worker).applied == plan.start_step,
          "the holder has the state");
  }
  std::vector<WorkerNumber> kept;
  if (plan_) {
    for (const MemberPlan& member : plan_->members) {
      if (lost_.contains(member.worker)) continue;
      kept.push_back(member.worker);
      check(members.contains(member.worker), "a member that lives stays");
      check(answered_[member.worker] == plan_->generation, "all members halted first");
    }
  }
  for (size_t rank = 0; rank < kept.size() && rank < plan.members.size(); ++rank)
    check(plan.members[rank].worker == kept[rank], "survivors keep their order");
  if (kept.empty())
    check(static_cast<int>(members.size()) >= options_.workers_min, "a gang has its minimum");
  plan_ = plan;
  rank0_done_ = false;
  told_ = {action.worker};
}

void Checker::release(const ReleaseContainer& action, const std::map<WorkerNumber, Truth>& truth) {
  check(released_.insert(action.container).second, "a container is released once");
  const auto launched = launched_.find(action.container);
  if (launched == launched_.end()) return;
  const WorkerNumber worker = launched->second;
  if (journaled_end_) return;
  lost_.insert(worker);
  check(journaled_losses_.contains(worker), "a loss is journaled before its container is released");
  const std::string& why = why_lost_[worker];
  const bool parted = why.find("times in a row") != std::string::npos;
  check(truth.at(worker).faulty || parted,
        fmt::format("worker {} was given up, and nothing was wrong with it", worker));
  check(why.find("did not halt") == std::string::npos ||
            truth.at(worker).well_for < std::chrono::seconds(2),
        fmt::format("worker {} was waited for in vain, and is well", worker));
}

void Checker::journal(const std::string& entry) {
  check(entry.find('\n') == std::string::npos, "an entry is one line");
  const auto json = nlohmann::json::parse(entry, nullptr, false);
  check(json.is_object() && json.contains("at_ms"), "an entry is an object with its time");
  check(read_entry(entry, &replayed_).is_ok(), "a later attempt can read each entry");
  if (violation_) return;
  const std::string kind = json["t"];
  if (kind == "generation") journaled_generation_ = json["generation"];
  if (kind == "launch") journaled_launches_.insert(json["container"]);
  if (kind == "end") journaled_end_ = true;
  if (kind == "left") journaled_left_ = true;
  if (kind != "lost") return;
  journaled_losses_.insert(json["worker"].get<WorkerNumber>());
  why_lost_[json["worker"].get<WorkerNumber>()] = json["why"];
}

// An attempt that starts now learns from the journal all that it needs.
void Checker::check_journal_replay(const Coordinator& coordinator) {
  const uint64_t present = coordinator.generation() ? coordinator.generation()->generation : 0;
  check(replayed_.last_generation == present, "the journal knows the last generation");
  const uint32_t next = container_of_.empty() ? 0 : container_of_.rbegin()->first + 1;
  check(replayed_.next_worker == next, "the journal knows the last worker's number");
  check(
      std::set(replayed_.containers.begin(), replayed_.containers.end()) == unfinished_ || ending_,
      "the journal knows the containers that may run");
  check(replayed_.ended == (ending_ && !journaled_left_),
        "the journal knows whether the job ended");
}

// No timer is in the fast path: a halt is over with the last answer, or the last loss.
void Checker::check_halting(const Coordinator& coordinator) {
  const bool works =
      coordinator.phase() == Phase::kForming || coordinator.phase() == Phase::kTraining;
  if (works && !rank0_done_)
    for (const MemberPlan& member : plan_->members)
      check(!lost_.contains(member.worker), "a generation that lost a member is halted");
  if (coordinator.phase() != Phase::kHalting || !plan_) return;
  const bool waits =
      std::any_of(plan_->members.begin(), plan_->members.end(), [&](const MemberPlan& member) {
        return !lost_.contains(member.worker) &&
               (answered_[member.worker] != plan_->generation || away_.contains(member.worker));
      });
  check(waits, "a halt is over as soon as everybody answered or is lost");
}

void Checker::at_the_end(bool result_written) {
  check(ending_.has_value(), "the job ends");
  if (!ending_) return;
  if (ending_->outcome == Outcome::kSucceeded) {
    check(result_written, "success means that the result is complete");
    check(ending_->cause == Cause::kNone, "success has no cause");
  } else {
    check(ending_->cause != Cause::kNone, "an end without success has a cause");
    check(!ending_->message.empty(), "an end without success says why");
  }
  check(faults_ || ending_->outcome == Outcome::kSucceeded, "without faults a job succeeds");
  check(faults_ || lost_.empty(), "without faults nobody is lost");
  if (ending_->outcome == Outcome::kKilled)
    check(std::any_of(stop_requests_.begin(), stop_requests_.end(),
                      [&](const auto& who) { return ending_->message == "stopped by " + who; }),
          "who killed a job asked for it, and is named");
}

}  // namespace howdah::sim
