#include "yarn/application_client.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/mutex.h"
#include "base/nearest.h"
#include "yarn/queue_limits.h"
#include "yarn/resource_manager.h"
#include "yarn/wire.h"

namespace howdah::yarn {
namespace {

constexpr const char* kAddressKey = "yarn.resourcemanager.address";
constexpr uint16_t kDefaultPort = 8032;
constexpr const char* kProtocol = "org.apache.hadoop.yarn.api.ApplicationClientProtocolPB";
constexpr std::chrono::milliseconds kKillInterval{50};
constexpr std::chrono::seconds kWebTimeout{2};
constexpr size_t kQueuesShown = 20;

void collect_leaves(const QueueInfo& queue, std::vector<std::string>& into) {
  if (queue.children.empty()) into.push_back(queue.name);
  for (const QueueInfo& child : queue.children) collect_leaves(child, into);
}

// Between two questions that the protocol wants asked again.
void pause(std::chrono::milliseconds time) {
  Mutex mutex;
  Condition never;
  const MutexLock lock(mutex);
  never.wait(mutex, Deadline::after(time));
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Result<ApplicationClient> ApplicationClient::create(const hadoop::Configuration& configuration,
                                                    const hadoop::User& user,
                                                    const hadoop::Credentials& credentials) {
  hadoop::RpcOptions options;
  options.protocol = kProtocol;
  options.servers =
      HOWDAH_TRY(resource_manager_addresses(configuration, kAddressKey, kDefaultPort));
  if (options.servers.size() == 1)
    options.max_retries = static_cast<int>(
        HOWDAH_TRY(configuration.get_int("howdah.rpc.retries", options.max_retries)));
  options.user = user;
  if (const hadoop::Token* token = credentials.find_token("RM_DELEGATION_TOKEN"))
    options.token = *token;
  return ApplicationClient(configuration, std::move(options));
}

ApplicationClient::ApplicationClient(const hadoop::Configuration& configuration,
                                     hadoop::RpcOptions options)
    : configuration_(configuration),
      rpc_(std::make_unique<hadoop::RpcClient>(std::move(options))) {}

Status ApplicationClient::call(const char* method, const google::protobuf::MessageLite& request,
                               google::protobuf::MessageLite* response, Deadline deadline) {
  return explain(rpc_->call(method, request, response, deadline));
}

Result<NewApplication> ApplicationClient::get_new_application(Deadline deadline) {
  proto::GetNewApplicationResponseProto response;
  HOWDAH_TRY(
      call("getNewApplication", proto::GetNewApplicationRequestProto(), &response, deadline));
  return NewApplication{wire::get(response.application_id()),
                        wire::get(response.maximumcapability())};
}

Status ApplicationClient::submit_application(const Submission& submission, Deadline deadline) {
  proto::SubmitApplicationRequestProto request;
  auto* context = request.mutable_application_submission_context();
  wire::put(submission.id, context->mutable_application_id());
  context->set_application_name(submission.name);
  context->set_queue(submission.queue);
  context->set_applicationtype(submission.type);
  for (const std::string& tag : submission.tags) context->add_applicationtags(tag);
  wire::put(submission.resource, context->mutable_resource());
  context->mutable_priority()->set_priority(0);
  context->set_maxappattempts(submission.max_attempts);
  context->set_attempt_failures_validity_interval(submission.attempt_failures_validity.count());
  context->set_keep_containers_across_application_attempts(submission.keep_containers);
  HOWDAH_TRY(put(submission.master, context->mutable_am_container_spec()));
  proto::SubmitApplicationResponseProto response;
  return call("submitApplication", request, &response, deadline);
}

Result<ApplicationReport> ApplicationClient::get_application_report(const ApplicationId& id,
                                                                    Deadline deadline) {
  proto::GetApplicationReportRequestProto request;
  wire::put(id, request.mutable_application_id());
  proto::GetApplicationReportResponseProto response;
  HOWDAH_TRY(call("getApplicationReport", request, &response, deadline));
  return wire::get(response.application_report());
}

Result<std::vector<ApplicationReport>> ApplicationClient::get_applications(
    const ApplicationFilter& filter, Deadline deadline) {
  proto::GetApplicationsRequestProto request;
  for (const std::string& type : filter.types) request.add_application_types(type);
  for (const std::string& user : filter.users) request.add_users(user);
  for (const ApplicationState state : filter.states)
    request.add_application_states(wire::state_of(state));
  proto::GetApplicationsResponseProto response;
  HOWDAH_TRY(call("getApplications", request, &response, deadline));
  std::vector<ApplicationReport> reports;
  for (const auto& report : response.applications()) reports.push_back(wire::get(report));
  std::sort(reports.begin(), reports.end(),
            [](const auto& left, const auto& right) { return left.id > right.id; });
  return reports;
}

Status ApplicationClient::force_kill_application(const ApplicationId& id, const std::string& why,
                                                 Deadline deadline) {
  proto::KillApplicationRequestProto request;
  wire::put(id, request.mutable_application_id());
  if (!why.empty()) request.set_diagnostics(why);
  for (;;) {
    proto::KillApplicationResponseProto response;
    HOWDAH_TRY(call("forceKillApplication", request, &response, deadline));
    if (response.is_kill_completed()) return Status::ok();
    if (deadline.expired())
      return Status(Code::kDeadlineExceeded, "the application is still being killed")
          .with_operation("forceKillApplication")
          .with_peer(id.to_string());
    pause(kKillInterval);
  }
}

Result<QueueInfo> ApplicationClient::get_queue_info(const std::string& queue, Deadline deadline) {
  proto::GetQueueInfoRequestProto request;
  request.set_queuename(queue);
  request.set_includechildqueues(true);
  request.set_recursive(true);
  proto::GetQueueInfoResponseProto response;
  HOWDAH_TRY(call("getQueueInfo", request, &response, deadline));
  if (!response.has_queueinfo())
    return Status(Code::kNotFound, fmt::format("there is no queue '{}'", queue))
        .with_operation("getQueueInfo");
  return wire::get(response.queueinfo());
}

Result<bool> ApplicationClient::may_submit(const QueueInfo& queue, Deadline deadline) {
  proto::GetQueueUserAclsInfoResponseProto response;
  HOWDAH_TRY(
      call("getQueueUserAcls", proto::GetQueueUserAclsInfoRequestProto(), &response, deadline));
  bool listed = false;
  for (const auto& entry : response.queueuseracls()) {
    if (entry.queuename() != queue.path && entry.queuename() != queue.name) continue;
    listed = true;
    for (const int acl : entry.useracls()) {
      if (acl == proto::QACL_SUBMIT_APPLICATIONS) return true;
    }
  }
  return !listed;
}

Result<std::vector<NodeReport>> ApplicationClient::get_cluster_nodes(Deadline deadline) {
  proto::GetClusterNodesRequestProto request;
  request.add_nodestates(proto::NS_RUNNING);
  proto::GetClusterNodesResponseProto response;
  HOWDAH_TRY(call("getClusterNodes", request, &response, deadline));
  std::vector<NodeReport> reports;
  for (const auto& report : response.nodereports()) reports.push_back(wire::get(report));
  return reports;
}

Result<std::vector<AttemptReport>> ApplicationClient::get_application_attempts(
    const ApplicationId& id, Deadline deadline) {
  proto::GetApplicationAttemptsRequestProto request;
  wire::put(id, request.mutable_application_id());
  proto::GetApplicationAttemptsResponseProto response;
  HOWDAH_TRY(call("getApplicationAttempts", request, &response, deadline));
  std::vector<AttemptReport> reports;
  for (const auto& report : response.application_attempts()) reports.push_back(wire::get(report));
  std::sort(reports.begin(), reports.end(),
            [](const auto& left, const auto& right) { return left.id < right.id; });
  return reports;
}

Result<std::vector<ContainerReport>> ApplicationClient::get_containers(const AttemptId& id,
                                                                       Deadline deadline) {
  proto::GetContainersRequestProto request;
  wire::put(id, request.mutable_application_attempt_id());
  proto::GetContainersResponseProto response;
  HOWDAH_TRY(call("getContainers", request, &response, deadline));
  std::vector<ContainerReport> reports;
  for (const auto& report : response.containers()) reports.push_back(wire::get(report));
  return reports;
}

Status ApplicationClient::unknown_queue(const std::string& queue, Deadline deadline) {
  std::vector<std::string> names;
  collect_leaves(HOWDAH_TRY(get_queue_info("root", deadline)), names);
  std::string advice;
  if (const std::string near = nearest(queue, names); !near.empty())
    advice = fmt::format("did you mean '{}'? ", near);
  const bool all = names.size() <= kQueuesShown;
  names.resize(std::min(names.size(), kQueuesShown));
  advice += fmt::format("the cluster has {}{}", fmt::join(names, ", "), all ? "" : ", ...");
  return Status(Code::kNotFound, fmt::format("there is no queue '{}'", queue)).with_advice(advice);
}

Status ApplicationClient::check_request(const std::string& queue, const Resource& container,
                                        Deadline deadline) {
  const auto info = get_queue_info(queue, deadline);
  if (info.status().code() == Code::kNotFound) return unknown_queue(queue, deadline);
  if (!info) return info.status();
  if (!info->children.empty()) {
    std::vector<std::string> names;
    collect_leaves(*info, names);
    return Status(Code::kNotFound, fmt::format("queue '{}' only holds other queues", queue))
        .with_advice(fmt::format("take one of {}", fmt::join(names, ", ")));
  }
  if (!info->running)
    return Status(Code::kFailedPrecondition, fmt::format("queue '{}' is stopped", queue))
        .with_advice("take another, or ask the cluster's administrator");
  if (!HOWDAH_TRY(may_submit(*info, deadline)))
    return Status(Code::kPermissionDenied, fmt::format("you may not submit to queue '{}'", queue))
        .with_advice("take another, or ask the cluster's administrator");
  const Resource maximum = HOWDAH_TRY(get_new_application(deadline)).maximum;
  if (!container.fits(maximum))
    return Status(Code::kInvalidArgument,
                  fmt::format("a container of {} is asked for, the cluster gives at most {}",
                              container.to_string(), maximum.to_string()))
        .with_advice("ask for less, or have yarn.scheduler.maximum-allocation-* raised");
  const auto limit = queue_maximum(configuration_, info->path, deadline.earlier(kWebTimeout));
  if (limit && !container.fits(*limit))
    return Status(Code::kInvalidArgument,
                  fmt::format("a container of {} is asked for, queue '{}' gives at most {}",
                              container.to_string(), queue, limit->to_string()))
        .with_advice("ask for less, or take another queue");
  return Status::ok();
}

Status failure_of(const ApplicationReport& report) {
  if (!is_over(report.state)) return Status::ok();
  if (report.state == ApplicationState::kFinished &&
      (report.final_status == FinalStatus::kSucceeded ||
       report.final_status == FinalStatus::kEnded))
    return Status::ok();
  std::string words(report.diagnostics.empty() ? "it left no word" : report.diagnostics);
  if (report.state == ApplicationState::kKilled || report.final_status == FinalStatus::kKilled)
    return Status(Code::kCancelled, std::move(words)).with_peer(report.id.to_string());
  // A master that ran speaks for itself; YARN's own words matter before that.
  if (report.state != ApplicationState::kFailed || report.launched_ms > 0)
    return Status(Code::kInternal, std::move(words)).with_peer(report.id.to_string());
  const Code code = code_of_words(words, Code::kInternal);
  if (code != Code::kInternal) words = first_line(words);
  return Status(code, std::move(words)).with_peer(report.id.to_string());
}

}  // namespace howdah::yarn
