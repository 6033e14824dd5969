#include "cluster/local_source.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/log.h"
#include "cluster/container_files.h"
#include "cluster/exit_cause.h"

extern char** environ;  // NOLINT: POSIX's own declaration

namespace howdah::cluster {
namespace {

constexpr std::string_view kPrefix = "local-";

std::map<std::string, std::string> own_environment() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

int number_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return 0;
  name.remove_prefix(kPrefix.size());
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? number : 0;
}

}  // namespace

Result<std::unique_ptr<LocalSource>> LocalSource::create(LocalOptions options) {
  std::error_code error;
  options.folder = std::filesystem::absolute(options.folder, error).string();
  std::filesystem::create_directories(options.folder, error);
  if (error)
    return Status::from_errno(error.value(), "cannot make the containers' folder")
        .with_peer(options.folder);
  int last = 0;
  for (std::filesystem::directory_iterator entry(options.folder, error), end;
       !error && entry != end; entry.increment(error))
    last = std::max(last, number_of(entry->path().filename().string()));
  net::FileDescriptor bell(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!bell) return Status::from_errno(errno, "eventfd");
  return std::unique_ptr<LocalSource>(new LocalSource(std::move(options), std::move(bell), last));
}

LocalSource::LocalSource(LocalOptions options, net::FileDescriptor bell, int last_number)
    : options_(std::move(options)),
      bell_(std::move(bell)),
      last_number_(last_number),
      thread_([this] { run(); }) {}

LocalSource::~LocalSource() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
    open_asks_ = 0;
    for (auto& [name, container] : containers_) {
      container.stopping = true;
      container.terminated = true;
      container.kill_at = Clock::time_point::min();
    }
  }
  ring();
}

void LocalSource::ring() {
  const uint64_t one = 1;
  [[maybe_unused]] const auto written = write(bell_.get(), &one, sizeof one);
}

void LocalSource::ask(int count, const ContainerSize&) {
  {
    const MutexLock lock(mutex_);
    if (ending_) return;
    int known = events_.undelivered_grants();
    for (; known > count; --known) {
      if (const auto surplus = events_.take_back_grant()) containers_.erase(*surplus);
    }
    open_asks_ = std::max(0, count - known);
    told_to_wait_ = false;
  }
  ring();
}

void LocalSource::launch(const std::string& name, const Launch& launch) {
  {
    const MutexLock lock(mutex_);
    const auto entry = containers_.find(name);
    if (entry == containers_.end() || entry->second.launched) {
      log::warning("{} is not there to be launched", name);
      return;
    }
    entry->second.launched = true;
    entry->second.to_launch = launch;
  }
  ring();
}

void LocalSource::release(const std::string& name) {
  {
    const MutexLock lock(mutex_);
    const auto entry = containers_.find(name);
    if (entry == containers_.end()) return;
    entry->second.stopping = true;
  }
  ring();
}

Status LocalSource::finish(bool, const std::string&, Deadline deadline) {
  const MutexLock lock(mutex_);
  ending_ = true;
  open_asks_ = 0;
  for (auto& [name, container] : containers_) container.stopping = true;
  ring();
  while (!containers_.empty() && changed_.wait(mutex_, deadline)) {
  }
  for (auto& [name, container] : containers_) container.kill_at = Clock::time_point::min();
  ring();
  while (!containers_.empty()) changed_.wait(mutex_, Deadline::never());
  return Status::ok();
}

void LocalSource::run() {
  for (;;) {
    launch_pending();
    std::vector<pollfd> watched{{bell_.get(), POLLIN, 0}};
    Clock::time_point wake_at = Clock::time_point::max();
    {
      const MutexLock lock(mutex_);
      signal_stopping();
      reap_ended();
      grant_asked();
      if (ending_ && containers_.empty()) {
        changed_.notify_all();
        return;
      }
      for (const auto& [name, container] : containers_) {
        wake_at = std::min(wake_at, container.kill_at);
        if (container.process) watched.push_back({container.process->pidfd(), POLLIN, 0});
      }
    }
    ::poll(watched.data(), watched.size(), Deadline::at(wake_at).poll_timeout_ms());
    uint64_t rung = 0;
    [[maybe_unused]] const auto count = read(bell_.get(), &rung, sizeof rung);
  }
}

