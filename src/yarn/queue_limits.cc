#include "yarn/queue_limits.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "net/http_get.h"
#include "yarn/resource_manager.h"

namespace howdah::yarn {
namespace {

using Json = nlohmann::json;

constexpr uint16_t kDefaultPort = 8088;
constexpr int kDeepestQueue = 32;
constexpr size_t kLargestAnswerBytes = size_t{16} << 20;

// The member, where `from` is an object that has it; null otherwise.
const Json& member(const Json& from, const char* name) {
  static const Json kNull;
  if (!from.is_object()) return kNull;
  const auto found = from.find(name);
  return found == from.end() ? kNull : *found;
}

int64_t number(const Json& value) {
  return value.is_number_integer() ? value.get<int64_t>() : 0;
}

int32_t small_number(const Json& value) {
  return static_cast<int32_t>(std::clamp<int64_t>(number(value), 0, INT32_MAX));
}

std::optional<Resource> resource_of(const Json& maximum) {
  Resource resource{number(member(maximum, "memory")), small_number(member(maximum, "vCores")), 0};
  if (resource.memory_mib <= 0 || resource.cores <= 0) return std::nullopt;
  const Json& parts = member(member(maximum, "resourceInformations"), "resourceInformation");
  if (!parts.is_array()) return resource;
  for (const Json& part : parts) {
    if (member(part, "name") == "yarn.io/gpu") resource.gpus = small_number(member(part, "value"));
  }
  return resource;
}

std::optional<Resource> find(const Json& parent, const std::string& path, int depth) {
  const Json& queues = member(member(parent, "queues"), "queue");
  if (!queues.is_array() || depth > kDeepestQueue) return std::nullopt;
  for (const Json& queue : queues) {
    if (member(queue, "queuePath") == path) return resource_of(member(queue, "maximumAllocation"));
    if (const auto below = find(queue, path, depth + 1)) return below;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Resource> queue_maximum_in(std::string_view json, const std::string& queue_path) {
  const Json document = Json::parse(json, nullptr, false);
  return find(member(member(document, "scheduler"), "schedulerInfo"), queue_path, 0);
}

std::optional<Resource> queue_maximum(const hadoop::Configuration& configuration,
                                      const std::string& queue_path, Deadline deadline) {
  const auto servers = resource_manager_addresses(
      configuration, "yarn.resourcemanager.webapp.address", kDefaultPort);
  if (!servers) return std::nullopt;
  for (const net::Address& server : *servers) {
    const auto answer = net::http_get("http://" + server.to_string() + "/ws/v1/cluster/scheduler",
                                      {kLargestAnswerBytes, 4}, deadline);
    if (answer) return queue_maximum_in(*answer, queue_path);
  }
  return std::nullopt;
}

}  // namespace howdah::yarn
