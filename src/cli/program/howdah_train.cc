// `howdah-train`: what needs libtorch. Started by `howdah`, not by people.
#include <CLI/CLI.hpp>
#include <csignal>

#include "cli/context.h"
#include "roles/worker/worker.h"

namespace howdah {
namespace {

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
    std::fprintf(stderr, "howdah-train: %s\n", error.what());
    return 2;
  }
  const auto setting = roles::WorkerSetting::from_environment();
  if (!setting) return cli::complain(setting.status());
  const Status status = roles::run_worker(*setting);
  return status ? 0 : cli::complain(status);
}

}  // namespace
}  // namespace howdah

int main(int argc, char** argv) { return howdah::main_of(argc, argv); }
