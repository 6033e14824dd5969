#include "roles/sibling.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "net/socket.h"

extern char** environ;

namespace howdah::roles {
namespace {

constexpr size_t kLimitBytes = 16 << 20;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

// Reads both pipes to their ends.
void drain(int out, int err, std::string& out_text, std::string& err_text) {
  std::array<pollfd, 2> pipes{{{out, POLLIN, 0}, {err, POLLIN, 0}}};
  const std::array<std::string*, 2> texts{&out_text, &err_text};
  while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
    if (::poll(pipes.data(), pipes.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    for (size_t i = 0; i < pipes.size(); ++i) {
      if (pipes[i].fd < 0 || pipes[i].revents == 0) continue;
      std::array<char, 65536> buffer;
      const ssize_t count = ::read(pipes[i].fd, buffer.data(), buffer.size());
      if (count > 0 && texts[i]->size() < kLimitBytes)
        texts[i]->append(buffer.data(), static_cast<size_t>(count));
      else if (count == 0 || (count < 0 && errno != EINTR))
        pipes[i].fd = -1;
    }
  }
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

Code code_of_exit(int status) {
  switch (status) {
    case 2:
      return Code::kInvalidArgument;
    case 3:
      return Code::kUnavailable;
    case 4:
      return Code::kCancelled;
    case 5:
      return Code::kPermissionDenied;
    default:
      return Code::kInternal;
  }
}

// With these as its standard output and error.
Result<pid_t> start(const std::string& program, const std::vector<std::string>& arguments, int out,
                    int err) {
  const std::string path = HOWDAH_TRY(sibling_path(program));
  std::vector<std::string> words = {path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, path.c_str(), &actions, nullptr, pointers(words).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return Status::from_errno(failed, "cannot start").with_peer(path);
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

Result<std::string> sibling_path(const std::string& program) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const auto& folder : {self.parent_path(), std::filesystem::current_path(error)}) {
    const auto path = folder / program;
    if (::access(path.c_str(), X_OK) == 0) return path.string();
  }
  return Status(Code::kNotFound, "a part of Howdah is missing")
      .with_peer((self.parent_path() / program).string())
      .with_advice("build or install Howdah again");
}

Result<std::string> run_sibling(const std::string& program,
                                const std::vector<std::string>& arguments) {
  std::array<int, 2> out{}, err{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0) return Status::from_errno(errno, "pipe");
  const net::FileDescriptor out_read(out[0]);
  net::FileDescriptor out_write(out[1]);
  if (::pipe2(err.data(), O_CLOEXEC) != 0) return Status::from_errno(errno, "pipe");
  const net::FileDescriptor err_read(err[0]);
  net::FileDescriptor err_write(err[1]);
  const pid_t child = HOWDAH_TRY(start(program, arguments, out[1], err[1]));
  out_write = net::FileDescriptor();
  err_write = net::FileDescriptor();

  std::string out_text, err_text;
  drain(out_read.get(), err_read.get(), out_text, err_text);
  const int status = wait_for(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return out_text;
  std::string complaint = last_line(err_text);
  if (complaint.starts_with(program + ": ")) complaint.erase(0, program.size() + 2);
  if (WIFSIGNALED(status))
    return Status(Code::kInternal, program + " was killed by signal " +
                                       std::to_string(WTERMSIG(status)) + " " + complaint);
  return Status(code_of_exit(WEXITSTATUS(status)), complaint);
}

Result<int> follow_sibling(const std::string& program, const std::vector<std::string>& arguments) {
  const int status = wait_for(HOWDAH_TRY(start(program, arguments, STDERR_FILENO, STDERR_FILENO)));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Status exec_sibling(const std::string& program, const std::vector<std::string>& arguments) {
  const std::string path = HOWDAH_TRY(sibling_path(program));
  std::vector<std::string> words = {path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  ::execv(path.c_str(), pointers(words).data());
  return Status::from_errno(errno, "cannot start").with_peer(path);
}

}  // namespace howdah::roles
