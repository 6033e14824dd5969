#include "job/coordinator_journal.h"

#include <nlohmann/json.hpp>

namespace howdah::job {
namespace {

using Json = nlohmann::ordered_json;

Json entry(std::string_view kind, Instant at) {
  return {{"t", kind}, {"at_ms", at.count()}};
}

// Words of a cluster or a crashed program are not always UTF-8.
std::string line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string attempt_entry(Instant at, uint32_t attempt) {
  Json json = entry("attempt", at);
  json["attempt"] = attempt;
  return line(json);
}

std::string launch_entry(Instant at, const std::string& container, WorkerNumber worker,
                         const std::string& host) {
  Json json = entry("launch", at);
  json["container"] = container;
  json["worker"] = worker;
  json["host"] = host;
  return line(json);
}

std::string finished_entry(Instant at, const ContainerFinished& event, WorkerNumber worker) {
  Json json = entry("finished", at);
  json["container"] = event.container;
  json["worker"] = worker;
  json["cause"] = cause_name(event.cause);
  json["exit_status"] = event.exit_status;
  return line(json);
}

std::string lost_entry(Instant at, WorkerNumber worker, const std::string& container, Cause cause,
                       const std::string& why) {
  Json json = entry("lost", at);
  json["worker"] = worker;
  json["container"] = container;
  json["cause"] = cause_name(cause);
  json["why"] = why;
  return line(json);
}

std::string generation_entry(Instant at, const GenerationPlan& plan) {
  Json json = entry("generation", at);
  json["generation"] = plan.generation;
  json["start_step"] = plan.start_step;
  if (plan.holder_rank) json["holder"] = *plan.holder_rank;
  json["members"] = Json::array();
  for (const MemberPlan& member : plan.members)
    json["members"].push_back({{"worker", member.worker},
                               {"address", member.address},
                               {"streams", {member.streams_begin, member.streams_end}}});
  return line(json);
}

std::string end_entry(Instant at, const Ending& ending) {
  Json json = entry("end", at);
  json["outcome"] = outcome_name(ending.outcome);
  json["cause"] = cause_name(ending.cause);
  json["message"] = ending.message;
  if (ending.worker >= 0) json["worker"] = ending.worker;
  return line(json);
}

std::string left_entry(Instant at, const std::string& reason) {
  Json json = entry("left", at);
  json["reason"] = reason;
  return line(json);
}

}  // namespace howdah::job
