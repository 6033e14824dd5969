#include "text/sentencepiece_child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace howdah::text {
namespace {

constexpr int kGood = 0, kRefused = 1, kEndedEarly = 2;
constexpr size_t kMaxComplaintBytes = 4096;

struct Pipe {
  int ends[2] = {-1, -1};
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(int which) {
    if (ends[which] >= 0) close(ends[which]);
    ends[which] = -1;
  }
};

void write_all(int file, const std::string& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) _exit(kEndedEarly);
    done += static_cast<size_t>(count);
  }
}

[[noreturn]] void be_child(const std::function<bool(std::string&)>& call, int result_file,
                           int complaints_file, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kEndedEarly);
  // Connections of the parent are not kept open from here. dup() first: the ends may be 2 or 3.
  const int result_copy = fcntl(result_file, F_DUPFD, 4);
  dup2(complaints_file, STDERR_FILENO);
  dup2(result_copy, 3);
  close_range(4, ~0U, 0);
  // The library calls exit(): what the parent registered for its own end is not for this process.
  std::atexit([] { _exit(kEndedEarly); });
  std::string result;
  const bool good = call(result);
  write_all(3, result);
  _exit(good ? kGood : kRefused);
}

// Until both are closed.
void read_both(int result_file, std::string& result, int complaints_file, std::string& complaints) {
  pollfd files[2] = {{result_file, POLLIN, 0}, {complaints_file, POLLIN, 0}};
  std::string* into[2] = {&result, &complaints};
  char buffer[64 << 10];
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    if (poll(files, 2, -1) < 0 && errno != EINTR) return;
    for (int i = 0; i < 2; ++i) {
      if (files[i].fd < 0 || !files[i].revents) continue;
      const ssize_t count = read(files[i].fd, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0)
        files[i].fd = -1;
      else if (i == 0 || into[i]->size() < kMaxComplaintBytes)
        into[i]->append(buffer, static_cast<size_t>(count));
    }
  }
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace

Result<std::string> in_child(const std::function<bool(std::string& result)>& call) {
  Pipe results, complaints;
  if (pipe2(results.ends, O_CLOEXEC) != 0 || pipe2(complaints.ends, O_CLOEXEC) != 0)
    return Status::from_errno(errno, "no pipe to a child process");
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return Status::from_errno(errno, "no child process");
  if (child == 0) be_child(call, results.ends[1], complaints.ends[1], parent);
  results.close_end(1);
  complaints.close_end(1);
  std::string result, complaint;
  read_both(results.ends[0], result, complaints.ends[0], complaint);
  int how = 0;
  while (waitpid(child, &how, 0) < 0)
    if (errno != EINTR) return Status::from_errno(errno, "the child process is lost");
  if (WIFEXITED(how) && WEXITSTATUS(how) == kGood) return result;
  if (WIFEXITED(how) && WEXITSTATUS(how) == kRefused)
    return Status(Code::kInvalidArgument, one_line(result));
  if (WIFSIGNALED(how)) complaint += " (signal " + std::to_string(WTERMSIG(how)) + ")";
  return Status(Code::kInvalidArgument, one_line("ended early: " + complaint));
}

}  // namespace howdah::text
