// The same with processes: workers that are killed with SIGKILL in mid-step. The test program
// starts itself again as a worker, which talks in lines over its standard input and output:
//   -> address HOST:PORT
//   <- form GENERATION RANK HOLDER START ADDRESS BEGIN END [ADDRESS BEGIN END]...
//   -> step N | broken APPLIED | done SHA256
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "fs/local_file_system.h"
#include "parallel/test_workers.h"

namespace howdah::parallel {
namespace {

constexpr int kStreams = 4;
constexpr const char* kFolder = "HOWDAH_TEST_WORKER_FOLDER";

fs::Location local(const std::string& path) {
  return {std::make_shared<fs::LocalFileSystem>(), path};
}

StateSource source_of(int holder, int64_t start) {
  StateSource source;
  if (holder >= 0) source.holder_rank = holder;
  source.start_step = start;
  return source;
}

// ---- the worker ----

void run_worker(const fs::Location& folder) {
  const fs::Location mine = local(folder.path + "/of-" + std::to_string(getpid()));
  const SmallDataset data(mine);
  const auto endpoint = comm::Endpoint::open(test_endpoint_options()).value();
  const auto trainer =
      DataParallelTrainer::create(small_job(kStreams), data.index(), mine, *endpoint, {}).value();
  std::cout << "address " << endpoint->address().to_string() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string word, address;
    comm::GroupPlan plan;
    plan.streams = kStreams;
    int holder = -1;
    int64_t start = -1;
    words >> word >> plan.generation >> plan.rank >> holder >> start;
    comm::Member member;
    while (words >> address >> member.streams.begin >> member.streams.end) {
      member.address = net::Address::parse(address).value();
      plan.members.push_back(member);
      ++member.worker;
    }
    auto group = endpoint->join(plan, test_deadline());
    Status status = group.status();
    if (group.is_ok())
      status = trainer->enter(std::move(group).value(), source_of(holder, start), test_deadline())
                   .status();
    while (status.is_ok() && trainer->applied_steps() < trainer->total_steps()) {
      status = trainer->step(test_deadline()).status();
      if (status.is_ok()) std::cout << "step " << trainer->applied_steps() << std::endl;
    }
    if (status.is_ok())
      std::cout << "done " << digest_of(*trainer) << std::endl;
    else
      std::cout << "broken " << trainer->applied_steps() << std::endl;
  }
}

// What a process started by the tests below runs; there is no such test otherwise.
class WorkerRole : public testing::Test {
  void TestBody() override { run_worker(local(std::getenv(kFolder))); }
};
[[maybe_unused]] const auto* const kWorkerRole =
    std::getenv(kFolder) == nullptr
        ? nullptr
        : testing::RegisterTest("WorkerRole", "run", nullptr, nullptr, __FILE__, __LINE__,
                                []() -> testing::Test* { return new WorkerRole; });

// ---- the test's side ----

class WorkerProcess {
 public:
  explicit WorkerProcess(const std::string& folder) {
    int in[2], out[2];
    EXPECT_EQ(pipe2(in, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      setenv(kFolder, folder.c_str(), 1);
      execl("/proc/self/exe", "worker", "--gtest_filter=WorkerRole.*", nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    to_ = fdopen(in[1], "w");
    from_ = fdopen(out[0], "r");
    address_ = expect("address");
  }
  ~WorkerProcess() {
    fclose(to_);
    fclose(from_);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  const std::string& address() const { return address_; }
  void send(const std::string& line) {
    fputs((line + "\n").c_str(), to_);
    fflush(to_);
  }
  // The next line of ours, split at its space; {"", ""} at the end.
  std::pair<std::string, std::string> read() {
    char line[512];
    while (fgets(line, sizeof line, from_) != nullptr) {
      std::istringstream words(line);
      std::string word, value;
      words >> word >> value;
      if (word == "address" || word == "step" || word == "broken" || word == "done")
        return {word, value};
    }
    return {};
  }
  std::string expect(const std::string& wanted) {
    for (;;) {
      const auto [word, value] = read();
      if (word == wanted || word.empty()) return value;
    }
  }
  void kill_now() { kill(pid_, SIGKILL); }

 private:
  pid_t pid_ = -1;
  FILE* to_ = nullptr;
  FILE* from_ = nullptr;
  std::string address_;
};

struct Carrying {
  WorkerProcess* worker;
  int begin, end;
};

void form(uint64_t generation, int holder, int64_t start, const std::vector<Carrying>& members) {
  std::ostringstream tail;
  for (const auto& [worker, begin, end] : members)
    tail << " " << worker->address() << " " << begin << " " << end;
  for (size_t rank = 0; rank < members.size(); ++rank)
    members[rank].worker->send("form " + std::to_string(generation) + " " + std::to_string(rank) +
                               " " + std::to_string(holder) + " " + std::to_string(start) +
                               tail.str());
}

class ProcessesTest : public testing::Test {
 protected:
  ProcessesTest() {
    std::string name = testing::TempDir() + "howdah-parallel-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ProcessesTest() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(ProcessesTest, ends_with_the_same_model_after_a_worker_was_killed_in_mid_epoch) {
  std::string undisturbed;
  {
    WorkerProcess alone(folder_);
    form(1, -1, -1, {{&alone, 0, 4}});
    undisturbed = alone.expect("done");
  }
  ASSERT_EQ(undisturbed.size(), 64U);
  for (const int after : {1, 14}) {
    WorkerProcess a(folder_), b(folder_), c(folder_);
    form(1, -1, -1, {{&a, 0, 2}, {&b, 2, 4}});
    for (int step = 0; step < after; ++step) b.expect("step");
    b.kill_now();
    const std::string applied = a.expect("broken");
    ASSERT_GE(std::stoll(applied), after);
    form(2, 1, std::stoll(applied), {{&c, 0, 1}, {&a, 1, 4}});
    EXPECT_EQ(a.expect("done"), undisturbed);
    EXPECT_EQ(c.expect("done"), undisturbed);
  }
}

}  // namespace
}  // namespace howdah::parallel
