#include "cluster/child_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace howdah::cluster {
namespace {

constexpr int kExecFailed = 127;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// The paths to try, in order; the program's name itself where it is one.
std::vector<std::string> candidates(const ProcessSpec& spec) {
  const std::string& name = spec.command.front();
  if (name.find('/') != std::string::npos) return {name};
  const auto path = spec.environment.find("PATH");
  std::string_view rest =
      path == spec.environment.end() ? std::string_view("/usr/bin:/bin") : path->second;
  std::vector<std::string> result;
  for (;;) {
    const size_t colon = rest.find(':');
    const std::string folder(rest.substr(0, colon));
    result.push_back((folder.empty() ? "." : folder) + "/" + name);
    if (colon == std::string_view::npos) return result;
    rest.remove_prefix(colon + 1);
  }
}

// Between fork and exec of a program with threads: system calls only, nothing is allocated.
struct Prepared {
  std::vector<char*> argv, envp, paths;
  const char* folder;
  const char* stdout_path;
  const char* stderr_path;
  pid_t parent;
  int report;  // errno goes here; closed by a successful exec
};

[[noreturn]] void fail(const Prepared& prepared, int error) {
  [[maybe_unused]] const auto written = write(prepared.report, &error, sizeof error);
  _exit(kExecFailed);
}

[[noreturn]] void become(const Prepared& prepared) {
  setpgid(0, 0);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != prepared.parent) fail(prepared, ECHILD);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int output = open(prepared.stdout_path, kAppend, 0640);
  const int error = open(prepared.stderr_path, kAppend, 0640);
  if (input < 0 || output < 0 || error < 0) fail(prepared, errno);
  if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0) fail(prepared, errno);
  if (chdir(prepared.folder) != 0) fail(prepared, errno);
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // whatever some library left open
  int worst = ENOENT;
  for (const char* path : prepared.paths) {
    if (!path) break;
    execve(path, prepared.argv.data(), prepared.envp.data());
    if (errno != ENOENT && errno != ENOTDIR) worst = errno;
  }
  fail(prepared, worst);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ProcessSpec& spec) {
  if (spec.command.empty()) return Status(Code::kInvalidArgument, "the command is empty");
  std::vector<std::string> command = spec.command, environment, paths = candidates(spec);
  for (const auto& [name, value] : spec.environment) environment.push_back(name + "=" + value);
  std::array<int, 2> report{};
  if (pipe2(report.data(), O_CLOEXEC) != 0) return Status::from_errno(errno, "pipe");
  const net::FileDescriptor from_child(report[0]);
  net::FileDescriptor to_parent(report[1]);
  const Prepared prepared{
      pointers(command),        pointers(environment),    pointers(paths), spec.folder.c_str(),
      spec.stdout_path.c_str(), spec.stderr_path.c_str(), getpid(),        report[1]};
  const pid_t pid = fork();
  if (pid < 0) return Status::from_errno(errno, "fork");
  if (pid == 0) become(prepared);
  setpgid(pid, pid);  // whichever of the two comes first
  { const net::FileDescriptor closed = std::move(to_parent); }
  int error = 0;
  ssize_t count = 0;
  do {
    count = read(from_child.get(), &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  if (count == sizeof error) {
    waitpid(pid, nullptr, 0);
    return Status::from_errno(error, "cannot be executed")
        .with_operation("start")
        .with_peer(spec.command.front());
  }
  net::FileDescriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    const int why = errno;
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return Status::from_errno(why, "pidfd_open");
  }
  return ChildProcess(pid, std::move(pidfd));
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  signal(SIGKILL);
  reap();
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  return *this;
}

void ChildProcess::signal(int number) const {
  if (pid_ > 0) kill(-pid_, number);
}

ProcessEnd ChildProcess::reap() {
  siginfo_t info{};
  // Looked at first and taken afterwards: as long as it is a zombie, its group's number is its own.
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  signal(SIGKILL);
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  pid_ = -1;
  return {info.si_code != CLD_EXITED, info.si_status};
}

}  // namespace howdah::cluster
