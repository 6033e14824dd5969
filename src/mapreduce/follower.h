// Follows one submitted job to its end: asks its master while that lives, the ResourceManager where
// it does not, and the history server afterwards. Hadoop: mapred.ClientServiceDelegate.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <stop_token>

#include "mapreduce/job_client.h"
#include "yarn/application_client.h"

namespace howdah::mapreduce {

using Tell = std::function<void(const JobProgress&)>;

class Follower {
 public:
  struct Peers {
    yarn::ApplicationClient& manager;
    const hadoop::Configuration& configuration;
    const hadoop::User& user;
    const hadoop::Credentials& credentials;
  };
  // `progress` has the totals and the application's id.
  Follower(Peers peers, yarn::ApplicationId application, JobProgress progress);

  // `seconds` stays 0.
  //   kCancelled    stop was requested: the application is killed; or somebody else killed it
  //   kUnavailable  nobody who would know answers
  //   and what YARN refused: kNotFound, kQuotaExceeded, kPermissionDenied...
  Result<JobEnd> follow(const Tell& tell, const std::stop_token& stop);

 private:
  using Clock = Deadline::Clock;

  Status ask_manager();
  void ask_master();
  void take_ends(JobClient& client);
  void take(const AttemptEnd& end, JobClient& client);
  void note_failure(const AttemptName& attempt, JobClient& client);
  void count_running();
  void forget_master();
  void tell_changes(const Tell& tell);
  std::chrono::milliseconds interval() const;
  Result<JobEnd> finish(bool succeeded, std::string diagnostics);
  Result<JobEnd> finish_by_master();
  Result<JobEnd> finish_by_history(const std::stop_token& stop);
  Status kill();

  const Peers peers_;
  const yarn::ApplicationId application_;
  const Clock::time_point started_ = Clock::now();
  const bool may_ask_master_;
  JobProgress progress_, told_;
  std::optional<yarn::ApplicationReport> application_report_;
  Clock::time_point manager_heard_ = started_, counters_at_{};
  std::optional<JobClient> master_;
  net::Address master_address_;
  std::optional<JobReport> report_;
  // As the present master tells it.
  int next_event_ = 0;
  int ended_maps_ = 0, ended_reduces_ = 0;  // attempts
  std::set<int> done_maps_, done_reduces_;
  Counters counters_;
  std::set<AttemptName> failed_;
  std::vector<TaskFailure> failures_;
};

}  // namespace howdah::mapreduce