// Outside the lock, because a start takes as long as the disk does.
void LocalSource::launch_pending() {
  for (;;) {
    std::string name;
    std::optional<Launch> launch;
    {
      const MutexLock lock(mutex_);
      for (auto& [candidate, container] : containers_) {
        if (!container.to_launch || container.stopping) continue;
        name = candidate;
        launch = std::exchange(container.to_launch, std::nullopt);
        break;
      }
    }
    if (!launch) return;
    auto process = start(name, *launch);
    const MutexLock lock(mutex_);
    if (process) {
      containers_[name].process = std::move(*process);
      events_.push(Started{name});
      continue;
    }
    const bool stopping = containers_[name].stopping;
    containers_.erase(name);
    changed_.notify_all();
    const bool files = process.status().operation() == kPlaceOperation;
    events_.push(Finished{name,
                          stopping ? ExitCause::kStopped
                          : files  ? ExitCause::kDisk
                                   : ExitCause::kLaunch,
                          -1, process.status().to_string()});
  }
}

Result<ChildProcess> LocalSource::start(const std::string& name, const Launch& launch) const {
  const std::string folder = folder_of(name);
  HOWDAH_TRY(place_files(folder, launch.files));
  ProcessSpec spec;
  spec.command = launch.command;
  spec.folder = folder;
  spec.stdout_path = folder + "/stdout";
  spec.stderr_path = folder + "/stderr";
  spec.environment = own_environment();
  spec.environment["PWD"] = folder;
  spec.environment["CONTAINER_ID"] = name;
  spec.environment["LOG_DIRS"] = folder;
  spec.environment["NM_HOST"] = "localhost";
  if (!launch.credentials.empty()) {
    const std::string path = folder + "/container_tokens";
    HOWDAH_TRY(write_secret(path, launch.credentials));
    spec.environment["HADOOP_TOKEN_FILE_LOCATION"] = path;
  }
  for (const auto& [key, value] : launch.environment) spec.environment[key] = value;
  return ChildProcess::start(spec);
}

void LocalSource::signal_stopping() {
  const auto now = Clock::now();
  for (auto entry = containers_.begin(); entry != containers_.end();) {
    auto& [name, container] = *entry;
    if (container.stopping && !container.process) {
      events_.push(Finished{name, ExitCause::kStopped, 0, "given back before it ran"});
      entry = containers_.erase(entry);
      changed_.notify_all();
      continue;
    }
    if (container.stopping && !container.terminated) {
      container.process->signal(SIGTERM);
      container.terminated = true;
      container.kill_at = std::min(container.kill_at, now + options_.grace);
    }
    if (container.process && container.kill_at <= now) {
      container.process->signal(SIGKILL);
      container.kill_at = Clock::time_point::max();
    }
    ++entry;
  }
}

void LocalSource::reap_ended() {
  for (auto entry = containers_.begin(); entry != containers_.end();) {
    auto& [name, container] = *entry;
    pollfd ended{container.process ? container.process->pidfd() : -1, POLLIN, 0};
    if (::poll(&ended, 1, 0) != 1) {
      ++entry;
      continue;
    }
    const ProcessEnd end = container.process->reap();
    Finished finished{name, ExitCause::kStopped, end.by_signal ? 128 + end.number : end.number, {}};
    if (!container.stopping) finished.cause = cause_of_exit(finished.exit_status);
    const char* signal = end.by_signal ? sigdescr_np(end.number) : nullptr;
    finished.diagnostics = with_stderr_tail(
        end.by_signal ? fmt::format("killed by signal {} ({})", end.number, signal ? signal : "?")
                      : fmt::format("exited with status {}", end.number),
        tail_of_file(folder_of(name) + "/stderr"));
    events_.push(std::move(finished));
    entry = containers_.erase(entry);
    changed_.notify_all();
  }
}

void LocalSource::grant_asked() {
  while (open_asks_ > 0 && static_cast<int>(containers_.size()) < options_.max_containers) {
    const std::string name = fmt::format("{}{}", kPrefix, ++last_number_);
    containers_.try_emplace(name);
    events_.push(Granted{name, "localhost", "localhost"});
    --open_asks_;
  }
  if (open_asks_ > 0 && !told_to_wait_) {
    told_to_wait_ = true;
    events_.push(
        Waiting{fmt::format("this machine runs {} containers at most", options_.max_containers)});
  }
}

}  // namespace howdah::cluster
