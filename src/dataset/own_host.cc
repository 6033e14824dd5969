#include "dataset/own_host.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>

namespace howdah::dataset {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

OwnHost OwnHost::detect() {
  char name[256] = "";
  if (gethostname(name, sizeof name - 1) != 0) name[0] = '\0';

  std::vector<std::string> addresses;
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) == 0) {
    for (const ifaddrs* at = interfaces; at != nullptr; at = at->ifa_next) {
      if (at->ifa_addr == nullptr) continue;
      char text[INET6_ADDRSTRLEN] = "";
      if (at->ifa_addr->sa_family == AF_INET) {
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(at->ifa_addr)->sin_addr, text,
                  sizeof text);
      } else if (at->ifa_addr->sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(at->ifa_addr)->sin6_addr, text,
                  sizeof text);
      }
      if (text[0] != '\0') addresses.emplace_back(text);
    }
    freeifaddrs(interfaces);
  }
  return OwnHost(name, std::move(addresses));
}

bool OwnHost::is(std::string_view host) const {
  if (same_name(host, "localhost") || host.starts_with("127.")) return true;
  if (std::find(addresses_.begin(), addresses_.end(), host) != addresses_.end()) return true;
  if (host_name_.empty()) return false;
  if (same_name(host, host_name_)) return true;
  if (host_name_.find('.') != std::string::npos) return false;
  in6_addr unused;
  const bool is_address = inet_pton(AF_INET, std::string(host).c_str(), &unused) == 1;
  return !is_address && same_name(host.substr(0, host.find('.')), host_name_);
}

}  // namespace howdah::dataset
