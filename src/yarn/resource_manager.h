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

// What a failed call means to the user: YARN hides its own exceptions in others' messages, and an
// unreachable ResourceManager needs the key that names it.
Status explain(const Status& status, std::string_view exception, const std::string& address_key);

// What YARN's own words mean: "... does not have permission ..." is kPermissionDenied, "...
// cannot accept submission ..." kQuotaExceeded, an unknown queue kNotFound, too large a container
// kInvalidArgument, a token that cannot be renewed kTokenExpired; `otherwise` for the rest.
Code code_of_words(std::string_view words, Code otherwise);

}  // namespace howdah::yarn
