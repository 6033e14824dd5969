// The job's brain: which containers are wanted, who is a member, who carries which streams, from
// which step, and how the job ends. A pure state machine: no thread, clock or socket.
//
//   kGathering  not enough workers yet (start, or all were lost): waits for workers.min, at most
//               gang_timeout, then gives back what it holds and ends the job with kTimeout, naming
//               who is missing and why
//   kHalting    a generation broke, or is to change: Halt was sent, its members' Halted are awaited
//   kForming    a new generation was sent to its members; their Formed are awaited
//   kTraining   the generation works
//   kEnded      nothing is done any more
//
// Rules:
// - A generation starts after the highest step that a live member applied; those behind take the
//   state from one who has it (holder). With no live holder, the state comes from storage: the
//   newest valid checkpoint, or the seed.
// - A member is lost when its container finished, its control connection stayed away for
//   reconnect_grace, or it did not answer: a suspect within suspect_grace (an answer kHalting
//   clears it), others within halt_timeout. A suspect whose control connection is gone too is lost
//   at once; so, when a silent worker is lost, do the others of its host become suspects. Members
//   that have not formed within form_timeout become suspects and the generation is halted: one that
//   lives may only be waiting for another. The container of a lost worker is released.
// - A control connection that breaks alone disturbs nobody before reconnect_grace is over.
//   Who comes back is told again what it may have missed, and repeats what it said last.
// - Members that break their generation three times in a row without a step, although all answer,
//   part with the one that most of them suspect.
// - Once rank 0 is done the result is complete: losses count no more, and the job ends when
//   the other members are done or gone, or after halt_timeout.
// - Training goes on with any survivor; what is missing up to workers.max is asked for, and joins
//   (after grow_delay, several together) by a new generation.
// - A worker's number is never given twice. Messages of a former generation, of unknown or lost
//   workers, repeated and late ones change nothing.
// - A cause that another container cannot mend ends the job at once; others count against
//   max_failures.
// - Every Journal action precedes what it announces.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "job/outcome.h"

