#include "yarn/node_manager_client.h"

#include <utility>

#include "hadoop/exception.h"
#include "yarn/wire.h"

namespace howdah::yarn {
namespace {

constexpr const char* kProtocol = "org.apache.hadoop.yarn.api.ContainerManagementProtocolPB";

hadoop::RpcOptions options_for(const net::Address& node, hadoop::Token token) {
  hadoop::RpcOptions options;
  options.protocol = kProtocol;
  options.servers = {node};
  options.token = std::move(token);
  options.token_only = true;
  options.connect_timeout = std::chrono::seconds(10);
  options.max_retries = 3;
  return options;
}

// What a call that went well says about single containers.
template <typename Response>
Status failure_in(const Response& response, const char* operation) {
  if (response.failed_requests().empty()) return Status::ok();
  const auto& exception = response.failed_requests(0).exception();
  return hadoop::status_of_exception(exception.class_name(), exception.message())
      .with_operation(operation);
}

}  // namespace

NodeManagerClient::NodeManagerClient(const net::Address& node, hadoop::Token token)
    : rpc_(options_for(node, std::move(token))) {}

Status NodeManagerClient::start_container(const LaunchContext& context, const hadoop::Token& token,
                                          Deadline deadline) {
  proto::StartContainersRequestProto request;
  auto* entry = request.add_start_container_request();
  HOWDAH_TRY(put(context, entry->mutable_container_launch_context()));
  wire::put(token, entry->mutable_container_token());
  proto::StartContainersResponseProto response;
  HOWDAH_TRY(rpc_.call("startContainers", request, &response, deadline));
  return failure_in(response, "startContainers");
}

Result<ContainerStatus> NodeManagerClient::get_container_status(const ContainerId& id,
                                                                Deadline deadline) {
  proto::GetContainerStatusesRequestProto request;
  wire::put(id, request.add_container_id());
  proto::GetContainerStatusesResponseProto response;
  HOWDAH_TRY(rpc_.call("getContainerStatuses", request, &response, deadline));
  HOWDAH_TRY(failure_in(response, "getContainerStatuses"));
  if (response.status().empty())
    return Status(Code::kNotFound, "the NodeManager does not know this container")
        .with_operation("getContainerStatuses")
        .with_peer(id.to_string());
  return wire::get(response.status(0));
}

Status NodeManagerClient::stop_container(const ContainerId& id, Deadline deadline) {
  proto::StopContainersRequestProto request;
  wire::put(id, request.add_container_id());
  proto::StopContainersResponseProto response;
  HOWDAH_TRY(rpc_.call("stopContainers", request, &response, deadline));
  return failure_in(response, "stopContainers");
}

}  // namespace howdah::yarn
