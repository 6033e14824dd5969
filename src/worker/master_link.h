// A worker's line to its master. A thread of its own reads, answers Halt at once (so that the
// master sees a living worker even while a long step computes), and dials again after a break,
// wherever the job folder says that the master is.
//
// send() by any thread; take() by one.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "job/coordinator.h"
#include "roles/control_client.h"
#include "roles/job_folder.h"
#include "roles/mailbox.h"

namespace howdah::worker {

struct HaltCommand {
  uint64_t generation = 0;
};
struct FormCommand {
  job::GenerationPlan plan;
};
struct FinishCommand {};
struct MasterGone {  // for longer than the worker waits for a new one
  Status why;
};
using MasterCommand = std::variant<HaltCommand, FormCommand, FinishCommand, MasterGone>;

class MasterLink {
 public:
  // Called on the link's thread as soon as the master halts a generation, ends the job, or is gone:
  // what runs of this generation and of former ones must be aborted.
  using Interrupt = std::function<void(uint64_t up_to_generation)>;

  static Result<std::unique_ptr<MasterLink>> open(const net::Address& master,
                                                  const roles::JobFolder& folder,
                                                  const roles::JobSecrets& secrets,
                                                  const control::Hello& hello, Interrupt interrupt);
  ~MasterLink();

  void send(const control::FromWorker& message);
  MasterCommand take();
  // The highest generation that was halted; messages of it or of a lower one are void.
  uint64_t halted() const { return halted_; }
  // Lets what was sent arrive, then ends the line.
  void close();

 private:
  MasterLink(const roles::JobFolder& folder, const roles::JobSecrets& secrets, control::Hello hello,
             Interrupt interrupt);
  void run(const std::stop_token& stop);
  void handle(const control::ToWorker& message);
  bool dial_again(const std::stop_token& stop);

  static constexpr std::chrono::seconds kGiveUpAfter{60};
  const roles::JobFolder& folder_;
  const roles::JobSecrets secrets_;
  control::Hello hello_;
  const Interrupt interrupt_;
  uint32_t attempt_ = 0;  // the highest master's attempt seen: lower ones are not obeyed
  std::atomic<uint64_t> halted_{0};
  std::atomic<bool> finishing_{false}, closing_{false};
  roles::Mailbox<MasterCommand> commands_;
  Mutex session_mutex_;
  Condition redialled_;
  std::shared_ptr<roles::WorkerSession> session_ HOWDAH_GUARDED_BY(session_mutex_);
  // What the master must not miss: said again to the next one after a break.
  std::optional<control::FromWorker> last_word_ HOWDAH_GUARDED_BY(session_mutex_);
  std::jthread thread_;
};

}  // namespace howdah::worker
