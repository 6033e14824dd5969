// Members that are processes of their own, so that they can be killed and frozen.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "comm/test_members.h"

namespace howdah::comm {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr size_t kFloats = 4'000'000;

// A member that sums without end. Told the ports over a pipe; exits with 0 when it is aborted.
class MemberProcess {
 public:
  MemberProcess(size_t rank, bool shared_memory) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      ::close(to[1]);
      ::close(from[0]);
      run(rank, shared_memory, to[0], from[1]);
      _exit(0);
    }
    ::close(to[0]);
    ::close(from[1]);
    to_ = to[1];
    from_ = from[0];
    if (::read(from_, &port, sizeof port) != sizeof port) std::abort();
  }
  ~MemberProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    ::close(to_);
    ::close(from_);
  }
  MemberProcess(const MemberProcess&) = delete;
  MemberProcess& operator=(const MemberProcess&) = delete;

  void tell(const std::vector<uint16_t>& ports) {
    const uint32_t count = static_cast<uint32_t>(ports.size());
    ASSERT_EQ(::write(to_, &count, sizeof count), static_cast<ssize_t>(sizeof count));
    ASSERT_GT(::write(to_, ports.data(), ports.size() * 2), 0);
  }
  void signal(int number) { kill(pid_, number); }

  uint16_t port = 0;

 private:
  static void run(size_t rank, bool shared_memory, int in, int out) {
    auto endpoint = Endpoint::open(test_options(shared_memory)).value();
    const uint16_t port = endpoint->address().port;
    if (::write(out, &port, sizeof port) != sizeof port) return;
    uint32_t count = 0;
    if (::read(in, &count, sizeof count) != sizeof count) return;
    std::vector<uint16_t> ports(count);
    if (::read(in, ports.data(), count * 2) != static_cast<ssize_t>(count * 2)) return;
    (void)sum_without_end(*endpoint, plan_of(rank, ports));
  }

 public:
  static GroupPlan plan_of(size_t rank, const std::vector<uint16_t>& ports) {
    GroupPlan plan;
    plan.generation = 1;
    plan.rank = static_cast<int>(rank);
    plan.streams = static_cast<int>(ports.size());
    for (size_t i = 0; i < ports.size(); ++i)
      plan.members.push_back({static_cast<uint32_t>(10 + i),
                              {"127.0.0.1", ports[i]},
                              {static_cast<int>(i), static_cast<int>(i) + 1}});
    return plan;
  }
  // Returns why it ended.
  static Status sum_without_end(Endpoint& endpoint, const GroupPlan& plan,
                                std::optional<int>* suspect = nullptr,
                                const std::function<void(int)>& after_round = {}) {
    auto group = HOWDAH_TRY(endpoint.join(plan, soon()));
    const auto memory = HOWDAH_TRY(endpoint.allocate(kFloats));
    const std::span<float> part = memory->floats();
    for (int round = 0;; ++round) {
      const auto ticket = group->start_allreduce(std::span(&part, 1), part);
      const Status status = group->wait(ticket, soon());
      if (suspect) *suspect = group->suspect();
      HOWDAH_TRY(status);
      if (after_round) after_round(round);
    }
  }

 private:
  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
};

// One survivor a thread in this process, one member a process that gets the signal.
void expect_end_after(int signal, bool shared_memory, milliseconds limit) {
  MemberProcess victim(1, shared_memory);
  auto first = Endpoint::open(test_options(shared_memory)).value();
  auto third = Endpoint::open(test_options(shared_memory)).value();
  const std::vector<uint16_t> ports = {first->address().port, victim.port, third->address().port};
  victim.tell(ports);
  std::atomic<int64_t> signalled_at = 0;
  TestMembers::in_threads(2, [&](size_t i) {
    Endpoint& endpoint = i == 0 ? *first : *third;
    std::optional<int> suspect;
    const Status status = MemberProcess::sum_without_end(
        endpoint, MemberProcess::plan_of(i * 2, ports), &suspect, [&](int round) {
          if (i != 0 || round != 5) return;
          signalled_at = Clock::now().time_since_epoch().count();
          victim.signal(signal);
        });
    const auto took = Clock::now().time_since_epoch() - Clock::duration(signalled_at.load());
    EXPECT_EQ(status.code(), Code::kAborted) << status.to_string();
    EXPECT_EQ(status.peer(), "worker 11") << status.to_string();
    EXPECT_EQ(suspect, std::optional<int>(1));
    EXPECT_LE(took, limit);
    printf("survivor %zu ended %.2f ms after the signal: %s\n", i,
           std::chrono::duration<double, std::milli>(took).count(), status.to_string().c_str());
  });
}

TEST(LostWorker, a_kill_in_the_midst_of_a_sum_over_shared_memory_ends_every_survivor) {
  for (int round = 0; round < 5; ++round) expect_end_after(SIGKILL, true, milliseconds(1000));
}

TEST(LostWorker, a_kill_in_the_midst_of_a_sum_over_tcp_ends_every_survivor) {
  for (int round = 0; round < 5; ++round) expect_end_after(SIGKILL, false, milliseconds(1000));
}

TEST(LostWorker, a_frozen_worker_is_suspected_after_the_silence_limit) {
  expect_end_after(SIGSTOP, true, milliseconds(3500));
  expect_end_after(SIGSTOP, false, milliseconds(3500));
}

TEST(LostWorker, a_worker_that_computes_for_longer_than_the_limit_is_not_suspected) {
  EndpointOptions options = test_options();
  options.silence_limit = milliseconds(200);
  options.heartbeat_every = milliseconds(20);
  TestMembers test(0);
  for (int i = 0; i < 2; ++i) test.endpoints.push_back(Endpoint::open(options).value());
  test.join({{0, 1}, {1, 2}});
  TestMembers::in_threads(2, [&](size_t rank) {
    volatile double busy = 1;
    const auto until = Deadline::after(milliseconds(600));
    while (!until.expired()) busy = busy * 1.0000001;
    EXPECT_TRUE(test.groups[rank]->all_gather("here", soon()));
  });
}

TEST(LostWorker, leaves_nothing_in_the_file_system) {
  const auto count = [] {
    size_t files = 0;
    if (FILE* const list = popen("ls -A /dev/shm | wc -l", "r")) {
      if (fscanf(list, "%zu", &files) != 1) files = 0;
      pclose(list);
    }
    return files;
  };
  const size_t before = count();
  { MemberProcess killed(0, true); }
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace howdah::comm
