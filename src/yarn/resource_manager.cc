#include "yarn/resource_manager.h"

#include <fmt/format.h>

#include <initializer_list>

namespace howdah::yarn {
namespace {

constexpr std::string_view kHostname = "yarn.resourcemanager.hostname";

Result<net::Address> one_address(const hadoop::Configuration& configuration, const std::string& key,
                                 const std::string& suffix, uint16_t default_port) {
  auto value = configuration.get(key + suffix);
  if (!value) value = configuration.get(std::string(kHostname) + suffix);
  if (!value) {
    return Status(Code::kInvalidArgument, "no ResourceManager is configured")
        .with_advice(fmt::format("set {}{} in yarn-site.xml, and HADOOP_CONF_DIR to its folder",
                                 key, suffix));
  }
  net::Address address = HOWDAH_TRY(net::Address::parse(*value, default_port));
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";  // a server's own word for "here"
  return address;
}

bool mentions(std::string_view words, std::initializer_list<std::string_view> phrases) {
  for (const std::string_view phrase : phrases) {
    if (words.find(phrase) != std::string_view::npos) return true;
  }
  return false;
}

// "org.apache.hadoop.security.AccessControlException: User ..." without the class's name.
std::string_view without_class(std::string_view message) {
  for (;;) {
    const size_t colon = message.find(": ");
    if (colon == std::string_view::npos || !message.substr(0, colon).ends_with("Exception") ||
        message.substr(0, colon).find(' ') != std::string_view::npos)
      return message;
    message.remove_prefix(colon + 2);
  }
}

}  // namespace

Result<std::vector<net::Address>> resource_manager_addresses(
    const hadoop::Configuration& configuration, const std::string& key, uint16_t default_port) {
  std::vector<net::Address> addresses;
  if (!HOWDAH_TRY(configuration.get_bool("yarn.resourcemanager.ha.enabled", false))) {
    addresses.push_back(HOWDAH_TRY(one_address(configuration, key, "", default_port)));
    return addresses;
  }
  for (const std::string& id : configuration.get_list("yarn.resourcemanager.ha.rm-ids"))
    addresses.push_back(HOWDAH_TRY(one_address(configuration, key, "." + id, default_port)));
  if (addresses.empty())
    return Status(Code::kInvalidArgument, "yarn.resourcemanager.ha.rm-ids names no ResourceManager")
        .with_advice("list the ids in yarn-site.xml");
  return addresses;
}

Code code_of_words(std::string_view words, Code otherwise) {
  if (mentions(words, {"cannot accept submission", "exceeds the max parallel", "quota"}))
    return Code::kQuotaExceeded;
  if (mentions(words, {"unknown queue", "Unknown queue", "to unknown queue", "InvalidQueueName",
                       "non-leaf queue", "is not a leaf queue"}))
    return Code::kNotFound;
  if (mentions(words, {"AccessControlException", "does not have permission", "cannot perform",
                       "is not allowed", "not authorized"}))
    return Code::kPermissionDenied;
  if (mentions(words, {"InvalidResourceRequestException", "Invalid resource request",
                       "InvalidLabelResourceRequestException"}))
    return Code::kInvalidArgument;
  if (mentions(words, {"Failed to renew token", "InvalidToken", "is expired"}))
    return Code::kTokenExpired;
  return otherwise;
}

Status explain(const Status& status) {
  if (status.code() != Code::kInternal) return status;
  const Code code = code_of_words(status.message(), Code::kInternal);
  if (code == Code::kInternal) return status;
  return Status(code, std::string(without_class(status.message())))
      .with_operation(status.operation())
      .with_peer(status.peer())
      .with_advice(status.advice());
}

}  // namespace howdah::yarn
