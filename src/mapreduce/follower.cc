#include "mapreduce/follower.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/pause.h"
#include "yarn/container_logs.h"

namespace howdah::mapreduce {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kCallTimeout{10};
constexpr seconds kManagerInterval{2};  // while the master answers
constexpr seconds kManagerPatience{120};
constexpr seconds kCountersInterval{1};
constexpr seconds kHistoryPatience{15};
constexpr milliseconds kHistoryInterval{200};
constexpr seconds kKillPatience{3};  // for the master to tidy up
constexpr seconds kForcedKillTimeout{30};
constexpr seconds kLogTimeout{3};
constexpr int kEventsAtOnce = 1000;
constexpr size_t kFailuresKept = 20;
constexpr const char* kJobCounters = "org.apache.hadoop.mapreduce.JobCounter";

int64_t value_of(const Counters& counters, const char* name) {
  const auto group = counters.find(kJobCounters);
  if (group == counters.end()) return 0;
  const auto counter = group->second.find(name);
  return counter == group->second.end() ? 0 : counter->second;
}

bool is_passing(Code code) {
  return code == Code::kUnavailable || code == Code::kDeadlineExceeded || code == Code::kStandby;
}

}  // namespace

Follower::Follower(Peers peers, yarn::ApplicationId application, JobProgress progress)
    : peers_(peers),
      application_(application),
      may_ask_master_(peers.configuration.get("hadoop.security.authentication", "simple") ==
                      "simple"),
      progress_(std::move(progress)) {}

Result<JobEnd> Follower::follow(const Tell& tell, const std::stop_token& stop) {
  progress_.state = JobProgress::State::kWaiting;
  for (;;) {
    tell_changes(tell);
    if (stop.stop_requested()) return kill();
    const bool due = Clock::now() - manager_heard_ >= kManagerInterval;
    if (!master_ || due) HOWDAH_TRY(ask_manager());
    if (master_) ask_master();
    tell_changes(tell);
    if (report_ && report_->is_over()) return finish_by_master();
    if (application_report_ && is_over(application_report_->state)) return finish_by_history(stop);
    pause(interval(), stop);
  }
}

// Short at first, when much happens; of a job that takes long nobody misses a second.
milliseconds Follower::interval() const {
  const auto elapsed = std::chrono::duration_cast<milliseconds>(Clock::now() - started_);
  return std::clamp(elapsed / 50, milliseconds(50), milliseconds(1000));
}

void Follower::tell_changes(const Tell& tell) {
  if (!tell || told_ == progress_) return;
  told_ = progress_;
  tell(progress_);
}

Status Follower::ask_manager() {
  auto report = peers_.manager.get_application_report(application_, Deadline::after(kCallTimeout));
  if (!report) {
    const bool patient = Clock::now() - manager_heard_ < kManagerPatience;
    return is_passing(report.status().code()) && patient ? Status::ok() : report.status();
  }
  manager_heard_ = Clock::now();
  application_report_ = *std::move(report);
  progress_.tracking_url = application_report_->tracking_url;
  if (application_report_->state != yarn::ApplicationState::kRunning) return Status::ok();
  if (progress_.state < JobProgress::State::kRunning)
    progress_.state = JobProgress::State::kRunning;
  const int port = application_report_->rpc_port;
  if (!may_ask_master_ || port <= 0 || port > 65535) return Status::ok();
  const net::Address address{application_report_->host, static_cast<uint16_t>(port)};
  if (master_ && address == master_address_) return Status::ok();
  forget_master();
  master_address_ = address;
  master_.emplace(JobClient::of_master(address, peers_.user));
  return Status::ok();
}

void Follower::forget_master() {
  master_.reset();
  next_event_ = ended_maps_ = ended_reduces_ = 0;
  done_maps_.clear();
  done_reduces_.clear();
}

void Follower::ask_master() {
  auto report = master_->get_job_report(application_, Deadline::after(kCallTimeout));
  if (!report) {
    log::debug("the job's master does not answer: {}", report.status().to_string());
    forget_master();
    return;
  }
  report_ = *std::move(report);
  progress_.map_fraction = report_->map_fraction;
  progress_.reduce_fraction = report_->reduce_fraction;
  take_ends(*master_);
  const bool over = report_->is_over();
  if (over || Clock::now() - counters_at_ >= kCountersInterval) {
    auto counters = master_->get_counters(application_, Deadline::after(kCallTimeout));
    if (counters) counters_ = *std::move(counters);
    counters_at_ = Clock::now();
  }
  count_running();
  const bool all_done = progress_.maps_done == progress_.maps_total &&
                        progress_.reduces_done == progress_.reduces_total;
  progress_.state = over       ? JobProgress::State::kDone
                    : all_done ? JobProgress::State::kEnding
                               : JobProgress::State::kRunning;
}

