#include "net/address.h"

#include <charconv>

namespace howdah::net {

Result<Address> Address::parse(std::string_view text, uint16_t default_port) {
  const auto refuse = [&](const char* why) {
    return Status(Code::kInvalidArgument, "'" + std::string(text) + "' is no address: " + why)
        .with_advice("write host:port");
  };
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return refuse("the bracket is not closed");
    host = text.substr(1, end - 1);
    if (end + 1 < text.size()) {
      if (text[end + 1] != ':') return refuse("a colon is missing after the bracket");
      port = text.substr(end + 2);
    }
  } else if (const size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.find(':') != std::string_view::npos) return refuse("an IPv6 address needs brackets");
  }
  if (host.empty()) return refuse("the host is missing");
  Address address{std::string(host), default_port};
  if (port.empty()) {
    if (default_port == 0) return refuse("the port is missing");
    return address;
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size())
    return refuse("the port is no number from 0 to 65535");
  return address;
}

std::string Address::to_string() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace howdah::net
