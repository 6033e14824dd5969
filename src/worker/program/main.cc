// `howdah-train`: what needs libtorch. Started by `howdah`, not by people.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/exit_code.h"
#include "base/log.h"
#include "exporting/export_command.h"
#include "worker/inspect_command.h"
#include "worker/worker.h"

namespace howdah::worker {
namespace {

int complain(const Status& status, const char* who) {
  if (!status) std::fprintf(stderr, "%s: %s\n", who, status.to_string().c_str());
  return exit_code(status);
}

// Somebody typed `howdah export`, which became this program.
void describe_export(CLI::App& app, exporting::ExportCommand& command) {
  CLI::App* sub = app.add_subcommand("export", "a trained network as files for other programs");
  sub->add_option("--job", command.job, "URI of the job's folder")->required();
  sub->add_option("--to", command.format, "the format")->required();
  sub->add_option("--output", command.output, "URI of what to write")->required();
  sub->add_option("--checkpoint", command.checkpoint, "step-N, instead of the finished model");
  sub->add_option("--names", command.names, "howdah or torchvision");
  sub->add_option("--conf", command.conf, "Hadoop's configuration folder");
  sub->add_flag("--overwrite", command.overwrite, "replace the output");
  sub->add_flag("--json", command.json, "say what was written as JSON");
}

// Started by a client before it submits a job with a module of the user's.
void describe_inspect(CLI::App& app, InspectCommand& command) {
  CLI::App* sub = app.add_subcommand("inspect", "what a module of the user's is");
  sub->add_option("--job", command.job, "the job file's text")->required();
  sub->add_option("--index", command.index, "URI of the indexed dataset");
  sub->add_option("--input", command.input, "the shape of a sample")->delimiter(',');
  sub->add_option("--vocabulary", command.vocabulary, "how many tokens there are");
  sub->add_option("--conf", command.conf, "Hadoop's configuration folder");
}

Status work() {
  return run_worker(HOWDAH_TRY(WorkerSetting::from_environment()));
}

int main_of(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("The training side of howdah; it is started by howdah.", "howdah-train");
  app.require_subcommand(1);
  app.add_subcommand("worker", "a worker of a running job");
  exporting::ExportCommand command;
  describe_export(app, command);
  InspectCommand inspection;
  describe_inspect(app, inspection);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {
    return app.exit(wish);
  } catch (const CLI::ParseError& error) {
    return complain(Status(Code::kInvalidArgument, error.what()), "howdah-train");
  }
  if (app.got_subcommand("export")) {
    if (!std::getenv("HOWDAH_LOG")) log::set_level(log::Level::kError);
    return complain(exporting::run_export(command, stdout).with_operation("export"), "howdah");
  }
  if (app.got_subcommand("inspect"))
    return complain(run_inspect(inspection, stdout), "howdah-train");
  return complain(work(), "howdah-train");
}

}  // namespace
}  // namespace howdah::worker

int main(int argc, char** argv) {
  return howdah::worker::main_of(argc, argv);
}
