#include "cli/job_verbs.h"

#include <fmt/format.h>

#include "cli/answer_verbs.h"
#include "cli/learning_rate_plot.h"
#include "cli/look_verbs.h"
#include "cli/output.h"
#include "cli/run_verb.h"
#include "job/job_spec.h"

namespace howdah::cli {
namespace {

CLI::App* add(CLI::App& app, JobRequest& request, const std::string& verb,
              const std::string& what) {
  CLI::App* sub = app.add_subcommand(verb, what);
  sub->callback([&request, verb] { request.verb = verb; });
  return sub;
}

void add_file(CLI::App* sub, JobRequest& request) {
  sub->add_option("job", request.job, "the job file")->required()->type_name("JOB.yaml");
  sub->add_option("--set", request.set, "change a key: --set train.epochs=2")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void add_id(CLI::App* sub, JobRequest& request) {
  sub->add_option("job", request.job, "a job id or an application id")
      ->required()
      ->type_name("JOB");
}

int show_config(const JobRequest& request, const Context& context) {
  if (request.plot_lr) return plot_learning_rate(request);
  const auto spec = job::load_job_file(request.job, {request.set});
  if (!spec) return complain(spec.status());
  if (request.summary.wanted) {
    const auto text = spec->training.module
                          ? module_summary(*spec, request.summary, context.conf_dir)
                          : summary_text(*spec, request.summary);
    if (!text) return complain(text.status());
    put_out(*text);
    return 0;
  }
  put_out(job::to_yaml(*spec));
  return 0;
}

}  // namespace

void add_job_verbs(CLI::App& app, JobRequest& request) {
  const auto add_on = [&](CLI::App* sub) {
    sub->add_option("--on", request.on, "where: yarn or local")
        ->check(CLI::IsMember({"yarn", "local"}))
        ->capture_default_str();
  };
  CLI::App* run = add(app, request, "run", "run a job and follow it to its end");
  add_file(run, request);
  add_on(run);
  run->add_flag("--json", request.json, "end with the content of summary.json");
  CLI::App* submit = add(app, request, "submit", "hand a job to YARN and return");
  add_file(submit, request);
  add_on(submit);
  submit->add_flag("--json", request.json);
  add_answer_verbs(app, request);
  CLI::App* config = add(app, request, "config", "print a job file resolved, with every fallback");
  add_file(config, request);
  CLI::Option* plot =
      config->add_flag("--plot-lr", request.plot_lr, "draw the learning rate of the training");
  config
      ->add_option("--steps-per-epoch", request.steps_per_epoch,
                   "draw over steps; needed where the learning rate counts steps")
      ->needs(plot)
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 32))
      ->type_name("N");
  config->add_flag("--json", request.json, "the drawing's points")->needs(plot);
  add_summary_options(config, request.summary);

  const auto add_home = [&](CLI::App* sub) {
    sub->add_option("--home", request.home, "default: .howdah in your home directory");
  };
  CLI::App* status = add(app, request, "status", "what a job does, or how it ended");
  CLI::App* list = add(app, request, "list", "your jobs, newest first");
  CLI::App* logs = add(app, request, "logs", "what a job's master or a worker wrote");
  CLI::App* stop = add(app, request, "stop", "end a job");
  for (CLI::App* sub : {status, logs, stop}) add_id(sub, request);
  for (CLI::App* sub : {status, list, logs, stop}) add_home(sub);
  for (CLI::App* sub : {status, list, logs}) sub->add_flag("--json", request.json);
  logs->add_option("--worker", request.worker, "of this worker; without it, of the master");
  logs->add_flag("--stdout", request.out, "standard output instead of standard error");
  logs->add_option("--tail", request.tail_bytes, "the last so many bytes only");
}

int run_job_verb(const JobRequest& request, Context& context, int64_t started_ms) {
  if (request.verb == "run") return run_and_follow(request, context, started_ms);
  if (request.verb == "evaluate" || request.verb == "predict")
    return ask_and_follow(request, context, started_ms);
  if (request.verb == "submit") return submit_only(request, context, started_ms);
  if (request.verb == "config") return show_config(request, context);
  if (request.verb == "status") return show_status(request, context);
  if (request.verb == "list") return show_list(request, context);
  if (request.verb == "logs") return show_logs(request, context);
  if (request.verb == "stop") return stop(request, context);
  return complain(Status(Code::kInternal, "unknown verb " + request.verb));
}

}  // namespace howdah::cli
