// Where containers come from: YARN, processes of this machine, or a simulation.
//
// One thread (the master's loop) calls; next() delivers what happened. Calls return at once: work
// with the cluster happens on threads of the source's own, and what fails comes back as an event.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "runtime/local_file.h"

namespace howdah::cluster {

using runtime::LocalFile;

struct ContainerSize {
  int64_t memory_bytes = 0;
  int cores = 1;
  int gpus = 0;
  std::string node_label;
};

struct Launch {
  std::vector<std::string> command;  // argv; the source quotes it for its shell
  std::map<std::string, std::string> environment;
  std::vector<LocalFile> files;
  std::string credentials;  // HDTS bytes, see hadoop::Credentials
};

enum class ExitCause {
  kExited,       // by itself: exit_status
  kSignal,       // killed by a signal that nobody here sent: exit_status is 128 + signal
  kOutOfMemory,  // over its memory limit
  kStopped,      // we stopped or released it
  kPreempted,
  kNodeLost,
  kDisk,    // the node's disks failed, or its files could not be localized
  kLaunch,  // it never started: diagnostics say why
};

struct Granted {
  std::string container;  // "container_1700000000000_0001_01_000002", or "local-3"
  std::string node;       // "host:port" of its NodeManager; "localhost" locally
  std::string host;
};
struct Started {
  std::string container;
};
struct Finished {
  std::string container;
  ExitCause cause = ExitCause::kExited;
  int exit_status = 0;
  std::string diagnostics;  // the cluster's words, and the tail of its stderr where it is known
};
// The cluster can give no more for now, or says why an ask waits (queue full, label unknown).
struct Waiting {
  std::string reason;
};
// The source is at its end: the ResourceManager replaced or refused this attempt, or stayed away.
struct Ended {
  Status why;
};
using ContainerEvent = std::variant<Granted, Started, Finished, Waiting, Ended>;

class ContainerSource {
 public:
  virtual ~ContainerSource() = default;
  // How many containers we want in addition to those granted and not finished; absolute, 0 takes
  // open asks back.
  virtual void ask(int count, const ContainerSize& size) = 0;
  virtual void launch(const std::string& container, const Launch& launch) = 0;
  // Ends it, if it runs, and gives it back. Comes back as Finished{kStopped}.
  virtual void release(const std::string& container) = 0;
  // Waits for the next event.  kDeadlineExceeded  none came.
  virtual Result<ContainerEvent> next(Deadline deadline) = 0;
  // Makes a waiting next() return kDeadlineExceeded; by any thread.
  virtual void wake() = 0;
  // In [0, 1], for the cluster's own pages.
  virtual void set_progress(double progress) = 0;
  // Reports the end to the cluster and releases everything.
  virtual Status finish(bool succeeded, const std::string& diagnostics, Deadline deadline) = 0;
};

}  // namespace howdah::cluster
