// howdah-data: data preparation, apart from `howdah` for what it loads. People type `howdah`, which
// runs it.
#include <fmt/core.h>
#include <malloc.h>
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
#include "data/prepare_command.h"
#include "data/task_command.h"

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
  if (!status.is_ok()) fmt::print(stderr, "howdah: {}\n", howdah::data::describe(status));
  return howdah::exit_code(status);
}

void describe_index(CLI::App& app, howdah::data::IndexCommand& command) {
  CLI::App* index =
      app.add_subcommand("index", "Make an indexed dataset of IDX files or prepared data");
  index->add_option("--source", command.source, "URI of the folder with the files")->required();
  index
      ->add_option("--output", command.output,
                   "URI of the folder to make; {fingerprint} in it is filled in")
      ->required();
  index->add_option("--conf", command.conf, "Hadoop's configuration folder");
  index->add_option("--classes", command.classes, "number of classes; default: highest label + 1");
  index->add_option("--request", command.request, "what texts or tables are to become, as JSON");
  index->add_flag("--json", command.json, "print the result as one JSON object");
  index->add_flag("--progress", command.progress, "tell the progress on standard error");
}

void describe_prepare(CLI::App& app, howdah::data::PrepareCommand& command) {
  CLI::App* prepare = app.add_subcommand("prepare", "Carry out a preparation");
  prepare->add_option("--spec", command.spec, "file with the preparation as JSON")->required();
  prepare->add_option("--conf", command.conf, "Hadoop's configuration folder");
  prepare->add_option("--on", command.on, "local or mapreduce")
      ->check(CLI::IsMember({"local", "mapreduce"}));
  prepare->add_option("--memory", command.memory_bytes, "bytes to keep to, on one machine");
  prepare->add_option("--threads", command.threads, "on one machine; default: all cores");
  prepare->add_flag("--overwrite", command.overwrite, "replace the output");
  prepare->add_flag("--json", command.json, "print the report as JSON");
  prepare->add_option("--queue", command.queue, "of YARN");
  prepare->add_option("--maps", command.maps, "number of map tasks; default: one a block");
  prepare->add_option("--reduces", command.reduces, "number of reduce tasks");
  prepare->add_option("--task-memory", command.task_memory_bytes,
                      "bytes of a task's container; default: the cluster's");
}

CLI::App* describe_task(CLI::App& app, const char* name, howdah::data::TaskCommand& command) {
  CLI::App* task = app.add_subcommand(name, "A task of a preparation, under Hadoop Streaming");
  task->add_option("--task", command.task, "URI of the task's description")->required();
  task->add_option("--conf", command.conf, "Hadoop's configuration folder");
  task->group("");  // not for people
  return task;
}

// Freed memory goes back to the system: --memory is what the process holds, not what it uses. (What
// Arrow's own allocator keeps is set by whoever starts this program, see cli/prepare_verb.)
void give_memory_back() {
  ::mallopt(M_ARENA_MAX, 2);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

}  // namespace

int main(int argc, char** argv) {
  give_memory_back();
  CLI::App app("Prepares data for Howdah.", "howdah-data");
  app.require_subcommand(1);
  howdah::data::IndexCommand index;
  howdah::data::PrepareCommand prepare;
  howdah::data::TaskCommand map, reduce;
  describe_index(app, index);
  describe_prepare(app, prepare);
  describe_task(app, "prepare-map", map)->add_option("--reduces", map.reduces);
  describe_task(app, "prepare-reduce", reduce);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return finish(
        Status(howdah::Code::kInvalidArgument, error.what()).with_advice("see howdah-data --help"));
  }
  const StopOnSignal stop;
  if (app.got_subcommand("prepare"))
    return finish(howdah::data::run_prepare(prepare, stdout, stderr, stop.token()));
  if (app.got_subcommand("prepare-map"))
    return finish(howdah::data::run_prepare_map(map, stdin, stdout, stop.token()));
  if (app.got_subcommand("prepare-reduce"))
    return finish(howdah::data::run_prepare_reduce(reduce, stdin, stop.token()));
  return finish(howdah::data::run_index(index, stdout, stderr, stop.token()));
}
