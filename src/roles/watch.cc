#include "roles/watch.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/pause.h"

namespace howdah::roles {
namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPollEvery{200};
constexpr seconds kCallTimeout{30};
// A master that registered and then cannot be reached this long is given up, unless YARN says it
// runs.
constexpr seconds kConnectTimeout{10};
// A ResourceManager that restarts comes back within this; the job goes on without it.
constexpr std::chrono::minutes kAwayLimit{5};

bool is_away(Code code) {
  return code == Code::kUnavailable || code == Code::kDeadlineExceeded || code == Code::kStandby;
}

class Watcher {
 public:
  Watcher(const Watched& job, const Tell& tell,
          const std::function<void(const control::JobEvent&)>& show, const std::stop_token& stop)
      : job_(job), tell_(tell), show_(show), stop_(stop) {}

  Result<std::string> run();

 private:
  // The summary when the job is known to be over.
  Result<std::optional<std::string>> look();
  Result<std::optional<std::string>> look_at_yarn();
  Result<std::optional<std::string>> wait_for_yarn(const Status& status);
  void follow();

  const Watched& job_;
  const Tell& tell_;
  const std::function<void(const control::JobEvent&)>& show_;
  const std::stop_token& stop_;
  std::optional<yarn::ApplicationState> told_;
  std::optional<std::string> summary_;
  std::optional<std::chrono::steady_clock::time_point> away_since_;
};

Result<std::optional<std::string>> Watcher::wait_for_yarn(const Status& status) {
  if (!is_away(status.code())) return status;
  auto summary = job_.folder.read_summary(Deadline::after(kCallTimeout));
  if (summary) return std::optional(std::move(*summary));
  const auto now = std::chrono::steady_clock::now();
  if (!away_since_) tell_("the ResourceManager does not answer; the job goes on, still trying");
  if (!away_since_) away_since_ = now;
  if (now - *away_since_ > kAwayLimit) return status;
  return std::optional<std::string>();
}

Result<std::optional<std::string>> Watcher::look_at_yarn() {
  const auto answer =
      job_.yarn->get_application_report(*job_.application, Deadline::after(kCallTimeout));
  if (!answer) return wait_for_yarn(answer.status());
  if (away_since_) tell_("the ResourceManager answers again");
  away_since_.reset();
  const auto& report = *answer;
  if (report.state != told_) {
    told_ = report.state;
    if (report.state == yarn::ApplicationState::kAccepted)
      tell_("accepted by YARN, queue " + report.queue);
    if (report.state == yarn::ApplicationState::kRunning) tell_("master runs on " + report.host);
  }
  if (!yarn::is_over(report.state)) return std::optional<std::string>();
  auto summary = job_.folder.read_summary(Deadline::after(kCallTimeout));
  if (summary) return std::optional(std::move(*summary));
  return std::optional(summary_from_report(job_.folder.job_id(), report));
}

Result<std::optional<std::string>> Watcher::look() {
  if (job_.yarn) return look_at_yarn();
  // Asked first: a master that ends writes its summary before.
  const bool ended = job_.local && !job_.local->running();
  auto summary = job_.folder.read_summary(Deadline::after(kCallTimeout));
  if (summary) return std::optional(std::move(*summary));
  if (summary.status().code() != Code::kNotFound) return summary.status();
  if (ended)
    return Status(Code::kInternal, "the master ended without a word")
        .with_peer(job_.local->log_path())
        .with_advice("its log is in that file");
  return std::optional<std::string>();
}

void Watcher::follow() {
  const auto master = job_.folder.read_master(Deadline::after(kCallTimeout));
  if (!master) return;
  const auto address = net::Address::parse(master->address);
  const auto access = job_.folder.read_access(Deadline::after(kCallTimeout));
  if (!address || !access) return;
  [[maybe_unused]] const Status ended = follow_job(
      *address, *access,
      [this](const control::JobEvent& event) {
        if (event.has_ended()) {
          summary_ = event.ended().summary_json();
          return false;
        }
        show_(event);
        return true;
      },
      stop_, Deadline::after(kConnectTimeout));
}

Result<std::string> Watcher::run() {
  while (!stop_.stop_requested()) {
    auto over = HOWDAH_TRY(look());
    if (over) return *over;
    follow();
    if (summary_) return *summary_;
    pause(kPollEvery, stop_);
  }
  return Status(Code::kCancelled, "no longer following; the job goes on");
}

}  // namespace

Result<std::string> watch_job(const Watched& job, const Tell& tell,
                              const std::function<void(const control::JobEvent&)>& show,
                              const std::stop_token& stop) {
  return Watcher(job, tell, show, stop).run();
}

std::string summary_from_report(const std::string& job_id, const yarn::ApplicationReport& report) {
  const Status failure = yarn::failure_of(report);
  const bool killed = report.state == yarn::ApplicationState::kKilled;
  nlohmann::ordered_json summary;
  summary["job_id"] = job_id;
  summary["application_id"] = report.id.to_string();
  summary["outcome"] = failure ? "SUCCEEDED" : killed ? "KILLED" : "FAILED";
  summary["cause"] = killed ? "stopped" : "the master ended without a summary";
  summary["message"] = failure.to_string();
  for (const char* key : {"metrics", "model", "phases_s"}) summary[key] = nullptr;
  return summary.dump(2) + "\n";
}

}  // namespace howdah::roles
