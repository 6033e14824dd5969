// A simulated cluster with its workers, around one real coordinator, in simulated time.
//
// Everything follows from the seed. What is simulated: containers that are granted late, never, too
// often or twice; processes that start, stay silent, are killed, frozen, thawed after they were
// given up; control connections, each first-in first-out with delays of its own, that break, lose
// what was under way and come back with repetitions; the data plane, on which a step's sum arrives
// for all and is applied by each a little later; checkpoints in storage; requests to stop.
// The Checker sees every event and every action.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "checker.h"
#include "job/coordinator.h"
#include "random.h"

namespace howdah::sim {

using job::Instant;
using job::WorkerNumber;

// What this seed brings.
struct Scenario {
  job::CoordinatorOptions options;
  int64_t steps = 20;
  Instant step_time{50};
  int64_t checkpoint_every = 5;
  bool faults = true;
  bool transfers_in_place = false;  // who receives the state has none while it arrives
  int hosts = 4;
  int odd_hosts = 0;  // with another instruction set
  int percent_slow_grants = 0;
  Instant faults_end{0};
  Instant fault_every{1000};
  int percent_node_silent = 0;  // of kills: no connection breaks, the cluster tells late
};

enum class Stage { kStarting, kIdle, kJoining, kTraining, kFinishing, kHalted, kExited };

struct Process {
  WorkerNumber number = 0;
  std::string container, host;
  Stage stage = Stage::kStarting;
  bool frozen = false;
  bool faulty = false;  // something was done to it that may cost it its place
  bool slow_to_halt = false;
  Instant well_since{0};  // see Truth
  bool well() const { return alive() && !frozen && connected && !slow_to_halt; }
  bool connected = false;
  uint64_t connection = 0;    // counts its connections
  uint64_t lost_through = 0;  // what was under way on these was lost
  Instant up_clear{0}, down_clear{0};
  uint64_t generation = 0;
  job::GenerationPlan plan;
  int64_t applied = -1;
  std::optional<job::Event> last_said;
  std::vector<std::function<void()>> deferred;  // until it thaws
  bool alive() const { return stage != Stage::kExited; }
};

struct Group {
  job::GenerationPlan plan;
  std::set<WorkerNumber> joined, formed;
  bool broken = false;
  bool started = false;
  bool stalled = false;
  int64_t start = 0;
  int64_t step = 0;  // whose sum is awaited
};

class World {
 public:
  World(uint64_t seed, bool trace);
  // The first rule that was broken; nothing when the job ended as it should.
  std::optional<std::string> run();
  uint64_t events() const { return events_; }
  const Checker& checker() const { return checker_; }

 private:
  // ---- world.cc: time, the master, the cluster, the control connections
  void at(Instant when, std::function<void()> what);
  void after(Instant delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }
  void deliver(const job::Event& event);
  void rearm_timer();
  void carry_out(const job::Action& action);
  void grant_next();
  void launch(const job::LaunchWorker& action);
  void release(const std::string& container);
  void finish_container(const std::string& container, job::Cause cause, int exit_status,
                        Instant delay);
  Process* process(WorkerNumber number);
  void on_process(WorkerNumber number, Instant delay, std::function<void(Process&)> what);
  void say(Process& from, const job::Event& event);
  void tell(WorkerNumber to, std::function<void(Process&)> what);
  void disconnect(Process& process, bool lose_what_is_under_way);
  void reconnect(Process& process);
  void exit(Process& process, job::Cause cause, int exit_status);
  Instant latency() { return random_.time(1, 40); }
  void note(const std::string& text) const;

  // ---- data_plane.cc: what workers do
  void hear_form(Process& process, const job::GenerationPlan& plan);
  void hear_halt(Process& process, uint64_t generation);
  void hear_finish(Process& process);
  void start_group(uint64_t generation);
  void formed(Process& process, uint64_t generation);
  void next_sum(uint64_t generation);
  void sum_arrived(uint64_t generation);
  void apply(Process& process, uint64_t generation, int64_t step);
  void finish_work(Process& process);
  // The group cannot go on because of this member; the others notice.
  void break_group(uint64_t generation, WorkerNumber because, Instant from, Instant to);
  void report_broken(Process& process, uint64_t generation, std::optional<WorkerNumber> suspect);

  // ---- faults.cc
  void draw_scenario();
  void schedule_faults();
  void fault();
  void kill(Process& process);
  void freeze(Process& process, Instant how_long);
  void thaw(Process& process);
  void calm();  // all faults end
  std::vector<Process*> alive();

  uint64_t seed_;
  bool trace_;
  Random random_;
  Scenario scenario_;
  std::optional<job::Coordinator> coordinator_;
  Checker checker_;

  struct Due {
    Instant when;
    uint64_t order;
    std::function<void()> what;
    bool operator<(const Due& other) const {  // the queue's top is the earliest
      return std::tie(other.when, other.order) < std::tie(when, order);
    }
  };
  std::priority_queue<Due> queue_;
  uint64_t order_ = 0;
  uint64_t events_ = 0;
  Instant now_{0};
  std::optional<Instant> armed_;
  bool calm_ = false;
  bool ended_ = false;

  int pending_asks_ = 0;
  bool granting_ = false;
  int next_container_ = 0;
  std::map<std::string, WorkerNumber> containers_;  // launched and running
  std::map<std::string, std::string> host_of_;      // granted
  std::set<std::string> finished_;
  std::map<WorkerNumber, Process> processes_;
  std::map<uint64_t, Group> groups_;
  std::set<std::pair<WorkerNumber, WorkerNumber>> cut_links_;
  int64_t checkpoint_ = 0;  // steps in the newest checkpoint
  bool result_written_ = false;
};

}  // namespace howdah::sim
