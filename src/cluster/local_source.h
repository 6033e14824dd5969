// Containers that are processes of this machine: --on local.
//
// A container works in <folder>/local-N/, where its files are linked and its stdout and stderr lie.
// It finds the environment of a YARN container: CONTAINER_ID, LOG_DIRS, PWD, NM_HOST,
// HADOOP_TOKEN_FILE_LOCATION (with credentials); and this process's own. Memory is not enforced.
// Processes, and what they started in their group, end with the source, even when this process is
// killed.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "cluster/child_process.h"
#include "cluster/container_source.h"
#include "cluster/event_queue.h"
#include "net/socket.h"

namespace howdah::cluster {

struct LocalOptions {
  std::string folder;      // of the containers; created. "<job folder>/containers"
  int max_containers = 4;  // at a time
  // Between SIGTERM and SIGKILL of a container that is released.
  std::chrono::milliseconds grace{1'000};
};

class LocalSource final : public ContainerSource {
 public:
  // Numbers go on after those that the folder has.
  static Result<std::unique_ptr<LocalSource>> create(LocalOptions options);
  ~LocalSource() override;

  void ask(int count, const ContainerSize& size) override;
  void launch(const std::string& container, const Launch& launch) override;
  void release(const std::string& container) override;
  Result<ContainerEvent> next(Deadline deadline) override { return events_.next(deadline); }
  void wake() override { events_.wake(); }
  void set_progress(double) override {}
  // Terminates what runs, kills it after the grace or at the deadline, and returns when all is
  // gone.
  Status finish(bool succeeded, const std::string& diagnostics, Deadline deadline) override;

 private:
  using Clock = Deadline::Clock;
  struct Container {
    std::optional<Launch> to_launch;
    std::optional<ChildProcess> process;  // the thread's own; others look only whether it is there
    bool launched = false;
    bool stopping = false;                                 // we want its end
    bool terminated = false;                               // SIGTERM was sent
    Clock::time_point kill_at = Clock::time_point::max();  // SIGKILL is due
  };

  LocalSource(LocalOptions options, net::FileDescriptor bell, int last_number);
  void run();
  void launch_pending() HOWDAH_EXCLUDES(mutex_);
  void grant_asked() HOWDAH_REQUIRES(mutex_);
  void signal_stopping() HOWDAH_REQUIRES(mutex_);
  void reap_ended() HOWDAH_REQUIRES(mutex_);
  Result<ChildProcess> start(const std::string& name, const Launch& launch) const;
  std::string folder_of(const std::string& name) const { return options_.folder + "/" + name; }
  void ring();

  const LocalOptions options_;
  const net::FileDescriptor bell_;  // eventfd: something is to be done
  EventQueue events_;
  Mutex mutex_;
  Condition changed_;
  std::map<std::string, Container> containers_ HOWDAH_GUARDED_BY(mutex_);
  int open_asks_ HOWDAH_GUARDED_BY(mutex_) = 0;
  int last_number_ HOWDAH_GUARDED_BY(mutex_);
  bool told_to_wait_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool ending_ HOWDAH_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // starts, watches and ends all processes
};

}  // namespace howdah::cluster
