// Containers that YARN grants to this process, its ApplicationMaster.
//
// A heartbeat thread talks to the scheduler (at once when something is asked or released, else at
// its interval), a few threads talk to NodeManagers. A ResourceManager that restarts or fails over
// is waited for, registered with again, and asked again for what is open; containers run on
// meanwhile. Containers that were granted after they were no longer wanted go back unseen.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "cluster/container_source.h"
#include "cluster/event_queue.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"
#include "yarn/node_manager_client.h"
#include "yarn/scheduler_client.h"

namespace howdah::cluster {

struct YarnOptions {
  hadoop::Configuration configuration;
  hadoop::Credentials credentials;  // with the master's token: Credentials::from_environment
  yarn::Registration registration;  // where the master listens, and its web page
  std::chrono::milliseconds heartbeat{250};
  // A ResourceManager that stays away longer ends the source.
  std::chrono::milliseconds patience{std::chrono::minutes(15)};
  // One call to a NodeManager.
  std::chrono::milliseconds launch_timeout{std::chrono::minutes(1)};
  // After this long without a grant it is said what an ask waits for.
  std::chrono::milliseconds waiting_notice{3'000};
  int launch_threads = 4;
};

class YarnSource final : public ContainerSource {
 public:
  // Registers with the ResourceManager.
  //   kAborted  another attempt took over
  //   kUnauthenticated, kInvalidArgument, kUnavailable  as SchedulerClient
  static Result<std::unique_ptr<YarnSource>> start(YarnOptions options, Deadline deadline);
  ~YarnSource() override;

  // Containers of this application's former attempts, which run on. Each counts as launched:
  // its end will be told, and it can be released.
  const std::vector<Granted>& recovered() const { return recovered_; }
  // The largest container that our queue gives; all zero where it is not known.
  const yarn::Resource& maximum() const { return maximum_; }

  void ask(int count, const ContainerSize& size) override;
  void launch(const std::string& container, const Launch& launch) override;
  void release(const std::string& container) override;
  Result<ContainerEvent> next(Deadline deadline) override { return events_.next(deadline); }
  void wake() override { events_.wake(); }
  void set_progress(double progress) override;
  Status finish(bool succeeded, const std::string& diagnostics, Deadline deadline) override;

 private:
  using Clock = Deadline::Clock;
  struct Container {
    yarn::ContainerId id;
    net::Address node;
    std::string node_http;
    hadoop::Token token;
    bool launched = false;  // startContainers was, or is being, sent
    bool stopping = false;  // we want its end
  };
  struct Heartbeat {  // one allocate's content
    std::vector<yarn::Ask> asks;
    std::vector<yarn::ContainerId> releases;
    float progress = 0;
  };

  YarnSource(YarnOptions options, std::unique_ptr<yarn::SchedulerClient> scheduler);
  void adopt(yarn::Registered registered);
  void beat(std::stop_token stop);
  Heartbeat collect() HOWDAH_REQUIRES(mutex_);
  // False when the source is at its end.
  bool exchange_heartbeat() HOWDAH_EXCLUDES(mutex_);
  void take(yarn::Allocation allocation) HOWDAH_EXCLUDES(mutex_);
  void take_grant(yarn::AllocatedContainer granted) HOWDAH_REQUIRES(mutex_);
  void take_completed(const yarn::ContainerStatus& status) HOWDAH_REQUIRES(mutex_);
  void refuse_asks(const Status& why) HOWDAH_EXCLUDES(mutex_);
  void say_what_is_waited_for(const yarn::Allocation& allocation) HOWDAH_REQUIRES(mutex_);
  void set_open_asks(int count) HOWDAH_REQUIRES(mutex_);
  void send_asks_again() HOWDAH_REQUIRES(mutex_);
  void give_back(const yarn::ContainerId& id) HOWDAH_REQUIRES(mutex_);

  void work(std::stop_token stop);
  void enqueue(std::function<void()> task) HOWDAH_REQUIRES(mutex_);
  void start_on_node(const std::string& name, const Container& container, const Launch& launch);
  void stop_on_node(const Container& container);
  void tell_with_stderr(Finished finished, const std::string& node_http);
  Result<std::shared_ptr<yarn::NodeManagerClient>> node_manager(const net::Address& node)
      HOWDAH_EXCLUDES(mutex_);
  void end(Status why) HOWDAH_EXCLUDES(mutex_);

  const YarnOptions options_;
  const std::unique_ptr<yarn::SchedulerClient> scheduler_;
  yarn::Resource maximum_;
  std::string queue_;
  std::vector<Granted> recovered_;
  EventQueue events_;

  Mutex mutex_;
  Condition wanted_;  // for the heartbeat
  Condition tasks_changed_;
  std::map<std::string, Container> containers_ HOWDAH_GUARDED_BY(mutex_);
  int open_asks_ HOWDAH_GUARDED_BY(mutex_) = 0;
  yarn::Resource size_ HOWDAH_GUARDED_BY(mutex_);
  std::string node_label_ HOWDAH_GUARDED_BY(mutex_);
  int64_t ask_id_ HOWDAH_GUARDED_BY(mutex_) = 0;  // of the present size
  std::map<int64_t, yarn::Ask> unsent_asks_ HOWDAH_GUARDED_BY(mutex_);
  std::set<yarn::ContainerId> releases_ HOWDAH_GUARDED_BY(mutex_);  // until completed
  std::set<yarn::ContainerId> unsent_releases_ HOWDAH_GUARDED_BY(mutex_);
  double progress_ HOWDAH_GUARDED_BY(mutex_) = 0;
  bool dirty_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool ended_ HOWDAH_GUARDED_BY(mutex_) = false;
  Clock::time_point asked_at_ HOWDAH_GUARDED_BY(mutex_);
  enum class Lack {
    kNone,
    kNodes,
    kQueue,
    kSpace
  } told_lack_ HOWDAH_GUARDED_BY(mutex_) = Lack::kNone;
  std::deque<std::function<void()>> tasks_ HOWDAH_GUARDED_BY(mutex_);
  struct NodeManager {
    hadoop::Token token;
    std::shared_ptr<yarn::NodeManagerClient> client;
  };
  std::map<net::Address, NodeManager> node_managers_ HOWDAH_GUARDED_BY(mutex_);
  // The heartbeat thread's own.
  Clock::time_point last_heard_;
  bool answer_lost_ = false;  // what the last heartbeat asked may have been heard, or not

  std::vector<std::jthread> workers_;
  std::jthread heartbeat_;
};

}  // namespace howdah::cluster
