// Allreduce of Howdah (shared memory, and TCP alone) against Gloo (ring, halving-doubling), by
// turns in the same processes: medians of microseconds a sum, and Gloo's best over ours.
//
//   bench_allreduce [--json] [--rounds N] [--processes N]... [--bytes N]...
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "comm/group.h"
#include "gloo_contender.h"

namespace howdah::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMaxProcesses = 16;
constexpr int kContenders = 4;
constexpr std::array<const char*, kContenders> kNames = {"howdah", "howdah_tcp", "gloo_ring",
                                                         "gloo_halving_doubling"};

// Seen by all processes.
struct Board {
  pthread_barrier_t barrier;
  uint16_t ports[2][kMaxProcesses];
  double median_us[64][kContenders];
};

struct Settings {
  bool json = false;
  int rounds = 15;
  std::vector<int> processes;
  std::vector<size_t> bytes;
};

void meet(Board& board) {
  pthread_barrier_wait(&board.barrier);
}

double load_average() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : -1;
}

std::unique_ptr<comm::Endpoint> open_endpoint(bool shared_memory) {
  comm::EndpointOptions options;
  options.bind_host = "127.0.0.1";
  options.job_id = "bench";
  options.secret = std::string(32, 's');
  options.shared_memory = shared_memory;
  return comm::Endpoint::open(options).value();
}

std::unique_ptr<comm::Group> join(comm::Endpoint& endpoint, int rank, int size,
                                  const uint16_t* ports) {
  comm::GroupPlan plan{.generation = 1, .rank = rank, .streams = size, .members = {}};
  for (int i = 0; i < size; ++i)
    plan.members.push_back({static_cast<uint32_t>(i), {"127.0.0.1", ports[i]}, {i, i + 1}});
  return endpoint.join(plan, Deadline::after(std::chrono::seconds(30))).value();
}

void sum(comm::Group& group, std::span<float> values) {
  const auto ticket = group.start_allreduce(std::span(&values, 1), values);
  const Status status = group.wait(ticket, Deadline::never());
  if (!status.is_ok()) {
    fprintf(stderr, "%s\n", status.to_string().c_str());
    _exit(1);
  }
}

double median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

// The sum of equal values must be what all say, whoever made it.
void check(std::span<float> values, int size, Board& board, const char* who,
           const std::function<void()>& act) {
  std::fill(values.begin(), values.end(), 1.5f);
  meet(board);
  act();
  for (const float value : values)
    if (value != 1.5f * static_cast<float>(size)) {
      fprintf(stderr, "%s has a wrong sum\n", who);
      _exit(1);
    }
}

void run_member(int rank, int size, const Settings& settings, const std::string& folder,
                Board& board) {
  std::array<std::unique_ptr<comm::Endpoint>, 2> endpoints = {open_endpoint(true),
                                                              open_endpoint(false)};
  for (size_t i = 0; i < 2; ++i) board.ports[i][rank] = endpoints[i]->address().port;
  meet(board);
  std::array<std::unique_ptr<comm::Group>, 2> groups;
  for (size_t i = 0; i < 2; ++i) groups[i] = join(*endpoints[i], rank, size, board.ports[i]);
  auto gloo = GlooContender::connect(rank, size, folder);

  for (size_t row = 0; row < settings.bytes.size(); ++row) {
    const size_t count = std::max<size_t>(settings.bytes[row] / sizeof(float), 1);
    std::array<std::shared_ptr<comm::SharedFloats>, kContenders> memory;
    for (auto& piece : memory) piece = endpoints[0]->allocate(count).value();
    gloo->prepare_halving_doubling(memory[3]->floats());
    const std::array<std::function<void()>, kContenders> act = {
        [&] { sum(*groups[0], memory[0]->floats()); },
        [&] { sum(*groups[1], memory[1]->floats()); }, [&] { gloo->ring(memory[2]->floats()); },
        [&] { gloo->halving_doubling(); }};
    for (size_t i = 0; i < kContenders; ++i)
      check(memory[i]->floats(), size, board, kNames[i], act[i]);
    // About 20 ms a turn.
    const int repeats =
        static_cast<int>(std::clamp(2e7 / static_cast<double>(settings.bytes[row]), 1.0, 400.0));
    std::array<std::vector<double>, kContenders> samples;
    for (int round = 0; round < settings.rounds; ++round)
      for (size_t turn = 0; turn < kContenders; ++turn) {
        const size_t i = (turn + static_cast<size_t>(round)) % kContenders;
        std::fill(memory[i]->floats().begin(), memory[i]->floats().end(), 0.0f);
        meet(board);
        act[i]();
        const Clock::time_point begin = Clock::now();
        for (int repeat = 0; repeat < repeats; ++repeat) act[i]();
        samples[i].push_back(
            std::chrono::duration<double, std::micro>(Clock::now() - begin).count() / repeats);
      }
    if (rank == 0)
      for (size_t i = 0; i < kContenders; ++i) board.median_us[row][i] = median(samples[i]);
    meet(board);
  }
}

