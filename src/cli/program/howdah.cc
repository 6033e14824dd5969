// `howdah`: the client, the master, and the start of workers. Without libtorch and Arrow.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>

#include "base/exit_code.h"
#include "base/log.h"
#include "base/nearest.h"
#include "cli/context.h"
#include "cli/export_verb.h"
#include "cli/fs_verbs.h"
#include "cli/job_verbs.h"
#include "cli/mapreduce_verb.h"
#include "cli/output.h"
#include "cli/prepare_verb.h"
#include "roles/job_report.h"
#include "roles/master.h"
#include "roles/sibling.h"
#include "roles/worker_start.h"

namespace howdah {
namespace {

constexpr int kWrongUsage = 2;
constexpr const char* kVersion = "howdah 0.1.0";

// Processes of a job: started by each other, not by people, and not listed among the verbs.
std::optional<int> run_hidden(int argc, char** argv) {
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "worker") return cli::complain(roles::start_worker());
  if (verb != "master") return std::nullopt;
  const auto setting = roles::MasterSetting::from_environment();
  if (!setting) return cli::complain(setting.status());
  const Status status = roles::run_master(*setting);
  return status ? 0 : cli::complain(status);
}

// CLI11's complaint about an unknown verb, with the verb that was meant.
std::string complaint(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::vector<std::string> verbs;
  for (const CLI::App* sub : app.get_subcommands({})) verbs.push_back(sub->get_name());
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.starts_with('-')) continue;
    const std::string near = nearest(word, verbs);
    if (!near.empty() && near != word && i == 1)
      return "unknown verb '" + word + "'; did you mean '" + near + "'?";
    break;
  }
  return std::string(error.what()) + "; howdah --help shows the verbs";
}

int main_of(int argc, char** argv) {
  const int64_t started_ms = roles::wall_clock_ms();
  std::signal(SIGPIPE, SIG_IGN);
  if (const auto hidden = run_hidden(argc, argv)) return *hidden;

  CLI::App app("Deep learning on the Hadoop cluster that you have.", "howdah");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.fallthrough();
  std::string conf_dir;
  app.add_option("--conf", conf_dir,
                 "the cluster's configuration folder; default: HADOOP_CONF_DIR");
  cli::FsRequest fs_request;
  CLI::App* fs_verb = app.add_subcommand("fs", "files: hdfs://, file://");
  cli::add_fs_verbs(*fs_verb, fs_request);
  cli::PrepareRequest prepare_request;
  cli::add_prepare_verb(app, prepare_request);
  cli::JobRequest job_request;
  cli::add_job_verbs(app, job_request);
  cli::ExportRequest export_request;
  cli::add_export_verb(app, export_request);
  cli::MapReduceRequest mapreduce_request;
  const CLI::App* mapreduce_verb = cli::add_mapreduce_verb(app, mapreduce_request);
  try {
    app.parse(cli::arguments_of(argc, argv));
  } catch (const CLI::Success& wish) {
    return app.exit(wish);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "howdah: %s\n", complaint(app, error, argc, argv).c_str());
    return kWrongUsage;
  }
  if (!std::getenv("HOWDAH_LOG")) log::set_level(log::Level::kError);
  auto context = cli::Context::create(conf_dir);
  if (!context) return cli::complain(context.status());
  if (job_request.verb != "run" && job_request.verb != "submit") context->answer_soon();
  if (mapreduce_verb->parsed())
    return cli::end_output(cli::run_mapreduce(mapreduce_request, *context));
  if (prepare_request.chosen) return cli::end_output(cli::prepare(prepare_request, *context));
  if (export_request.chosen) return cli::end_output(cli::export_model(export_request, *context));
  if (!fs_verb->parsed())
    return cli::end_output(cli::run_job_verb(job_request, *context, started_ms));
  const Status status = cli::run_fs(fs_request, *context->files);
  return cli::end_output(status ? 0 : cli::complain(status));
}

}  // namespace
}  // namespace howdah

int main(int argc, char** argv) {
  return howdah::main_of(argc, argv);
}
