#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "net/socket.h"
#include "roles/container_launch.h"
#include "roles/job_report.h"
#include "roles/submit.h"

extern char** environ;

namespace howdah::roles {
namespace {

// The secrets travel in a file that has no name and ends with the processes that hold it.
Result<net::FileDescriptor> secrets_file(const JobSecrets& secrets) {
  net::FileDescriptor file(::memfd_create("howdah-credentials", 0));
  if (!file) return Status::from_errno(errno, "memfd_create");
  hadoop::Credentials credentials;
  secrets.add_to(credentials);
  const std::string bytes = credentials.serialize();
  if (::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    return Status::from_errno(errno, "write");
  return file;
}

std::vector<std::string> master_environment(const std::vector<std::string>& own) {
  std::vector<std::string> all = own;
  for (char** entry = environ; *entry; ++entry) {
    const std::string line = *entry;
    const std::string name = line.substr(0, line.find('=') + 1);
    bool replaced = false;
    for (const std::string& mine : own) replaced |= mine.starts_with(name);
    if (!replaced) all.push_back(line);
  }
  return all;
}

}  // namespace

Result<std::unique_ptr<LocalMaster>> LocalMaster::start(const StagedJob& job,
                                                        const std::string& conf_dir,
                                                        const std::string& user,
                                                        int64_t started_ms) {
  const net::FileDescriptor secrets = HOWDAH_TRY(secrets_file(job.secrets));
  std::vector<std::string> environment = {
      std::string(kJobVariable) + "=" + job.folder.uri(), std::string(kOnVariable) + "=local",
      std::string(kStartedVariable) + "=" + std::to_string(started_ms), "HADOOP_USER_NAME=" + user,
      "HADOOP_TOKEN_FILE_LOCATION=/proc/self/fd/" + std::to_string(secrets.get())};
  if (!conf_dir.empty()) environment.push_back("HADOOP_CONF_DIR=" + conf_dir);
  environment = master_environment(environment);
  std::vector<char*> environment_pointers;
  for (std::string& entry : environment) environment_pointers.push_back(entry.data());
  environment_pointers.push_back(nullptr);

  HOWDAH_TRY(job.folder.write("submitted", std::to_string(wall_clock_ms()),
                              Deadline::after(std::chrono::minutes(1))));
  // The master's log lies in the job's folder where that is on this machine.
  std::string log_path = "/dev/null";
  const std::string uri = job.folder.uri();
  if (uri.starts_with("file://")) log_path = uri.substr(7) + "/master.stderr";
  const net::FileDescriptor log(
      ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log) return Status::from_errno(errno, "cannot open the master's log").with_peer(log_path);

  std::error_code error;
  std::string program = std::filesystem::read_symlink("/proc/self/exe", error).string();
  std::string verb = "master";
  char* arguments[] = {program.data(), verb.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, log.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, log.get(), STDERR_FILENO);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments,
                                   environment_pointers.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return Status::from_errno(failed, "cannot start the master").with_peer(program);
  return std::unique_ptr<LocalMaster>(new LocalMaster(pid, log_path));
}

LocalMaster::~LocalMaster() {
  if (ended_) return;
  terminate();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

bool LocalMaster::running() {
  if (ended_) return false;
  int status = 0;
  ended_ = ::waitpid(pid_, &status, WNOHANG) == pid_;
  return !ended_;
}

void LocalMaster::terminate() {
  if (!ended_) ::kill(pid_, SIGTERM);
}

}  // namespace howdah::roles