void Follower::take_ends(JobClient& client) {
  for (;;) {
    const auto ends = client.get_attempt_ends(application_, next_event_, kEventsAtOnce,
                                              Deadline::after(kCallTimeout));
    if (!ends) return;
    for (const AttemptEnd& end : *ends) take(end, client);
    next_event_ += static_cast<int>(ends->size());
    if (ends->size() < kEventsAtOnce) break;
  }
  progress_.maps_done = static_cast<int>(done_maps_.size());
  progress_.reduces_done = static_cast<int>(done_reduces_.size());
  progress_.failed_attempts = static_cast<int>(failed_.size());
}

void Follower::take(const AttemptEnd& end, JobClient& client) {
  std::set<int>& done = end.attempt.reduce ? done_reduces_ : done_maps_;
  ++(end.attempt.reduce ? ended_reduces_ : ended_maps_);
  if (end.how == AttemptEnd::How::kSucceeded) done.insert(end.attempt.task);
  if (end.how == AttemptEnd::How::kObsolete) done.erase(end.attempt.task);
  if (end.how == AttemptEnd::How::kFailed && failed_.insert(end.attempt).second)
    note_failure(end.attempt, client);
}

void Follower::note_failure(const AttemptName& attempt, JobClient& client) {
  if (failures_.size() >= kFailuresKept) return;
  TaskFailure failure;
  failure.task = attempt.task_name();
  failure.attempt = attempt.to_string();
  const auto report = client.get_attempt_report(attempt, Deadline::after(kCallTimeout));
  if (report) {
    failure.node = report->node;
    failure.diagnostics = report->diagnostics;
    const auto log = yarn::read_container_log(peers_.configuration, report->node_http,
                                              report->container.to_string(), "stderr", kStderrBytes,
                                              Deadline::after(kLogTimeout));
    if (log) failure.stderr_tail = *log;
  }
  failures_.push_back(std::move(failure));
}

// Attempts that started less those that ended.
void Follower::count_running() {
  const auto running = [&](const char* launched, int ended) {
    return static_cast<int>(
        std::clamp<int64_t>(value_of(counters_, launched) - ended, 0, INT32_MAX));
  };
  progress_.maps_running = running("TOTAL_LAUNCHED_MAPS", ended_maps_);
  progress_.reduces_running = running("TOTAL_LAUNCHED_REDUCES", ended_reduces_);
}

Result<JobEnd> Follower::finish(bool succeeded, std::string diagnostics) {
  JobEnd end;
  end.succeeded = succeeded;
  end.counters = std::move(counters_);
  end.failures = std::move(failures_);
  end.application_id = application_.to_string();
  if (!succeeded) end.diagnostics = std::move(diagnostics);
  return end;
}

Result<JobEnd> Follower::finish_by_master() {
  if (report_->state == JobReport::State::kKilled)
    return Status(Code::kCancelled, "the job was killed").with_peer(application_.to_string());
  return finish(report_->state == JobReport::State::kSucceeded, report_->diagnostics);
}

Result<JobEnd> Follower::finish_by_history(const std::stop_token& stop) {
  const Status failure = yarn::failure_of(*application_report_);
  if (!failure.is_ok() && (failure.code() != Code::kInternal || !application_report_->launched_ms))
    return failure;
  auto history = JobClient::of_history(peers_.configuration, peers_.user, peers_.credentials);
  const Deadline patience = Deadline::after(kHistoryPatience);
  while (history && !stop.stop_requested() && !patience.expired()) {
    const auto report = history->get_job_report(application_, patience.earlier(kCallTimeout));
    if (report) {
      forget_master();
      take_ends(*history);
      auto counters = history->get_counters(application_, patience);
      if (counters) counters_ = *std::move(counters);
      std::string words = report->diagnostics.empty() ? failure.message() : report->diagnostics;
      return finish(failure.is_ok(), std::move(words));
    }
    // An application whose master died has no history; one that ended is there within a second.
    if (report.status().code() != Code::kNotFound && !is_passing(report.status().code())) break;
    pause(kHistoryInterval, stop);
  }
  return finish(failure.is_ok(), failure.message());
}

// The master first, which takes back what its tasks wrote and leaves a history.
Status Follower::kill() {
  const Status killed(Code::kCancelled, "the job was stopped");
  if (master_ && master_->kill_job(application_, Deadline::after(kKillPatience))) {
    const Deadline patience = Deadline::after(kKillPatience);
    while (!patience.expired()) {
      const auto report = master_->get_job_report(application_, patience);
      if (!report || report->is_over()) break;
      pause(milliseconds(50));
    }
  }
  const Status forced = peers_.manager.force_kill_application(application_, "stopped by its client",
                                                              Deadline::after(kForcedKillTimeout));
  if (!forced)
    return Status(Code::kCancelled, "the job was stopped, but may still run: " + forced.to_string())
        .with_peer(application_.to_string())
        .with_advice("yarn application -kill " + application_.to_string());
  return killed.with_peer(application_.to_string());
}

}  // namespace howdah::mapreduce
