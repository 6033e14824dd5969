// The largest container that one queue gives, which may be less than the cluster's. YARN's protocol
// does not tell; the ResourceManager's web service does (CapacityScheduler,
// /ws/v1/cluster/scheduler).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "hadoop/configuration.h"
#include "yarn/records.h"

namespace howdah::yarn {

// Nothing where it cannot be learnt: another scheduler, no web address, TLS, Kerberos. Then the
// queue's own refusal comes when containers are asked for.
std::optional<Resource> queue_maximum(const hadoop::Configuration& configuration,
                                      const std::string& queue_path, Deadline deadline);

// From the web service's JSON.
std::optional<Resource> queue_maximum_in(std::string_view json, const std::string& queue_path);

}  // namespace howdah::yarn
