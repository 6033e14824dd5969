#include "yarn/wire.h"

#include <algorithm>

namespace howdah::yarn::wire {
namespace {

constexpr const char* kGpu = "yarn.io/gpu";
constexpr int kDeepestQueue = 32;

// Hadoop writes "N/A" where it has nothing to say.
std::string said(const std::string& text) {
  return text == "N/A" ? std::string() : text;
}

}  // namespace

void put(const ApplicationId& id, proto::ApplicationIdProto* into) {
  into->set_id(id.id);
  into->set_cluster_timestamp(id.cluster_timestamp);
}

void put(const AttemptId& id, proto::ApplicationAttemptIdProto* into) {
  put(id.application, into->mutable_application_id());
  into->set_attemptid(id.attempt);
}

void put(const ContainerId& id, proto::ContainerIdProto* into) {
  put(id.attempt.application, into->mutable_app_id());
  put(id.attempt, into->mutable_app_attempt_id());
  into->set_id(id.id);
}

void put(const Resource& resource, proto::ResourceProto* into) {
  into->set_memory(resource.memory_mib);
  into->set_virtual_cores(resource.cores);
  if (resource.gpus > 0) {
    auto* gpu = into->add_resource_value_map();
    gpu->set_key(kGpu);
    gpu->set_value(resource.gpus);
    gpu->set_units("");
  }
}

void put(const hadoop::Token& token, hadoop::proto::TokenProto* into) {
  into->set_identifier(token.identifier);
  into->set_password(token.password);
  into->set_kind(token.kind);
  into->set_service(token.service);
}

ApplicationId get(const proto::ApplicationIdProto& from) {
  return {from.cluster_timestamp(), from.id()};
}

AttemptId get(const proto::ApplicationAttemptIdProto& from) {
  return {get(from.application_id()), from.attemptid()};
}

ContainerId get(const proto::ContainerIdProto& from) {
  return {get(from.app_attempt_id()), from.id()};
}

Resource get(const proto::ResourceProto& from) {
  Resource resource{from.memory(), from.virtual_cores(), 0};
  for (const auto& entry : from.resource_value_map()) {
    if (entry.key() == kGpu)
      resource.gpus = static_cast<int32_t>(
          std::clamp<int64_t>(entry.value(), 0, std::numeric_limits<int32_t>::max()));
  }
  return resource;
}

hadoop::Token get(const hadoop::proto::TokenProto& from) {
  return {from.identifier(), from.password(), from.kind(), from.service()};
}

net::Address get(const proto::NodeIdProto& from) {
  return {from.host(), static_cast<uint16_t>(from.port())};
}

AllocatedContainer get(const proto::ContainerProto& from) {
  return {get(from.id()),       get(from.nodeid()),          from.node_http_address(),
          get(from.resource()), get(from.container_token()), from.allocation_request_id()};
}

ContainerStatus get(const proto::ContainerStatusProto& from) {
  return {get(from.container_id()), from.state() == proto::C_COMPLETE, from.exit_status(),
          said(from.diagnostics())};
}

ApplicationReport get(const proto::ApplicationReportProto& from) {
  ApplicationReport report;
  report.id = get(from.applicationid());
  report.attempt = from.currentapplicationattemptid().attemptid();
  report.name = from.name();
  report.type = from.applicationtype();
  report.user = from.user();
  report.queue = from.queue();
  report.host = said(from.host());
  report.rpc_port = from.rpc_port();
  report.tracking_url = said(from.trackingurl());
  report.original_tracking_url = said(from.originaltrackingurl());
  report.diagnostics = said(from.diagnostics());
  report.state = static_cast<ApplicationState>(from.yarn_application_state() - proto::NEW);
  report.final_status = static_cast<FinalStatus>(from.final_application_status());
  report.progress = from.progress();
  report.submitted_ms =
      from.has_submittime() && from.submittime() > 0 ? from.submittime() : from.starttime();
  report.launched_ms = from.launchtime();
  report.finished_ms = from.finishtime();
  return report;
}

AttemptReport get(const proto::ApplicationAttemptReportProto& from) {
  const auto state = from.yarn_application_attempt_state();
  return {get(from.application_attempt_id()),
          get(from.am_container_id()),
          said(from.host()),
          said(from.diagnostics()),
          from.starttime(),
          from.finishtime(),
          state == proto::APP_ATTEMPT_FINISHED || state == proto::APP_ATTEMPT_FAILED ||
              state == proto::APP_ATTEMPT_KILLED};
}

ContainerReport get(const proto::ContainerReportProto& from) {
  ContainerReport report;
  report.id = get(from.container_id());
  report.node = get(from.node_id());
  report.node_http = from.node_http_address();
  report.log_url = said(from.log_url());
  report.diagnostics = said(from.diagnostics_info());
  report.complete = from.container_state() == proto::C_COMPLETE;
  report.exit_status = from.container_exit_status();
  report.created_ms = from.creation_time();
  report.finished_ms = from.finish_time();
  return report;
}

NodeReport get(const proto::NodeReportProto& from) {
  NodeReport report;
  report.node = get(from.nodeid());
  report.http_address = from.httpaddress();
  report.rack = from.rackname();
  report.health = from.health_report();
  report.capability = get(from.capability());
  report.used = get(from.used());
  report.containers = from.numcontainers();
  report.running = from.node_state() == proto::NS_RUNNING;
  report.labels.assign(from.node_labels().begin(), from.node_labels().end());
  return report;
}

QueueInfo get(const proto::QueueInfoProto& from, int depth) {
  QueueInfo queue;
  queue.name = from.queuename();
  queue.path = from.queuepath().empty() ? from.queuename() : from.queuepath();
  queue.capacity = from.capacity();
  queue.maximum_capacity = from.maximumcapacity();
  queue.current_capacity = from.currentcapacity();
  queue.running = from.state() == proto::Q_RUNNING;
  if (depth < kDeepestQueue) {
    for (const auto& child : from.childqueues()) queue.children.push_back(get(child, depth + 1));
  }
  return queue;
}

proto::YarnApplicationStateProto state_of(ApplicationState state) {
  return static_cast<proto::YarnApplicationStateProto>(static_cast<int>(state) + proto::NEW);
}

}  // namespace howdah::yarn::wire
