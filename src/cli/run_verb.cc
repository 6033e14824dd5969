#include "cli/run_verb.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/exit_code.h"
#include "cli/answer_verbs.h"
#include "cli/display.h"
#include "cli/interrupt_watch.h"
#include "cli/output.h"
#include "cli/prepare_verb.h"
#include "roles/submit.h"
#include "roles/watch.h"

namespace howdah::cli {
namespace {
using roles::Tell;

Result<roles::StagedJob> stage(const JobRequest& request, job::JobSpec spec, Context& context,
                               const Tell& tell) {
  if (request.on == "yarn")
    HOWDAH_TRY(roles::check_yarn(*context.files, context.configuration, spec));
  return roles::stage_job(*context.files, std::move(spec), context.conf_dir, tell);
}

Result<std::string> follow_on_yarn(const roles::StagedJob& job, Context& context,
                                   int64_t started_ms, Display& display, const Tell& tell) {
  const auto submitted = HOWDAH_TRY(
      roles::submit_to_yarn(*context.files, context.configuration, job, started_ms, tell));
  tell(fmt::format("submitted {} ({})", submitted.job_id, submitted.application_id));
  auto yarn = HOWDAH_TRY(
      yarn::ApplicationClient::create(context.configuration, context.user, context.credentials));
  std::stop_source stop;
  const InterruptWatch interrupts([&stop] { stop.request_stop(); });
  const auto application = HOWDAH_TRY(yarn::ApplicationId::parse(submitted.application_id));
  const roles::Watched watched{job.folder, &yarn, application, nullptr};
  auto summary = roles::watch_job(
      watched, tell, [&](const control::JobEvent& event) { display.show(event); },
      stop.get_token());
  if (!summary && summary.status().code() == Code::kCancelled)
    return summary.status().with_advice(
        fmt::format("look with: howdah status {0}; end it with: howdah stop {0}", job.job_id));
  return summary;
}

Result<std::string> follow_locally(const roles::StagedJob& job, Context& context,
                                   int64_t started_ms, Display& display, const Tell& tell) {
  // The signals are blocked before the master starts, so that it inherits that and waits for them
  // too.
  std::unique_ptr<roles::LocalMaster> master;
  const InterruptWatch interrupts([&master] {
    if (master) master->terminate();
  });
  master =
      HOWDAH_TRY(roles::LocalMaster::start(job, context.conf_dir, context.user.name, started_ms));
  tell("started " + job.job_id);
  const roles::Watched watched{job.folder, nullptr, std::nullopt, master.get()};
  return roles::watch_job(watched, tell,
                          [&](const control::JobEvent& event) { display.show(event); }, {});
}

PrepareRequest preparation_of(const JobRequest& request) {
  PrepareRequest prepare;
  prepare.on = request.on == "yarn" ? "mapreduce" : "local";
  prepare.json = request.json;
  return prepare;
}

// What a training's own section `prepare` asks for comes before all else. 0: go on.
int prepare_before(const JobRequest& request, const job::JobFile& file, const Context& context) {
  if (!file.prepare) return 0;
  PrepareRequest prepare = preparation_of(request);
  prepare.json = false;
  return prepare_first(prepare, *file.prepare, context);
}

int follow(const JobRequest& request, const job::JobSpec& spec, Context& context,
           int64_t started_ms) {
  std::string summary_json;
  {
    Display display(stderr, false);
    const Tell tell = [&](const std::string& text) { display.line(text); };
    const auto job = stage(request, spec, context, tell);
    if (!job) return complain(job.status());
    auto summary = request.on == "yarn" ? follow_on_yarn(*job, context, started_ms, display, tell)
                                        : follow_locally(*job, context, started_ms, display, tell);
    if (!summary) return complain(summary.status());
    summary_json = std::move(*summary);
  }
  if (request.json)
    put_out(summary_json);
  else
    put_out(ending_text(summary_json));
  return exit_code_of_summary(summary_json);
}

}  // namespace

int exit_code_of_summary(const std::string& summary_json) {
  const auto summary = nlohmann::json::parse(summary_json, nullptr, false);
  const std::string outcome = summary.is_object() ? summary.value("outcome", "") : "";
  if (outcome == "SUCCEEDED") return 0;
  return outcome == "KILLED" ? 4 : 1;
}

int run_and_follow(const JobRequest& request, Context& context, int64_t started_ms) {
  const auto file = job::load_any_job_file(request.job, {request.set});
  if (!file) return complain(file.status());
  if (!file->training) return prepare(preparation_of(request), *file->prepare, context);
  if (const int code = prepare_before(request, *file, context)) return code;
  return follow(request, *file->training, context, started_ms);
}

int ask_and_follow(const JobRequest& request, Context& context, int64_t started_ms) {
  const auto spec = answering_job(request, context);
  if (!spec) return complain(spec.status());
  const int code = follow(request, *spec, context, started_ms);
  if (code == 0 && !request.json && !spec->answer->output.empty())
    put_out("  answers     " + spec->answer->output + "\n");
  return code;
}

int submit_only(const JobRequest& request, Context& context, int64_t started_ms) {
  if (request.on != "yarn")
    return complain(
        Status(Code::kInvalidArgument, "only YARN keeps a job running without its client")
            .with_operation("submit")
            .with_advice("use: howdah run --on local"));
  const Tell tell = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
  auto file = job::load_any_job_file(request.job, {request.set});
  if (!file) return complain(file.status());
  auto spec = job::training_of(*file, request.job);
  if (!spec) return complain(spec.status());
  if (const int code = prepare_before(request, *file, context)) return code;
  const auto job = stage(request, std::move(*spec), context, tell);
  if (!job) return complain(job.status());
  const auto submitted =
      roles::submit_to_yarn(*context.files, context.configuration, *job, started_ms, tell);
  if (!submitted) return complain(submitted.status());
  if (request.json)
    say("{}\n", nlohmann::ordered_json{{"job_id", submitted->job_id},
                                       {"application_id", submitted->application_id},
                                       {"uri", submitted->job_uri}}
                    .dump());
  else
    say("{}\n", submitted->job_id);
  return 0;
}

}  // namespace howdah::cli
