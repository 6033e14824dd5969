#include "yarn/scheduler_client.h"

#include <chrono>
#include <utility>

#include "yarn/resource_manager.h"
#include "yarn/wire.h"

namespace howdah::yarn {
namespace {

constexpr const char* kAddressKey = "yarn.resourcemanager.scheduler.address";
constexpr uint16_t kDefaultPort = 8030;
constexpr const char* kProtocol = "org.apache.hadoop.yarn.api.ApplicationMasterProtocolPB";
constexpr int32_t kPriority = 1;
constexpr std::chrono::milliseconds kFinishInterval{50};

bool is(const std::string& exception, std::string_view name) {
  return exception.ends_with(name);
}

proto::FinalApplicationStatusProto final_of(FinalStatus status) {
  return static_cast<proto::FinalApplicationStatusProto>(status);
}

}  // namespace

Result<std::unique_ptr<SchedulerClient>> SchedulerClient::create(
    const hadoop::Configuration& configuration, const hadoop::Credentials& credentials) {
  const hadoop::Token* token = credentials.find_token("YARN_AM_RM_TOKEN");
  if (!token)
    return Status(Code::kUnauthenticated, "there is no YARN_AM_RM_TOKEN among the credentials")
        .with_advice("only a process that YARN started as ApplicationMaster has one");
  hadoop::RpcOptions options;
  options.protocol = kProtocol;
  options.servers =
      HOWDAH_TRY(resource_manager_addresses(configuration, kAddressKey, kDefaultPort));
  options.token = *token;
  options.token_only = true;
  return std::unique_ptr<SchedulerClient>(new SchedulerClient(std::move(options)));
}

Status SchedulerClient::call(const char* method, const google::protobuf::MessageLite& request,
                             google::protobuf::MessageLite* response, Deadline deadline,
                             std::string* exception) {
  const Status status = rpc_.call(method, request, response, deadline, exception);
  if (is(*exception, "ApplicationAttemptNotFoundException"))
    return Status(Code::kAborted, "another attempt of this application took over")
        .with_operation(method)
        .with_peer(status.peer());
  return explain(status);
}

Result<Registered> SchedulerClient::register_master(const Registration& registration,
                                                    Deadline deadline) {
  registration_ = registration;
  proto::RegisterApplicationMasterRequestProto request;
  request.set_host(registration.host);
  request.set_rpc_port(registration.rpc_port);
  request.set_tracking_url(registration.tracking_url);
  proto::RegisterApplicationMasterResponseProto response;
  std::string exception;
  const Status status = call("registerApplicationMaster", request, &response, deadline, &exception);
  // An answer that was lost: the ResourceManager knows us already.
  if (!status && !is(exception, "InvalidApplicationMasterRequestException")) return status;
  response_id_ = 0;
  Registered registered{wire::get(response.maximumcapability()), response.queue(), {}};
  for (const auto& container : response.containers_from_previous_attempts()) {
    AllocatedContainer previous = wire::get(container);
    if (!previous.id.is_application_master()) registered.previous.push_back(std::move(previous));
  }
  const MutexLock lock(mutex_);
  for (const auto& entry : response.nm_tokens_from_previous_attempts())
    node_tokens_[wire::get(entry.nodeid())] = wire::get(entry.token());
  return registered;
}

Result<Allocation> SchedulerClient::allocate(const std::vector<Ask>& asks,
                                             const std::vector<ContainerId>& releases,
                                             float progress, Deadline deadline) {
  proto::AllocateRequestProto request;
  for (const Ask& ask : asks) {
    auto* entry = request.add_ask();
    entry->mutable_priority()->set_priority(kPriority);
    entry->set_resource_name("*");
    wire::put(ask.resource, entry->mutable_capability());
    entry->set_num_containers(ask.count);
    entry->set_allocation_request_id(ask.id);
    if (!ask.node_label.empty()) entry->set_node_label_expression(ask.node_label);
  }
  for (const ContainerId& id : releases) wire::put(id, request.add_release());
  request.set_response_id(response_id_);
  request.set_progress(progress);
  proto::AllocateResponseProto response;
  std::string exception;
  const Status status = call("allocate", request, &response, deadline, &exception);
  const bool resync = response.has_a_m_command() && response.a_m_command() == proto::AM_RESYNC;
  if (is(exception, "ApplicationMasterNotRegisteredException") || (status && resync)) {
    HOWDAH_TRY(register_master(registration_, deadline));
    Allocation allocation;
    allocation.forgotten = true;
    return allocation;
  }
  HOWDAH_TRY(status);
  if (response.has_a_m_command() && response.a_m_command() == proto::AM_SHUTDOWN)
    return Status(Code::kAborted, "the ResourceManager orders this attempt's end")
        .with_operation("allocate");
  response_id_ = response.response_id();
  if (response.has_am_rm_token()) rpc_.set_token(wire::get(response.am_rm_token()));
  Allocation allocation;
  for (const auto& container : response.allocated_containers())
    allocation.granted.push_back(wire::get(container));
  for (const auto& container : response.completed_container_statuses()) {
    allocation.completed.push_back(wire::get(container));
    allocation.completed.back().complete = true;
  }
  allocation.headroom = wire::get(response.limit());
  allocation.cluster_nodes = response.num_cluster_nodes();
  const MutexLock lock(mutex_);
  for (const auto& entry : response.nm_tokens())
    node_tokens_[wire::get(entry.nodeid())] = wire::get(entry.token());
  return allocation;
}

Status SchedulerClient::finish(FinalStatus final_status, const std::string& diagnostics,
                               const std::string& tracking_url, Deadline deadline) {
  proto::FinishApplicationMasterRequestProto request;
  request.set_final_application_status(final_of(final_status));
  request.set_diagnostics(diagnostics);
  request.set_tracking_url(tracking_url);
  for (;;) {
    proto::FinishApplicationMasterResponseProto response;
    std::string exception;
    const Status status = call("finishApplicationMaster", request, &response, deadline, &exception);
    if (is(exception, "ApplicationMasterNotRegisteredException")) {
      HOWDAH_TRY(register_master(registration_, deadline));
      continue;
    }
    HOWDAH_TRY(status);
    if (response.isunregistered()) return Status::ok();
    if (deadline.expired())
      return Status(Code::kDeadlineExceeded, "the ResourceManager has not noted our end")
          .with_operation("finishApplicationMaster");
    // It stores the end first and wants to be asked again.
    Mutex mutex;
    Condition never;
    const MutexLock lock(mutex);
    never.wait(mutex, Deadline::after(kFinishInterval));
  }
}

std::optional<hadoop::Token> SchedulerClient::node_token(const net::Address& node) const {
  const MutexLock lock(mutex_);
  const auto found = node_tokens_.find(node);
  if (found == node_tokens_.end()) return std::nullopt;
  return found->second;
}

}  // namespace howdah::yarn
