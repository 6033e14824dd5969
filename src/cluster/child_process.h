// A process of this machine: in a group of its own, its output in files, its end readable from a
// file descriptor, and dead when the thread that started it is.
//
// Belongs to the thread that started it (prctl(2), PR_SET_PDEATHSIG).
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/socket.h"

namespace howdah::cluster {

struct ProcessSpec {
  std::vector<std::string> command;  // argv; a name without '/' is looked up in its PATH
  std::map<std::string, std::string> environment;  // all of it
  std::string folder;                              // where it works
  std::string stdout_path, stderr_path;            // created, or appended to
};

struct ProcessEnd {
  bool by_signal = false;
  int number = 0;  // exit status, or the signal
};

class ChildProcess {
 public:
  // Returns when the program runs.  kNotFound, kPermissionDenied...: it could not be executed.
  static Result<ChildProcess> start(const ProcessSpec& spec);
  ~ChildProcess();  // kills its group and waits, where it still lives
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  pid_t pid() const { return pid_; }
  // Readable (poll) once it has ended.
  int pidfd() const { return pidfd_.get(); }
  // To the whole group.
  void signal(int number) const;
  // Waits for its end, kills what is left of its group, and tells how it ended.
  ProcessEnd reap();

 private:
  ChildProcess(pid_t pid, net::FileDescriptor pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  pid_t pid_ = -1;  // -1: reaped, or moved from
  net::FileDescriptor pidfd_;
};

}  // namespace howdah::cluster
