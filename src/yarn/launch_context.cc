#include "yarn/launch_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "net/address.h"
#include "yarn/proto/records.pb.h"

namespace howdah::yarn {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_./:=,@%+-").find(c) != std::string_view::npos;
}

Status check_no_zero(std::string_view text) {
  if (text.find('\0') == std::string_view::npos) return Status::ok();
  return Status(Code::kInvalidArgument, "an argument or variable of a command holds a zero byte");
}

// Well-formed by Unicode 3.9, table 3-7.
bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned first = byte(i);
    const size_t length = first < 0x80   ? 1
                          : first < 0xc2 ? 0
                          : first < 0xe0 ? 2
                          : first < 0xf0 ? 3
                                         : 4;
    if (length == 0 || first > 0xf4) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    }
    const unsigned second = byte(i + 1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
      return false;
    i += length;
  }
  return true;
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c == '_' ||
                  (is_plain(c) && std::string_view("./:=,@%+-").find(c) == std::string_view::npos);
         });
}

Status put_url(const std::string& uri, proto::URLProto* into) {
  const auto refuse = [&] {
    return Status(Code::kInvalidArgument, fmt::format("'{}' is no full URI", uri))
        .with_advice("write scheme://host/path");
  };
  const size_t colon = uri.find("://");
  if (colon == std::string::npos || colon == 0) return refuse();
  const size_t slash = uri.find('/', colon + 3);
  if (slash == std::string::npos) return refuse();
  into->set_scheme(uri.substr(0, colon));
  into->set_file(uri.substr(slash));
  const std::string authority = uri.substr(colon + 3, slash - colon - 3);
  if (authority.empty()) return Status::ok();
  if (authority.find(':') == std::string::npos) {
    into->set_host(authority);  // a nameservice has no port
    return Status::ok();
  }
  const net::Address address = HOWDAH_TRY(net::Address::parse(authority));
  into->set_host(address.host);
  into->set_port(address.port);
  return Status::ok();
}

}  // namespace

// $'...' is nothing to the outer shell, between whose double quotes the command stands, and decoded
// by the inner one. Every byte of meaning to anybody travels as \xHH.
Result<std::string> quote_argument(std::string_view argument) {
  HOWDAH_TRY(check_no_zero(argument));
  if (!argument.empty() && std::all_of(argument.begin(), argument.end(), is_plain))
    return std::string(argument);
  std::string quoted = "$'";
  for (const char c : argument) {
    if (is_plain(c) || c == ' ')
      quoted += c;
    else
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return quoted + "'";
}

Result<std::string> quote_environment(std::string_view value) {
  HOWDAH_TRY(check_no_zero(value));
  if (!is_utf8(value))
    return Status(Code::kInvalidArgument, "a variable of a container's environment is not UTF-8");
  std::string quoted;
  for (const char c : value) {
    // A closing and an opening quote between two characters hide what the NodeManager looks for.
    const bool expansion = c == '<' || c == '{' || c == '}';
    if (c == '"' || c == '$' || c == '`' || c == '\\') quoted += '\\';
    quoted += c;
    if (expansion) quoted += "\"\"";
  }
  return quoted;
}

Result<std::string> command_line(const std::vector<std::string>& command) {
  if (command.empty() || command.front().empty())
    return Status(Code::kInvalidArgument, "a container needs a command");
  std::string line = "exec";
  for (const std::string& argument : command) line += " " + HOWDAH_TRY(quote_argument(argument));
  return line + " 1>'<LOG_DIR>/stdout' 2>'<LOG_DIR>/stderr'";
}

Status put(const LaunchContext& context, proto::ContainerLaunchContextProto* into) {
  into->add_command(HOWDAH_TRY(command_line(context.command)));
  for (const auto& [name, value] : context.environment) {
    if (!is_variable_name(name))
      return Status(Code::kInvalidArgument, fmt::format("'{}' is no variable's name", name));
    auto* entry = into->add_environment();
    entry->set_key(name);
    entry->set_value(HOWDAH_TRY(quote_environment(value)));
  }
  for (const LocalResource& resource : context.resources) {
    auto* entry = into->add_localresources();
    entry->set_key(resource.name);
    auto* value = entry->mutable_value();
    HOWDAH_TRY(put_url(resource.uri, value->mutable_resource()));
    value->set_size(resource.length_bytes);
    value->set_timestamp(resource.modified_ms);
    value->set_type(proto::FILE);
    value->set_visibility(resource.public_file ? proto::PUBLIC : proto::APPLICATION);
  }
  if (!context.credentials.empty()) into->set_tokens(context.credentials);
  return Status::ok();
}

}  // namespace howdah::yarn
