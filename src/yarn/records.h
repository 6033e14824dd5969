// YARN's nouns: ids and their text, resources, applications, containers, nodes, queues.
// Hadoop: org.apache.hadoop.yarn.api.records. Values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hadoop/credentials.h"
#include "net/address.h"

namespace howdah::yarn {

struct ApplicationId {
  int64_t cluster_timestamp = 0;
  int32_t id = 0;
  // "application_1700000000000_0001"
  static Result<ApplicationId> parse(std::string_view text);
  std::string to_string() const;
  auto operator<=>(const ApplicationId&) const = default;
};

struct AttemptId {
  ApplicationId application;
  int32_t attempt = 0;
  // "appattempt_1700000000000_0001_000001"
  std::string to_string() const;
  auto operator<=>(const AttemptId&) const = default;
};

struct ContainerId {
  AttemptId attempt;
  int64_t id = 0;  // with the ResourceManager's epoch from bit 40 on
  // "container_1700000000000_0001_01_000002", "container_e17_1700000000000_0001_01_000002"
  static Result<ContainerId> parse(std::string_view text);
  std::string to_string() const;
  // An attempt's first container is its ApplicationMaster's.
  bool is_application_master() const { return (id & 0xff'ffff'ffff) == 1; }
  auto operator<=>(const ContainerId&) const = default;
};

struct Resource {
  int64_t memory_mib = 0;
  int32_t cores = 0;
  int32_t gpus = 0;  // yarn.io/gpu
  // True where every part of this one is at most that of the other.
  bool fits(const Resource& other) const;
  // "2048 MiB, 1 core", "2048 MiB, 4 cores, 1 GPU"
  std::string to_string() const;
  bool operator==(const Resource&) const = default;
};

enum class ApplicationState {
  kNew,
  kNewSaving,
  kSubmitted,
  kAccepted,
  kRunning,
  kFinished,  // its master said how: FinalStatus
  kFailed,
  kKilled
};
enum class FinalStatus { kUndefined, kSucceeded, kFailed, kKilled, kEnded };
std::string_view state_name(ApplicationState state);     // "NEW", "ACCEPTED", ...
std::string_view final_status_name(FinalStatus status);  // "UNDEFINED", "SUCCEEDED", ...
inline bool is_over(ApplicationState state) {
  return state >= ApplicationState::kFinished;
}

struct ApplicationReport {
  ApplicationId id;
  int32_t attempt = 0;  // the present one; 0 before the first
  std::string name, type, user, queue;
  std::string host;  // of the master, as it registered itself; empty or "N/A" before
  int32_t rpc_port = -1;
  std::string tracking_url;           // behind YARN's proxy
  std::string original_tracking_url;  // as the master gave it
  std::string diagnostics;
  ApplicationState state = ApplicationState::kNew;
  FinalStatus final_status = FinalStatus::kUndefined;
  float progress = 0;  // in [0, 1]
  // Milliseconds since 1970; 0 where it did not happen.
  int64_t submitted_ms = 0, launched_ms = 0, finished_ms = 0;
};

struct AttemptReport {
  AttemptId id;
  ContainerId master;
  std::string host, diagnostics;
  int64_t started_ms = 0, finished_ms = 0;
  // Its master's container is gone. An application is over as soon as its master has said so, while
  // that may still run.
  bool over = false;
};

struct ContainerReport {
  ContainerId id;
  net::Address node;
  std::string node_http;  // "http://host:port"
  std::string log_url, diagnostics;
  bool complete = false;
  int exit_status = 0;
  int64_t created_ms = 0, finished_ms = 0;
};

struct NodeReport {
  net::Address node;
  std::string http_address, rack, health;
  Resource capability, used;
  int32_t containers = 0;
  bool running = false;
  std::vector<std::string> labels;
};

struct QueueInfo {
  std::string name;  // "default"
  std::string path;  // "root.default"
  float capacity = 0, maximum_capacity = 0, current_capacity = 0;
  bool running = false;
  std::vector<QueueInfo> children;
};

// A container that the scheduler gave us.
struct AllocatedContainer {
  ContainerId id;
  net::Address node;
  std::string node_http;  // "host:port"
  Resource resource;
  hadoop::Token token;  // proof of the grant, for the NodeManager
  int64_t ask_id = -1;
};

struct ContainerStatus {
  ContainerId id;
  bool complete = false;
  // Of a complete one; Hadoop: ContainerExitStatus. -1000 while it runs, too.
  int exit_status = -1000;
  std::string diagnostics;
};

}  // namespace howdah::yarn
