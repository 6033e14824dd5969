#include "cluster/yarn_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "cluster/exit_cause.h"
#include "yarn/container_logs.h"

namespace howdah::cluster {
namespace {

constexpr int64_t kMib = 1 << 20;
constexpr std::chrono::seconds kHeartbeatTimeout{10};
constexpr std::chrono::seconds kStopTimeout{5};
constexpr std::chrono::seconds kTailTimeout{1};
constexpr size_t kTailBytes = 2048;

yarn::Resource resource_of(const ContainerSize& size) {
  return {(size.memory_bytes + kMib - 1) / kMib, size.cores, size.gpus};
}

yarn::LaunchContext context_of(const Launch& launch) {
  yarn::LaunchContext context{launch.command, launch.environment, {}, launch.credentials};
  for (const LocalFile& file : launch.files)
    context.resources.push_back(
        {file.name, file.uri, file.length_bytes, file.modified_ms, file.world_readable});
  return context;
}

// True where asking again later cannot help.
bool is_final(Code code) {
  return code == Code::kAborted || code == Code::kUnauthenticated || code == Code::kTokenExpired ||
         code == Code::kPermissionDenied;
}

}  // namespace

Result<std::unique_ptr<YarnSource>> YarnSource::start(YarnOptions options, Deadline deadline) {
  auto scheduler =
      HOWDAH_TRY(yarn::SchedulerClient::create(options.configuration, options.credentials));
  auto registered = HOWDAH_TRY(scheduler->register_master(options.registration, deadline));
  std::unique_ptr<YarnSource> source(new YarnSource(std::move(options), std::move(scheduler)));
  source->adopt(std::move(registered));
  for (int i = 0; i < source->options_.launch_threads; ++i)
    source->workers_.emplace_back(
        [self = source.get()](std::stop_token stop) { self->work(std::move(stop)); });
  source->heartbeat_ =
      std::jthread([self = source.get()](std::stop_token stop) { self->beat(std::move(stop)); });
  return source;
}

YarnSource::YarnSource(YarnOptions options, std::unique_ptr<yarn::SchedulerClient> scheduler)
    : options_(std::move(options)), scheduler_(std::move(scheduler)), last_heard_(Clock::now()) {}

YarnSource::~YarnSource() {
  heartbeat_.request_stop();
  for (std::jthread& worker : workers_) worker.request_stop();
  scheduler_->shutdown();
  const MutexLock lock(mutex_);
  tasks_.clear();
  for (auto& [node, manager] : node_managers_) manager.client->shutdown();
}

void YarnSource::adopt(yarn::Registered registered) {
  maximum_ = registered.maximum;
  queue_ = registered.queue;
  const MutexLock lock(mutex_);
  for (yarn::AllocatedContainer& previous : registered.previous) {
    const std::string name = previous.id.to_string();
    recovered_.push_back({name, previous.node.to_string(), previous.node.host});
    containers_[name] = {previous.id,    previous.node, previous.node_http,
                         previous.token, true,          false};
  }
}

void YarnSource::ask(int count, const ContainerSize& size) {
  const yarn::Resource resource = resource_of(size);
  const MutexLock lock(mutex_);
  if (ended_) return;
  int known = events_.undelivered_grants();
  for (; known > count; --known) {
    const auto surplus = events_.take_back_grant();
    if (!surplus) break;
    give_back(containers_.at(*surplus).id);
    containers_.erase(*surplus);
  }
  const int wanted = std::max(0, count - known);
  if (wanted > 0 && maximum_.memory_mib > 0 && !resource.fits(maximum_)) {
    events_.push(Waiting{fmt::format("a container of {} is asked for, queue {} gives at most {}",
                                     resource.to_string(), queue_, maximum_.to_string())});
    set_open_asks(0);
    return;
  }
  if (!(resource == size_) || size.node_label != node_label_) {
    set_open_asks(0);
    ++ask_id_;
    size_ = resource;
    node_label_ = size.node_label;
  }
  if (wanted > open_asks_) {
    asked_at_ = Clock::now();
    told_lack_ = Lack::kNone;
  }
  set_open_asks(wanted);
}

void YarnSource::set_open_asks(int count) {
  if (count == open_asks_) return;
  open_asks_ = count;
  unsent_asks_[ask_id_] = {ask_id_, count, size_, node_label_};
  dirty_ = true;
  wanted_.notify_all();
}

void YarnSource::launch(const std::string& name, const Launch& launch) {
  const MutexLock lock(mutex_);
  const auto entry = containers_.find(name);
  if (entry == containers_.end() || entry->second.launched) {
    log::warning("{} is not there to be launched", name);
    return;
  }
  entry->second.launched = true;
  enqueue(
      [this, name, container = entry->second, launch] { start_on_node(name, container, launch); });
}

void YarnSource::release(const std::string& name) {
  const MutexLock lock(mutex_);
  const auto entry = containers_.find(name);
  if (entry == containers_.end() || entry->second.stopping) return;
  entry->second.stopping = true;
  if (entry->second.launched) {
    enqueue([this, container = entry->second] { stop_on_node(container); });
    return;
  }
  give_back(entry->second.id);
  containers_.erase(entry);
  events_.push(Finished{name, ExitCause::kStopped, 0, "given back before it ran"});
}

void YarnSource::set_progress(double progress) {
  const MutexLock lock(mutex_);
  progress_ = std::clamp(progress, 0.0, 1.0);
}

Status YarnSource::finish(bool succeeded, const std::string& diagnostics, Deadline deadline) {
  heartbeat_.request_stop();
  if (heartbeat_.joinable()) heartbeat_.join();
  std::vector<yarn::ContainerId> held;
  {
    const MutexLock lock(mutex_);
    if (ended_)
      return Status(Code::kAborted, "the ResourceManager no longer listens to this attempt");
    ended_ = true;
    tasks_.clear();
    for (const auto& [name, container] : containers_) held.push_back(container.id);
  }
  if (!held.empty()) {
    // The ResourceManager takes them back at the end anyway; this is sooner.
    const auto released = scheduler_->allocate({}, held, 1, deadline);
    if (!released) log::warning("containers are not given back: {}", released.status().to_string());
  }
  return scheduler_->finish(succeeded ? yarn::FinalStatus::kSucceeded : yarn::FinalStatus::kFailed,
                            diagnostics, options_.registration.tracking_url, deadline);
}

// ---- the heartbeat

void YarnSource::beat(std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] {
    const MutexLock lock(mutex_);
    wanted_.notify_all();
  });
  while (!stop.stop_requested() && exchange_heartbeat()) {
    const Deadline next = Deadline::after(options_.heartbeat);
    const MutexLock lock(mutex_);
    while (!dirty_ && !stop.stop_requested() && wanted_.wait(mutex_, next)) {
    }
  }
}

