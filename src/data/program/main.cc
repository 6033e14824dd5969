// howdah-data: data preparation, apart from `howdah` for what it loads. People type `howdah`, which
// runs it.
#include <fmt/core.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

#include "base/exit_code.h"
#include "data/index_command.h"

namespace {

using howdah::Status;

// Turns the first SIGINT or SIGTERM into a stop, so that what is half-written goes away; another
// one a second later or more (process and process group are often told both) ends the process at
// once. Made before any other thread, so that all leave the signals to it.
class StopOnSignal {
 public:
  StopOnSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    waiter_ = std::thread([this] {
      using Clock = std::chrono::steady_clock;
      int signal = 0;
      Clock::time_point first;
      while (sigwait(&signals_, &signal) == 0 && !done_) {
        if (stop_.request_stop()) first = Clock::now();
        if (Clock::now() - first >= std::chrono::seconds(1)) {
          _exit(howdah::exit_code(Status(howdah::Code::kCancelled, "")));
        }
      }
    });
  }
  ~StopOnSignal() {
    done_ = true;
    pthread_kill(waiter_.native_handle(), SIGTERM);
    waiter_.join();
  }
  std::stop_token token() const { return stop_.get_token(); }

 private:
  sigset_t signals_;
  std::stop_source stop_;
  std::atomic<bool> done_ = false;
  std::thread waiter_;
};

int finish(const Status& status) {
  if (!status.is_ok()) fmt::print(stderr, "howdah-data: {}\n", howdah::data::describe(status));
  return howdah::exit_code(status);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Prepares data for Howdah.", "howdah-data");
  app.require_subcommand(1);
  howdah::data::IndexCommand command;
  CLI::App* index = app.add_subcommand("index", "Make an indexed dataset of a folder of IDX files");
  index->add_option("--source", command.source, "URI of the folder with the files")->required();
  index
      ->add_option("--output", command.output,
                   "URI of the folder to make; {fingerprint} in it is filled in")
      ->required();
  index->add_option("--conf", command.conf, "Hadoop's configuration folder");
  index->add_option("--classes", command.classes, "number of classes; default: highest label + 1");
  index->add_flag("--json", command.json, "print the result as one JSON object");
  index->add_flag("--progress", command.progress, "tell the progress on standard error");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return finish(Status(howdah::Code::kInvalidArgument, error.what())
                      .with_advice("see howdah-data index --help"));
  }
  const StopOnSignal stop;
  return finish(howdah::data::run_index(command, stdout, stderr, stop.token()));
}