namespace howdah::job {

using Instant = std::chrono::milliseconds;  // monotonic, from an origin of the caller's choice
using WorkerNumber = uint32_t;

struct CoordinatorOptions {
  int streams = 1;
  int workers_min = 1;
  int workers_max = 1;            // at most `streams`
  uint32_t attempt = 1;           // of the master
  uint64_t first_generation = 1;  // above every generation of the journal
  WorkerNumber first_worker = 0;  // above every worker of the journal
  int max_failures = 10;          // of workers, before the job fails
  Instant gang_timeout{300'000};
  Instant start_timeout{120'000};  // from launch to Hello
  Instant form_timeout{60'000};
  Instant halt_timeout{30'000};
  Instant suspect_grace{250};
  Instant reconnect_grace{3'000};
  Instant grow_delay{1'000};
};

struct MemberPlan {
  WorkerNumber worker = 0;
  std::string address;  // data plane, "host:port"
  int streams_begin = 0, streams_end = 0;
  bool operator==(const MemberPlan&) const = default;
};

// What every member of a generation gets, in rank order.
struct GenerationPlan {
  uint64_t generation = 0;
  int streams = 0;
  std::vector<MemberPlan> members;
  // With a holder: its rank, and the number of steps applied so far (= the first step to compute).
  // Without: rank 0 loads from storage and tells the others; start_step is -1.
  std::optional<int> holder_rank;
  int64_t start_step = -1;
};

// ---- events
// --------------------------------------------------------------------------------------
struct ContainerGranted {
  std::string container, host;
};
struct ContainerFinished {
  std::string container;
  Cause cause = Cause::kNone;  // kNone: exit status 0
  int exit_status = 0;
  std::string diagnostics;
};
struct ContainersWait {  // the cluster says why an ask is not granted
  std::string reason;
};
struct ContainersEnded {  // no container will come, none will be watched: another attempt took
                          // over...
  std::string reason;
};
struct WorkerHello {
  WorkerNumber worker = 0;
  std::string container, address;
  // Instruction set, threads and library versions: members of a job must be equal (determinism
  // exact).
  std::string fingerprint;
};
struct WorkerHalting {  // alive; Halted follows
  WorkerNumber worker = 0;
  uint64_t generation = 0;
};
struct WorkerHalted {
  WorkerNumber worker = 0;
  uint64_t generation = 0;
  int64_t applied = -1;  // steps applied; -1: holds no state
};
struct WorkerFormed {
  WorkerNumber worker = 0;
  uint64_t generation = 0;
  int64_t start_step = 0;
};
struct WorkerBroken {  // the group aborted under it
  WorkerNumber worker = 0;
  uint64_t generation = 0;
  int64_t applied = -1;
  std::optional<WorkerNumber> suspect;
  std::string why;
};
struct WorkerProgress {
  WorkerNumber worker = 0;
  uint64_t generation = 0;
  int64_t applied = 0;
};
struct WorkerFailed {  // it says so itself, before it exits
  WorkerNumber worker = 0;
  Cause cause = Cause::kInternal;
  std::string message;
};
struct WorkerDone {  // all steps applied, model written, test evaluated
  WorkerNumber worker = 0;
  uint64_t generation = 0;
};
struct WorkerDisconnected {  // the control connection broke
  WorkerNumber worker = 0;
};
struct WorkerReconnected {
  WorkerNumber worker = 0;
};
struct StopRequested {
  std::string who;
};
struct Tick {};  // the time asked for by next_timer() has come

using Event = std::variant<ContainerGranted, ContainerFinished, ContainersWait, ContainersEnded,
                           WorkerHello, WorkerHalting, WorkerHalted, WorkerFormed, WorkerBroken,
                           WorkerProgress, WorkerFailed, WorkerDone, WorkerDisconnected,
                           WorkerReconnected, StopRequested, Tick>;

// ---- actions, to be carried out in order
// -----------------------------------------------------------
struct AskContainers {
  int count = 0;  // wanted besides those held; absolute
};
struct ReleaseContainer {
  std::string container, why;
};
struct LaunchWorker {
  std::string container;
  WorkerNumber worker = 0;
};
struct SendHalt {
  WorkerNumber worker = 0;
  uint64_t generation = 0;
};
struct SendForm {
  WorkerNumber worker = 0;
  GenerationPlan plan;
};
struct SendFinish {  // exit with 0, or, where the job failed or was stopped, now
  WorkerNumber worker = 0;
};
struct WriteJournal {
  std::string entry;  // one JSON object, one line
};
struct Announce {  // for the user: "worker 2 on node7 was lost (killed by signal 9); 1 worker goes
                   // on"
  enum class Level { kInfo, kWarning } level = Level::kInfo;
  std::string text;
};
struct EndJob {
  Ending ending;
};
using Action = std::variant<AskContainers, ReleaseContainer, LaunchWorker, SendHalt, SendForm,
                            SendFinish, WriteJournal, Announce, EndJob>;

struct CoordinatorCounts {
  uint64_t generations = 0;
  // Workers: containers asked for in all, replacements included; launched; and of these, those that
  // were lost or refused.
  int requested = 0, granted = 0, lost = 0;
};

enum class Phase { kGathering, kHalting, kForming, kTraining, kEnded };

class Coordinator {
 public:
  Coordinator(const CoordinatorOptions& options, Instant now);
  ~Coordinator();
  Coordinator(Coordinator&&) noexcept;

  // The first actions: the asks.
  std::vector<Action> start();
  std::vector<Action> step(const Event& event, Instant now);
  // When a Tick is due; none: no time-out is running.
  std::optional<Instant> next_timer() const;

  Phase phase() const;
  CoordinatorCounts counts() const;
  const GenerationPlan* generation() const;  // the present one; null before the first
  // One line for the user on what is waited for: "waiting for 1 of 2 workers: queue default is
  // full".
  std::string waiting_for() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace howdah::job
