// What the coordinator knows and how it moves; for the coordinator*.cc files only.
//
// An event handler (`on`) writes down facts, and acts at once only where nothing has to be awaited.
// settle() then draws the conclusions: it loses those whose time is over and moves from phase to
// phase until nothing moves any more. So a late Tick, or none, never leaves a state behind its
// time.
#pragma once

#include <set>
#include <utility>

#include "job/coordinator.h"

namespace howdah::job {

// A worker that was launched and is neither lost nor refused.
struct LiveWorker {
  WorkerNumber number = 0;
  std::string container, host, address;
  Instant launched_at{0};
  bool said_hello = false;
  Instant hello_at{0};
  bool connected = true;
  Instant disconnected_at{0};

  bool member = false;  // of the present generation; what follows is about that generation
  bool formed = false;
  bool done = false;
  bool halting = false;  // it answered that it halts
  bool halted = false;   // its Halted or Broken came: `applied` stands until the next Form
  int64_t applied = -1;
  std::optional<Instant> suspected_at;  // since when an answer to a suspicion is awaited

  int suspicions = 0;  // in the present row of breaks without a step

  bool ready() const { return said_hello && connected; }
};

// A worker that was lost or refused, as long as its container is not known to have finished.
struct FormerWorker {
  WorkerNumber number = 0;
  std::string host;
  bool cause_known = true;  // false: lost for its silence; the cluster may yet tell why
};

// Why a worker is lost.
struct Loss {
  Cause cause = Cause::kInternal;
  std::string why;                  // "killed by signal 9", "did not report within 120 s"
  bool container_finished = false;  // else it is released
  bool certain = true;              // false: taken from its silence
  bool final = false;               // another container would fare no better
  std::string diagnostics = {};
};

struct Coordinator::State {
  State(const CoordinatorOptions& options, Instant now);

  // ---- coordinator_membership.cc: containers and workers come and go
  void on(const ContainerGranted& event);
  void on(const ContainerFinished& event);
  void on(const ContainersWait& event);
  void on(const ContainersEnded& event);
  void on(const WorkerHello& event);
  void on(const WorkerDisconnected& event);
  void on(const WorkerReconnected& event);
  void on(const StopRequested& event);
  void on(const Tick&) {}
  void refuse(const LiveWorker& worker, const std::string& its_fingerprint);
  void greet_again(LiveWorker& worker);
  void adjust_asks();
  void forget(WorkerNumber number);
  void release(const LiveWorker& worker, std::string why);

  // ---- coordinator_generation.cc: halt, form, train
  void on(const WorkerHalting& event);
  void on(const WorkerHalted& event);
  void on(const WorkerFormed& event);
  void on(const WorkerBroken& event);
  void on(const WorkerProgress& event);
  void on(const WorkerDone& event);
  LiveWorker* member_of(WorkerNumber number, uint64_t generation);
  void suspect(LiveWorker& worker);
  void begin_halt();
  void judge_break();
  void form(const std::vector<LiveWorker*>& order);
  std::vector<LiveWorker*> members_by_rank();
  std::vector<LiveWorker*> joiners();  // ready and not members, by number

  // ---- coordinator_settle.cc: time and phases
  void settle();
  bool lose_overdue();
  bool advance();
  bool gather();
  bool end_halt();
  bool watch_forming();
  bool watch_training();
  bool finish_when_done();
  std::optional<Instant> growth_due();
  // When, and as what, this worker will be lost if nothing comes.
  std::optional<std::pair<Instant, Loss>> patience(const LiveWorker& worker) const;
  std::optional<Instant> next_timer();

  // ---- coordinator_failures.cc: losses, and how the job ends
  void on(const WorkerFailed& event);
  void lose(WorkerNumber number, const Loss& loss);
  void count_failure(WorkerNumber number, const std::string& host, const Loss& loss);
  void learn_cause(const FormerWorker& worker, const ContainerFinished& event);
  void fail(Cause cause, std::string message, int worker, std::string stderr_tail = {});
  void end_gang_timeout();
  // Everybody is told to finish; who cannot hear it, or with release_all everybody, is released.
  void end(const Ending& ending, bool release_all = false);

  std::string waiting_for() const;

  template <typename A>
  void act(A action) {
    actions.emplace_back(std::move(action));
  }
  void announce(std::string text, Announce::Level level = Announce::Level::kInfo) {
    act(Announce{level, std::move(text)});
  }
  LiveWorker* find(WorkerNumber number);
  int member_count() const;

  CoordinatorOptions options;
  Instant now;
  std::vector<Action> actions;
  Phase phase = Phase::kGathering;

  std::map<WorkerNumber, LiveWorker> live;
  std::map<std::string, WorkerNumber> running;  // container of each live worker
  std::map<std::string, FormerWorker> former;   // by container
  std::set<std::string> seen_containers;
  WorkerNumber next_worker;
  int asked = 0;
  std::string wait_reason;

  std::optional<std::string> fingerprint;
  std::string fingerprint_host;
  int refused = 0;

  std::optional<GenerationPlan> plan;
  uint64_t next_generation;
  bool broken = false;   // the generation cannot go on
  bool growing = false;  // the halt is for a change, not for a break
  Instant phase_since;
  std::optional<Instant> minimum_since;  // kGathering: since when workers.min are ready
  int64_t progress_mark = -1;            // steps applied when the generation was formed
  int breaks_in_row = 0;
  std::optional<Instant> decided_at;  // rank 0 is done: the result is complete

  CoordinatorCounts counts;
  int failures = 0;
  int out_of_memory = 0;
  struct FirstFailure {
    WorkerNumber worker;
    std::string host;
    Cause cause;
    std::string why, diagnostics;
  };
  std::optional<FirstFailure> first_failure;
  std::vector<std::string> silent;  // "worker 1 on node7": launched, never said hello
};

// "worker 2 on node7"
std::string name_of(WorkerNumber number, const std::string& host);
// "1 worker", "3 workers"
std::string count_of(size_t count, std::string_view noun);
// "120 s", "250 ms"
std::string duration_text(Instant duration);

}  // namespace howdah::job
