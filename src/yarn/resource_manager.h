// Where the ResourceManager is, and how to call it.
// Hadoop: YarnConfiguration, HAUtil.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hadoop/configuration.h"
#include "hadoop/rpc_client.h"
#include "net/address.h"

namespace howdah::yarn {

// The address that `key` ("yarn.resourcemanager.address") has, or the default port on
// yarn.resourcemanager.hostname; with yarn.resourcemanager.ha.enabled, of each of
// yarn.resourcemanager.ha.rm-ids.
//   kInvalidArgument  neither is configured, or it is no address
Result<std::vector<net::Address>> resource_manager_addresses(
    const hadoop::Configuration& configuration, const std::string& key, uint16_t default_port);

// YARN hides exceptions of its own in the messages of others: a status that says too little
// (kInternal) gets the code of its words.
Status explain(const Status& status);

// What YARN's own words mean: "... does not have permission ..." is kPermissionDenied, "...
// cannot accept submission ..." kQuotaExceeded, an unknown queue kNotFound, too large a container
// kInvalidArgument, a token that cannot be renewed kTokenExpired; `otherwise` for the rest.
Code code_of_words(std::string_view words, Code otherwise);

}  // namespace howdah::yarn
