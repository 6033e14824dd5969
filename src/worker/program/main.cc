// `howdah-train`: what needs libtorch. Started by `howdah`, not by people.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "base/exit_code.h"
#include "worker/worker.h"

namespace howdah::worker {
namespace {

int complain(const Status& status) {
  std::fprintf(stderr, "howdah-train: %s\n", status.to_string().c_str());
  return exit_code(status);
}

int main_of(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("The training side of howdah; it is started by howdah.", "howdah-train");
  app.require_subcommand(1);
  app.add_subcommand("worker", "a worker of a running job");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {
    return app.exit(wish);
  } catch (const CLI::ParseError& error) {
    return complain(Status(Code::kInvalidArgument, error.what()));
  }
  const auto setting = WorkerSetting::from_environment();
  if (!setting) return complain(setting.status());
  const Status status = run_worker(*setting);
  return status ? 0 : complain(status);
}

}  // namespace
}  // namespace howdah::worker

int main(int argc, char** argv) {
  return howdah::worker::main_of(argc, argv);
}
