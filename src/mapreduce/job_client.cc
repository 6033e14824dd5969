#include "mapreduce/job_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mapreduce/proto/client.pb.h"
#include "yarn/resource_manager.h"

namespace howdah::mapreduce {
namespace {

constexpr const char* kMasterProtocol = "org.apache.hadoop.mapreduce.v2.api.MRClientProtocolPB";
constexpr const char* kHistoryProtocol = "org.apache.hadoop.mapreduce.v2.api.HSClientProtocolPB";
constexpr uint16_t kHistoryPort = 10020;
constexpr size_t kMaxCounters = 10'000;
constexpr size_t kMaxText = 64 << 10;

void put(const yarn::ApplicationId& from, proto::JobIdProto* into) {
  into->mutable_app_id()->set_id(from.id);
  into->mutable_app_id()->set_cluster_timestamp(from.cluster_timestamp);
  into->set_id(from.id);
}

void put(const AttemptName& from, proto::TaskAttemptIdProto* into) {
  put(from.application, into->mutable_task_id()->mutable_job_id());
  into->mutable_task_id()->set_task_type(from.reduce ? proto::REDUCE : proto::MAP);
  into->mutable_task_id()->set_id(from.task);
  into->set_id(from.attempt);
}

AttemptName get(const proto::TaskAttemptIdProto& from) {
  const auto& task = from.task_id();
  const auto& application = task.job_id().app_id();
  return {{application.cluster_timestamp(), application.id()},
          task.task_type() == proto::REDUCE,
          task.id(),
          from.id()};
}

JobReport::State state_of(proto::JobStateProto state) {
  switch (state) {
    case proto::J_NEW:
    case proto::J_INITED:
      return JobReport::State::kStarting;
    case proto::J_SUCCEEDED:
      return JobReport::State::kSucceeded;
    case proto::J_FAILED:
    case proto::J_ERROR:
      return JobReport::State::kFailed;
    case proto::J_KILLED:
      return JobReport::State::kKilled;
    default:
      return JobReport::State::kRunning;
  }
}

AttemptEnd::How how_of(proto::TaskAttemptCompletionEventStatusProto status) {
  switch (status) {
    case proto::TACE_SUCCEEDED:
      return AttemptEnd::How::kSucceeded;
    case proto::TACE_KILLED:
      return AttemptEnd::How::kKilled;
    case proto::TACE_OBSOLETE:
      return AttemptEnd::How::kObsolete;
    default:
      return AttemptEnd::How::kFailed;
  }
}

std::string shortened(const std::string& text) {
  return text.substr(0, kMaxText);
}

double fraction(float value) {
  return value >= 0 && value <= 1 ? static_cast<double>(value) : 0;
}

}  // namespace

std::string job_name(const yarn::ApplicationId& application) {
  return fmt::format("job_{}_{:04}", application.cluster_timestamp, application.id);
}

std::string AttemptName::task_name() const {
  return fmt::format("task_{}_{:04}_{}_{:06}", application.cluster_timestamp, application.id,
                     reduce ? 'r' : 'm', task);
}

std::string AttemptName::to_string() const {
  return fmt::format("attempt{}_{}", task_name().substr(4), attempt);
}

JobClient::JobClient(hadoop::RpcOptions options)
    : rpc_(std::make_unique<hadoop::RpcClient>(std::move(options))) {}

JobClient JobClient::of_master(const net::Address& master, const hadoop::User& user) {
  hadoop::RpcOptions options;
  options.protocol = kMasterProtocol;
  options.servers = {master};
  options.user = user;
  options.connect_timeout = std::chrono::seconds(2);
  options.call_timeout = std::chrono::seconds(10);
  options.max_retries = 1;
  return JobClient(std::move(options));
}

Result<JobClient> JobClient::of_history(const hadoop::Configuration& configuration,
                                        const hadoop::User& user,
                                        const hadoop::Credentials& credentials) {
  hadoop::RpcOptions options;
  options.protocol = kHistoryProtocol;
  options.servers = {HOWDAH_TRY(net::Address::parse(
      configuration.get("mapreduce.jobhistory.address", "0.0.0.0"), kHistoryPort))};
  options.user = user;
  options.connect_timeout = std::chrono::seconds(2);
  options.max_retries = 1;
  if (const hadoop::Token* token = credentials.find_token("MR_DELEGATION_TOKEN"))
    options.token = *token;
  return JobClient(std::move(options));
}

Status JobClient::call(const char* method, const google::protobuf::MessageLite& request,
                       google::protobuf::MessageLite* response, Deadline deadline) {
  const Status status = yarn::explain(rpc_->call(method, request, response, deadline));
  // "Unknown job job_..." comes as a YarnRuntimeException or an IOException.
  if (status.message().find("nknown job") != std::string::npos ||
      status.message().find("Could not load history") != std::string::npos)
    return Status(Code::kNotFound, status.message()).with_peer(status.peer());
  return status;
}

Result<JobReport> JobClient::get_job_report(const yarn::ApplicationId& job, Deadline deadline) {
  proto::GetJobReportRequestProto request;
  put(job, request.mutable_job_id());
  proto::GetJobReportResponseProto response;
  HOWDAH_TRY(call("getJobReport", request, &response, deadline));
  if (!response.has_job_report()) return Status(Code::kNotFound, "the job is not known there");
  const auto& report = response.job_report();
  return JobReport{state_of(report.job_state()), fraction(report.map_progress()),
                   fraction(report.reduce_progress()), shortened(report.diagnostics())};
}

Result<Counters> JobClient::get_counters(const yarn::ApplicationId& job, Deadline deadline) {
  proto::GetCountersRequestProto request;
  put(job, request.mutable_job_id());
  proto::GetCountersResponseProto response;
  HOWDAH_TRY(call("getCounters", request, &response, deadline));
  Counters counters;
  size_t count = 0;
  for (const auto& group : response.counters().counter_groups()) {
    for (const auto& counter : group.value().counters()) {
      if (++count > kMaxCounters)
        return Status(Code::kCorrupt, fmt::format("more than {} counters", kMaxCounters));
      counters[group.key()][counter.key()] = counter.value().value();
    }
  }
  return counters;
}

Result<std::vector<AttemptEnd>> JobClient::get_attempt_ends(const yarn::ApplicationId& job,
                                                            int from, int limit,
                                                            Deadline deadline) {
  proto::GetTaskAttemptCompletionEventsRequestProto request;
  put(job, request.mutable_job_id());
  request.set_from_event_id(from);
  request.set_max_events(limit);
  proto::GetTaskAttemptCompletionEventsResponseProto response;
  HOWDAH_TRY(call("getTaskAttemptCompletionEvents", request, &response, deadline));
  if (response.completion_events_size() > limit)
    return Status(Code::kCorrupt, "more events than were asked for");
  std::vector<AttemptEnd> ends;
  for (const auto& event : response.completion_events())
    ends.push_back({how_of(event.status()), get(event.attempt_id())});
  return ends;
}

Result<AttemptReport> JobClient::get_attempt_report(const AttemptName& attempt, Deadline deadline) {
  proto::GetTaskAttemptReportRequestProto request;
  put(attempt, request.mutable_task_attempt_id());
  proto::GetTaskAttemptReportResponseProto response;
  HOWDAH_TRY(call("getTaskAttemptReport", request, &response, deadline));
  const auto& from = response.task_attempt_report();
  AttemptReport report;
  report.node = shortened(from.node_manager_host());
  if (!report.node.empty() && from.node_manager_http_port() > 0)
    report.node_http = fmt::format("{}:{}", report.node, from.node_manager_http_port());
  const auto& master = from.container_id().app_attempt_id();
  report.container = {{{master.application_id().cluster_timestamp(), master.application_id().id()},
                       master.attemptid()},
                      from.container_id().id()};
  report.diagnostics = shortened(from.diagnostic_info());
  return report;
}

Status JobClient::kill_job(const yarn::ApplicationId& job, Deadline deadline) {
  proto::KillJobRequestProto request;
  put(job, request.mutable_job_id());
  proto::KillJobResponseProto response;
  return call("killJob", request, &response, deadline);
}

}  // namespace howdah::mapreduce