YarnSource::Heartbeat YarnSource::collect() {
  Heartbeat heartbeat;
  for (const auto& [id, ask] : std::exchange(unsent_asks_, {})) heartbeat.asks.push_back(ask);
  for (const yarn::ContainerId& id : std::exchange(unsent_releases_, {}))
    heartbeat.releases.push_back(id);
  heartbeat.progress = static_cast<float>(progress_);
  dirty_ = false;
  return heartbeat;
}

bool YarnSource::exchange_heartbeat() {
  Heartbeat heartbeat;
  {
    const MutexLock lock(mutex_);
    heartbeat = collect();
  }
  auto allocation = scheduler_->allocate(heartbeat.asks, heartbeat.releases, heartbeat.progress,
                                         Deadline::after(kHeartbeatTimeout));
  if (allocation) {
    last_heard_ = Clock::now();
    take(std::move(*allocation));
    return true;
  }
  const Status& why = allocation.status();
  if (why.code() == Code::kCancelled) return false;
  {
    const MutexLock lock(mutex_);
    for (const yarn::Ask& ask : heartbeat.asks) unsent_asks_.emplace(ask.id, ask);
    unsent_releases_.insert(heartbeat.releases.begin(), heartbeat.releases.end());
  }
  if (why.code() == Code::kInvalidArgument) {
    refuse_asks(why);
    return true;
  }
  if (is_final(why.code()) || Clock::now() - last_heard_ > options_.patience) {
    end(why);
    return false;
  }
  if (!answer_lost_) log::warning("the ResourceManager does not answer: {}", why.to_string());
  answer_lost_ = true;
  return true;
}

void YarnSource::take(yarn::Allocation allocation) {
  const MutexLock lock(mutex_);
  for (const yarn::ContainerStatus& status : allocation.completed) take_completed(status);
  for (yarn::AllocatedContainer& granted : allocation.granted) take_grant(std::move(granted));
  // After a lost answer this one may be its repetition, to which nothing new was heard.
  if (allocation.forgotten || std::exchange(answer_lost_, false)) send_asks_again();
  if (!allocation.forgotten) say_what_is_waited_for(allocation);
}

void YarnSource::take_grant(yarn::AllocatedContainer granted) {
  if (open_asks_ == 0 || granted.ask_id != ask_id_) {
    give_back(granted.id);
    return;
  }
  --open_asks_;
  asked_at_ = Clock::now();
  told_lack_ = Lack::kNone;
  const std::string name = granted.id.to_string();
  Granted event{name, granted.node.to_string(), granted.node.host};
  containers_[name] = {granted.id,    granted.node, std::move(granted.node_http),
                       granted.token, false,        false};
  events_.push(std::move(event));
}

void YarnSource::take_completed(const yarn::ContainerStatus& status) {
  releases_.erase(status.id);
  unsent_releases_.erase(status.id);
  const std::string name = status.id.to_string();
  const auto entry = containers_.find(name);
  if (entry == containers_.end()) return;  // the master's own, or one told already
  const Container container = std::move(entry->second);
  containers_.erase(entry);
  Finished finished{name, ExitCause::kStopped, status.exit_status, plain_words(status.diagnostics)};
  if (!container.stopping)
    finished.cause = cause_of_yarn_exit(status.exit_status, status.diagnostics);
  // YARN adds the end of stderr to what exits by itself, but not to what was killed.
  if (finished.cause == ExitCause::kSignal || finished.cause == ExitCause::kOutOfMemory) {
    enqueue([this, finished = std::move(finished), node_http = container.node_http] {
      tell_with_stderr(finished, node_http);
    });
    return;
  }
  events_.push(std::move(finished));
}

