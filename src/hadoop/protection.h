// What a connection guards: hadoop.rpc.protection and dfs.data.transfer.protection.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::hadoop {

// In SASL's words the qop auth, auth-int and auth-conf.
enum class Protection { kAuthentication, kIntegrity, kPrivacy };

// "authentication", "integrity", "privacy" in the order of preference, as Configuration::get_list
// gives them for `key`; empty for an empty list.
//   kInvalidArgument  another word
Result<std::vector<Protection>> parse_protections(std::string_view key,
                                                  std::span<const std::string> words);

}  // namespace howdah::hadoop
