#include "cli/look_verbs.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/display.h"
#include "cli/find_job.h"
#include "cli/output.h"
#include "roles/control_client.h"
#include "roles/watch.h"

namespace howdah::cli {
namespace {
using nlohmann::ordered_json;
using std::chrono::seconds;

constexpr seconds kTimeout{60};
constexpr seconds kMasterTimeout{5};

// What a running job's master says at this moment.
struct Moment {
  control::Phase phase;
  control::Progress progress;
  bool answered = false;
};

Moment ask_master(const roles::JobFolder& folder) {
  Moment moment;
  const auto master = folder.read_master(Deadline::after(kTimeout));
  const auto access = folder.read_access(Deadline::after(kTimeout));
  if (!master || !access) return moment;
  const auto address = net::Address::parse(master->address);
  if (!address) return moment;
  // The latest of each kind comes first; one event of each is enough, the phase is always among
  // them.
  [[maybe_unused]] const Status followed = roles::follow_job(
      *address, *access,
      [&](const control::JobEvent& event) {
        moment.answered = true;
        if (event.has_phase()) moment.phase = event.phase();
        if (event.has_progress()) moment.progress = event.progress();
        const bool enough = event.has_phase() && moment.phase.name() != "training";
        return !enough && !event.has_progress();
      },
      {}, Deadline::after(kMasterTimeout));
  return moment;
}

ordered_json to_json(const Moment& moment) {
  ordered_json json;
  json["outcome"] = "RUNNING";
  json["phase"] = moment.answered ? ordered_json(moment.phase.name()) : ordered_json(nullptr);
  json["waiting_for"] = moment.phase.waiting();
  json["workers"] = moment.phase.workers();
  json["generation"] = moment.phase.generation();
  if (moment.progress.steps() > 0)
    json["progress"] = {
        {"step", moment.progress.applied()},
        {"steps", moment.progress.steps()},
        {"epoch", moment.progress.epoch()},
        {"epochs", moment.progress.epochs()},
        {"loss", moment.progress.loss()},
        {"accuracy", moment.progress.has_accuracy() ? ordered_json(moment.progress.accuracy())
                                                    : ordered_json(nullptr)},
        {"records_per_s", moment.progress.records_per_s()}};
  return json;
}

Result<yarn::ApplicationReport> report_of(Context& context, const std::string& application) {
  auto client = HOWDAH_TRY(
      yarn::ApplicationClient::create(context.configuration, context.user, context.credentials));
  return client.get_application_report(HOWDAH_TRY(yarn::ApplicationId::parse(application)),
                                       Deadline::after(kTimeout));
}

// The job's summary, or what is known of it while it runs.
Result<ordered_json> describe(Context& context, const roles::JobFolder& folder) {
  const auto summary = folder.read_summary(Deadline::after(kTimeout));
  if (summary) {
    auto json = ordered_json::parse(*summary, nullptr, false);
    if (json.is_object()) return json;
    return Status(Code::kCorrupt, "is no JSON object").with_peer(folder.uri() + "/summary.json");
  }
  if (summary.status().code() != Code::kNotFound) return summary.status();
  ordered_json json = {{"job_id", folder.job_id()}};
  const std::string application = application_of(folder);
  json["application_id"] = application.empty() ? ordered_json(nullptr) : ordered_json(application);
  if (!application.empty()) {
    const auto report = report_of(context, application);
    if (report && yarn::is_over(report->state))
      return ordered_json::parse(roles::summary_from_report(folder.job_id(), *report));
    if (report) {
      json["yarn_state"] = yarn::state_name(report->state);
      json["tracking_url"] = report->tracking_url;
    }
  }
  const Moment moment = ask_master(folder);
  json.update(to_json(moment));
  if (!moment.answered && application.empty()) json["outcome"] = "LOST";
  return json;
}

std::string moment_text(const ordered_json& json) {
  std::string text = json.value("outcome", "");
  if (json.contains("yarn_state")) text += " (YARN: " + json.value("yarn_state", "") + ")";
  if (json["phase"].is_string()) text += ", " + json.value("phase", "");
  if (!json.value("waiting_for", "").empty()) text += ": " + json.value("waiting_for", "");
  text += "\n";
  if (json.contains("progress")) {
    const auto& progress = json["progress"];
    text +=
        fmt::format("  epoch {}/{}  step {}/{}  loss {:.4f}  {}{} records/s  {} workers\n",
                    progress.value("epoch", int64_t{0}) + 1, progress.value("epochs", int64_t{0}),
                    grouped(progress.value("step", int64_t{0})),
                    grouped(progress.value("steps", int64_t{0})), progress.value("loss", 0.0),
                    progress["accuracy"].is_number()
                        ? fmt::format("accuracy {:.4f}  ", progress["accuracy"].get<double>())
                        : "",
                    grouped(static_cast<int64_t>(progress.value("records_per_s", 0.0))),
                    json.value("workers", 0));
  }
  if (json.value("outcome", "") == "LOST")
    text +=
        "  its master does not answer and left no summary: it was killed, or runs on another "
        "machine\n";
  return text;
}

}  // namespace

int show_status(const JobRequest& request, Context& context) {
  const auto folder = find_job(context, request.home, request.job);
  if (!folder) return complain(folder.status().with_operation("status"));
  const auto json = describe(context, *folder);
  if (!json) return complain(json.status().with_operation("status"));
  if (request.json)
    say("{}\n", json->dump(2));
  else if (json->contains("phases_s"))
    say("{}  {}", folder->job_id(), ending_text(json->dump()));
  else
    say("{}  {}", folder->job_id(), moment_text(*json));
  return 0;
}

int show_list(const JobRequest& request, Context& context) {
  const auto home = roles::resolve_home(*context.files, request.home);
  if (!home) return complain(home.status().with_operation("list"));
  const auto ids = list_jobs(context, *home);
  if (!ids) return complain(ids.status().with_operation("list"));
  ordered_json list = ordered_json::array();
  for (const std::string& id : *ids) {
    const auto folder = roles::JobFolder::at(*context.files, *home, id);
    if (!folder) return complain(folder.status());
    const auto summary = folder->read_summary(Deadline::after(kTimeout));
    const auto json = summary ? ordered_json::parse(*summary, nullptr, false) : ordered_json();
    const std::string outcome = json.is_object() ? json.value("outcome", "") : "not ended";
    const std::string application = application_of(*folder);
    if (!request.json) say("{:<44} {:<10} {}\n", id, outcome, application);
    list.push_back({{"job_id", id}, {"outcome", outcome}, {"application_id", application}});
  }
  if (request.json) say("{}\n", list.dump(2));
  if (!request.json && ids->empty()) say("no jobs under {}\n", *home);
  return 0;
}

int stop(const JobRequest& request, Context& context) {
  const auto folder = find_job(context, request.home, request.job);
  if (!folder) return complain(folder.status().with_operation("stop"));
  if (folder->read_summary(Deadline::after(kTimeout))) {
    say("{} has ended already\n", folder->job_id());
    return 0;
  }
  const auto master = folder->read_master(Deadline::after(kTimeout));
  const auto access = folder->read_access(Deadline::after(kTimeout));
  Status stopped(Code::kUnavailable, "its master has not started yet");
  if (master && access) {
    const auto address = net::Address::parse(master->address);
    if (!address) return complain(address.status());
    stopped =
        roles::stop_job(*address, *access, context.user.name, Deadline::after(kMasterTimeout));
  }
  const std::string application = application_of(*folder);
  if (!stopped && !application.empty()) {
    auto client =
        yarn::ApplicationClient::create(context.configuration, context.user, context.credentials);
    if (!client) return complain(client.status());
    const auto id = yarn::ApplicationId::parse(application);
    if (!id) return complain(id.status());
    stopped = client->force_kill_application(*id, "stopped by " + context.user.name,
                                             Deadline::after(kTimeout));
  }
  if (!stopped) return complain(stopped.with_operation("stop").with_peer(folder->job_id()));
  say("{} is being stopped\n", folder->job_id());
  return 0;
}

}  // namespace howdah::cli