// False when a member failed.
bool run(int size, const Settings& settings, Board& board) {
  char folder[] = "/tmp/bench_allreduce.XXXXXX";
  if (!mkdtemp(folder)) return false;
  pthread_barrierattr_t shared;
  pthread_barrierattr_init(&shared);
  pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
  pthread_barrier_init(&board.barrier, &shared, static_cast<unsigned>(size));
  for (int rank = 0; rank < size; ++rank) {
    if (fork() != 0) continue;
    run_member(rank, size, settings, folder, board);
    _exit(0);
  }
  bool good = true;
  for (int i = 0; i < size; ++i) {
    int status = 0;
    wait(&status);
    good = good && status == 0;
  }
  std::filesystem::remove_all(folder);
  return good;
}

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--json") {
      settings.json = true;
    } else if (i + 1 < argc && option == "--rounds") {
      settings.rounds = std::max(1, std::atoi(argv[++i]));
    } else if (i + 1 < argc && option == "--processes") {
      settings.processes.push_back(std::clamp(std::atoi(argv[++i]), 1, kMaxProcesses));
    } else if (i + 1 < argc && option == "--bytes") {
      settings.bytes.push_back(std::strtoull(argv[++i], nullptr, 10));
    } else {
      fprintf(stderr, "usage: %s [--json] [--rounds N] [--processes N]... [--bytes N]...\n",
              argv[0]);
      return 2;
    }
  }
  if (settings.processes.empty()) settings.processes = {2, 4};
  if (settings.bytes.empty()) settings.bytes = {4, 1 << 10, 64 << 10, 1 << 20, 10 << 20, 100 << 20};
  settings.bytes.resize(std::min<size_t>(settings.bytes.size(), 64));

  auto* const board = static_cast<Board*>(
      mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  nlohmann::json report = {{"benchmark", "allreduce"},
                           {"cores", std::thread::hardware_concurrency()},
                           {"load_before", load_average()},
                           {"rounds", settings.rounds},
                           {"unit", "us"},
                           {"rows", nlohmann::json::array()}};
  if (!settings.json)
    printf(
        "load %.2f, %u cores; us a sum, median of %d rounds\n%9s %10s %12s %12s %12s %12s %8s "
        "%8s\n",
        load_average(), std::thread::hardware_concurrency(), settings.rounds, "processes", "bytes",
        "howdah", "howdah tcp", "gloo ring", "gloo halvdbl", "ratio", "tcp");
  for (const int size : settings.processes) {
    if (!run(size, settings, *board)) return 1;
    for (size_t row = 0; row < settings.bytes.size(); ++row) {
      const double* const us = board->median_us[row];
      const double best_gloo = std::min(us[2], us[3]);
      nlohmann::json entry = {{"processes", size},
                              {"bytes", settings.bytes[row]},
                              {"ratio", best_gloo / us[0]},
                              {"ratio_tcp", best_gloo / us[1]}};
      for (size_t i = 0; i < kContenders; ++i) entry[kNames[i]] = us[i];
      report["rows"].push_back(entry);
      if (!settings.json)
        printf("%9d %10zu %12.1f %12.1f %12.1f %12.1f %8.2f %8.2f\n", size, settings.bytes[row],
               us[0], us[1], us[2], us[3], best_gloo / us[0], best_gloo / us[1]);
    }
  }
  report["load_after"] = load_average();
  if (settings.json) printf("%s\n", report.dump(2).c_str());
  return 0;
}

}  // namespace
}  // namespace howdah::bench

int main(int argc, char** argv) {
  return howdah::bench::main(argc, argv);
}