void YarnSource::refuse_asks(const Status& why) {
  const MutexLock lock(mutex_);
  unsent_asks_.clear();
  open_asks_ = 0;
  events_.push(Waiting{fmt::format("YARN refuses the ask: {}", why.message())});
}

void YarnSource::say_what_is_waited_for(const yarn::Allocation& allocation) {
  if (open_asks_ == 0 || Clock::now() - asked_at_ < options_.waiting_notice) return;
  const Lack lack = allocation.cluster_nodes == 0      ? Lack::kNodes
                    : !size_.fits(allocation.headroom) ? Lack::kQueue
                                                       : Lack::kSpace;
  if (lack == told_lack_) return;
  told_lack_ = lack;
  const std::string label = node_label_.empty() ? "" : fmt::format(" labelled {}", node_label_);
  if (lack == Lack::kNodes) {
    events_.push(Waiting{fmt::format("the cluster has no running node{}", label)});
  } else if (lack == Lack::kQueue) {
    events_.push(Waiting{fmt::format("queue {} has {} left for this job, a container takes {}",
                                     queue_, allocation.headroom.to_string(), size_.to_string())});
  } else {
    events_.push(Waiting{fmt::format("no node{} has {} free", label, size_.to_string())});
  }
}

void YarnSource::send_asks_again() {
  if (open_asks_ > 0) unsent_asks_[ask_id_] = {ask_id_, open_asks_, size_, node_label_};
  unsent_releases_ = releases_;
  dirty_ = !unsent_asks_.empty() || !unsent_releases_.empty();
}

void YarnSource::give_back(const yarn::ContainerId& id) {
  releases_.insert(id);
  unsent_releases_.insert(id);
  dirty_ = true;
  wanted_.notify_all();
}

void YarnSource::end(Status why) {
  const MutexLock lock(mutex_);
  ended_ = true;
  events_.push(Ended{std::move(why)});
}

// ---- NodeManagers

void YarnSource::enqueue(std::function<void()> task) {
  tasks_.push_back(std::move(task));
  tasks_changed_.notify_one();
}

void YarnSource::work(std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] {
    const MutexLock lock(mutex_);
    tasks_changed_.notify_all();
  });
  for (;;) {
    std::function<void()> task;
    {
      const MutexLock lock(mutex_);
      while (tasks_.empty() && !stop.stop_requested())
        tasks_changed_.wait(mutex_, Deadline::never());
      if (stop.stop_requested()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

Result<std::shared_ptr<yarn::NodeManagerClient>> YarnSource::node_manager(
    const net::Address& node) {
  const auto token = scheduler_->node_token(node);
  if (!token)
    return Status(Code::kInternal, "no NMToken came for this node").with_peer(node.to_string());
  const MutexLock lock(mutex_);
  NodeManager& known = node_managers_[node];
  if (!known.client || known.token != *token)
    known = {*token, std::make_shared<yarn::NodeManagerClient>(node, *token)};
  return known.client;
}

void YarnSource::start_on_node(const std::string& name, const Container& container,
                               const Launch& launch) {
  Status started;
  if (const auto manager = node_manager(container.node)) {
    started = (*manager)->start_container(context_of(launch), container.token,
                                          Deadline::after(options_.launch_timeout));
  } else {
    started = manager.status();
  }
  const MutexLock lock(mutex_);
  const auto entry = containers_.find(name);
  if (entry == containers_.end()) return;  // it has ended already
  if (started) {
    events_.push(Started{name});
    return;
  }
  const ExitCause cause = entry->second.stopping ? ExitCause::kStopped : ExitCause::kLaunch;
  containers_.erase(entry);
  give_back(container.id);  // also where the answer was lost and it does run
  events_.push(Finished{name, cause, -1, started.to_string()});
}

void YarnSource::stop_on_node(const Container& container) {
  Status stopped;
  if (const auto manager = node_manager(container.node))
    stopped = (*manager)->stop_container(container.id, Deadline::after(kStopTimeout));
  else
    stopped = manager.status();
  if (!stopped) log::debug("{}: {}", container.id.to_string(), stopped.to_string());
  const MutexLock lock(mutex_);
  if (containers_.contains(container.id.to_string())) give_back(container.id);
}

void YarnSource::tell_with_stderr(Finished finished, const std::string& node_http) {
  const auto tail = yarn::read_node_log(node_http, finished.container, "stderr", kTailBytes,
                                        Deadline::after(kTailTimeout));
  if (tail) finished.diagnostics = with_stderr_tail(std::move(finished.diagnostics), *tail);
  events_.push(std::move(finished));
}

}  // namespace howdah::cluster
