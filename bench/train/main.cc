#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/digest.h"
#include "bench/train/child.h"
#include "bench/train/peer.h"
#include "bench/train/worker.h"
#include "data/index_builder.h"
#include "fs/local_file_system.h"
#include "model/worker_environment.h"

namespace howdah::bench {
namespace {

struct Options {
  std::string source = "/usr/share/datasets/fashion-mnist";
  std::string folder;  // indexed
  int64_t steps = 120, rounds = 5, epochs = 0;
  int streams = 4, threads = 1;
};

std::vector<std::unique_ptr<Child>> start_workers(const Options& options, int count) {
  std::vector<std::unique_ptr<Child>> workers;
  for (int i = 0; i < count; ++i)
    workers.push_back(std::make_unique<Child>(
        std::vector<std::string>{"worker", "--folder", options.folder, "--streams",
                                 std::to_string(options.streams), "--steps",
                                 std::to_string(options.epochs > 0 ? 0 : options.steps), "--epochs",
                                 std::to_string(options.epochs > 0 ? options.epochs : 99)},
        model::worker_environment(1)));
  std::string members;
  for (int i = 0; i < count; ++i) {
    const int begin = options.streams * i / count, end = options.streams * (i + 1) / count;
    members += " " + workers[static_cast<size_t>(i)]->expect("address") + " " +
               std::to_string(begin) + " " + std::to_string(end);
  }
  for (int i = 0; i < count; ++i)
    workers[static_cast<size_t>(i)]->send("form " + std::to_string(i) + members);
  return workers;
}

struct Contender {
  std::string name;
  std::function<std::string()> run;  // "MILLISECONDS ..."
  std::vector<double> times;
  std::string details;
};

int compare(const Options& options) {
  const auto peer = [&](int threads, std::map<std::string, std::string> environment) {
    environment["OMP_NUM_THREADS"] = std::to_string(threads);
    return Child({"peer", "--folder", options.folder, "--steps", std::to_string(options.steps),
                  "--threads", std::to_string(threads)},
                 environment)
        .expect("median");
  };
  const auto howdah = [&](int count) { return start_workers(options, count)[0]->expect("median"); };
  std::vector<Contender> contenders{{"libtorch, 1 thread", [&] { return peer(1, {}); }, {}, ""},
                                    {"libtorch, 1 thread, Howdah's environment",
                                     [&] { return peer(1, model::worker_environment(1)); },
                                     {},
                                     ""},
                                    {"libtorch, 2 threads", [&] { return peer(2, {}); }, {}, ""},
                                    {"Howdah, 1 worker", [&] { return howdah(1); }, {}, ""},
                                    {"Howdah, 2 workers", [&] { return howdah(2); }, {}, ""}};
  for (int64_t round = 0; round < options.rounds; ++round)
    for (Contender& contender : contenders) {
      const std::string answer = contender.run();
      contender.times.push_back(std::stod(answer));
      std::fprintf(stderr, "round %lld: %s: %.1f ms\n", static_cast<long long>(round + 1),
                   contender.name.c_str(), contender.times.back());
      const size_t space = answer.find(' ');
      contender.details = space == std::string::npos ? "" : answer.substr(space + 1);
    }
  std::printf("a step of the example's CNN, batch 128, %d streams; medians of %lld rounds\n\n",
              options.streams, static_cast<long long>(options.rounds));
  double reference = 0;
  for (Contender& contender : contenders) {
    std::sort(contender.times.begin(), contender.times.end());
    const double time = contender.times[contender.times.size() / 2];
    if (reference == 0) reference = time;
    std::printf("%-42s %8.1f ms   %5.2f x%s%s\n", contender.name.c_str(), time, reference / time,
                contender.details.empty() ? "" : "   wait compute communicate update (ms): ",
                contender.details.c_str());
  }
  return 0;
}

int train(const Options& options) {
  for (const int count : {1, 2}) {
    const auto workers = start_workers(options, count);
    for (int64_t epoch = 0; epoch < options.epochs; ++epoch)
      std::printf("%d worker(s): epoch, s, loss: %s\n", count, workers[0]->expect("epoch").c_str());
    std::printf("%d worker(s): test accuracy, macro recall, macro F1: %s\n", count,
                workers[0]->expect("test").c_str());
    std::printf("%d worker(s): model %s\n", count, workers[0]->expect("model").c_str());
  }
  return 0;
}

int drive(Options options) {
  std::string folder = (std::filesystem::temp_directory_path() / "bench-train-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return std::perror("mkdtemp"), 1;
  options.folder = folder + "/data";
  const auto files = std::make_shared<fs::LocalFileSystem>();
  const auto built =
      data::build_index({files, options.source}, {files, options.folder}, {}, Deadline::never());
  int code = 1;
  if (built.is_ok())
    code = options.epochs > 0 ? train(options) : compare(options);
  else
    std::fprintf(stderr, "%s\n", built.status().to_string().c_str());
  std::filesystem::remove_all(folder);
  return code;
}

}  // namespace
}  // namespace howdah::bench

int main(int argc, char** argv) {
  using namespace howdah::bench;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  CLI::App app{"A training step of Howdah against plain libtorch"};
  Options options;
  app.add_option("--source", options.source, "folder of IDX files");
  app.add_option("--steps", options.steps, "of each run");
  app.add_option("--rounds", options.rounds, "of all contenders in turn");
  app.add_option("--streams", options.streams, "of Howdah's job");
  app.add_option("--epochs", options.epochs, "train so many, instead of measuring steps");
  const auto child = [&](const char* name) {
    auto* role = app.add_subcommand(name, "a process of the benchmark")->group("");
    role->add_option("--folder", options.folder);
    role->add_option("--streams", options.streams);
    role->add_option("--steps", options.steps);
    role->add_option("--epochs", options.epochs);
    role->add_option("--threads", options.threads);
    return role;
  };
  auto* worker = child("worker");
  auto* peer = child("peer");
  CLI11_PARSE(app, argc, argv);
  if (*worker) return run_worker(options.folder, options.streams, options.steps, options.epochs);
  if (*peer) return run_peer(options.folder, options.steps, options.threads);
  return drive(options);
}
