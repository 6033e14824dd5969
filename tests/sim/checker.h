// The rules of the coordinator, checked at every event from outside.
//
// What it takes as true comes from the world (what processes really applied, what was delivered),
// never from the coordinator's own words, except where words and deeds are compared.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "job/coordinator.h"
#include "job/journal.h"

namespace howdah::sim {

// The truth about a worker at this moment.
struct Truth {
  int64_t applied = -1;
  bool faulty = false;       // something was done to it that may cost it its place
  job::Instant well_for{0};  // alive, not frozen, connected and prompt, for this long
};

class Checker {
 public:
  void begin(const job::CoordinatorOptions& options, bool faults, std::vector<job::Action> first);
  void event(const job::Event& event);
  // After the step: its actions, and the coordinator as it is now.
  void actions(const std::vector<job::Action>& actions, const job::Coordinator& coordinator,
               job::Instant now, const std::map<job::WorkerNumber, Truth>& truth);
  void at_the_end(bool result_written);

  const std::optional<std::string>& violation() const { return violation_; }
  const std::optional<job::Ending>& ending() const { return ending_; }
  uint64_t generations() const { return plan_ ? plan_->generation : 0; }
  int lost() const { return static_cast<int>(lost_.size()); }

 private:
  void check(bool holds, const std::string& rule);
  void form(const job::SendForm& action, const std::map<job::WorkerNumber, Truth>& truth);
  void release(const job::ReleaseContainer& action,
               const std::map<job::WorkerNumber, Truth>& truth);
  void journal(const std::string& entry);
  void check_halting(const job::Coordinator& coordinator);
  void check_journal_replay(const job::Coordinator& coordinator);

  job::CoordinatorOptions options_;
  bool faults_ = true;
  std::optional<std::string> violation_;

  std::map<std::string, job::WorkerNumber> launched_;  // by container
  std::map<job::WorkerNumber, std::string> container_of_;
  std::set<std::string> unfinished_;  // launched, no finish delivered
  std::set<job::WorkerNumber> lost_;  // released, or finish delivered
  std::set<std::string> released_;
  std::set<job::WorkerNumber> away_;                // control connection
  std::map<job::WorkerNumber, uint64_t> answered_;  // Halted or Broken of this generation
  std::set<job::WorkerNumber> told_;                // got the present plan
  std::optional<job::GenerationPlan> plan_;
  int asked_ = 0;
  int requested_ = 0;
  uint64_t plans_ = 0;
  std::optional<job::Ending> ending_;
  std::set<std::string> stop_requests_;
  bool rank0_done_ = false;

  uint64_t journaled_generation_ = 0;
  std::set<std::string> journaled_launches_;
  std::set<job::WorkerNumber> journaled_losses_;
  std::map<job::WorkerNumber, std::string> why_lost_;
  job::JournalSummary replayed_;
  bool journaled_end_ = false, journaled_left_ = false;
};

}  // namespace howdah::sim
