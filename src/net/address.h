// "host:port", as Hadoop's configuration and YARN's reports write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace howdah::net {

struct Address {
  std::string host;  // a name, an IPv4 address, or an IPv6 address without its brackets
  uint16_t port = 0;

  // "host:port", "[::1]:port"; "host" alone takes the default port, or is an error without one.
  static Result<Address> parse(std::string_view text, uint16_t default_port = 0);
  std::string to_string() const;
  auto operator<=>(const Address&) const = default;
};

}  // namespace howdah::net
