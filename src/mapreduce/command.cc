#include "mapreduce/command.h"

#include <fmt/format.h>

#include <algorithm>

#include "mapreduce/job.h"
#include "net/http_get.h"

namespace howdah::mapreduce {
namespace {

constexpr size_t kEncodedBytes = 110'000;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_variable(const std::string& name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), is_word);
}

// One program with plain arguments: the shell need not stay.
bool is_simple(const std::string& command) {
  const bool plain = std::all_of(command.begin(), command.end(), [](char c) {
    return is_word(c) || std::string_view(" ./:,@%+-=").find(c) != std::string_view::npos;
  });
  const std::string first = command.substr(0, command.find(' '));
  static constexpr std::string_view kWords[] = {
      "if",       "while",   "for",     "case",   "until", "time",   "then",
      "do",       "exec",    "cd",      "set",    "read",  "eval",   "exit",
      "export",   "true",    "false",   ":",      ".",     "source", "select",
      "function", "command", "builtin", "ulimit", "umask", "wait",   "test"};
  return plain && !first.empty() && first.find('=') == std::string::npos &&
         std::find(std::begin(kWords), std::end(kWords), first) == std::end(kWords);
}

}  // namespace

std::string quote_for_shell(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

Result<std::string> command_script(const std::string& command,
                                   const std::map<std::string, std::string>& environment) {
  std::string script = "export PATH=\"$PWD:$PATH\"\n";
  for (const auto& [name, value] : environment) {
    if (!is_variable(name))
      return Status(Code::kInvalidArgument, fmt::format("'{}' is no variable's name", name))
          .with_advice("a name has letters, digits and _ only");
    script += fmt::format("export {}={}\n", name, quote_for_shell(value));
  }
  script += (is_simple(command) ? "exec " : "") + command + "\n";
  if (script.find('\0') != std::string::npos)
    return Status(Code::kInvalidArgument, "a command or a variable holds a zero byte");
  if (script.size() > kCommandBytes || encode_script(script).size() > kEncodedBytes)
    return Status(Code::kInvalidArgument,
                  fmt::format("a command with its variables has {} bytes, which is too long for an "
                              "environment",
                              script.size()))
        .with_advice("put it into a file and ship that");
  return script;
}

std::string encode_script(const std::string& script) {
  std::string value;
  for (const char c : script) {
    if (c >= ' ' && c < 0x7f && std::string_view("\\${}").find(c) == std::string_view::npos)
      value += c;
    else
      value += fmt::format("\\0{:03o}", static_cast<unsigned char>(c));
  }
  return value;
}

std::string streaming_command(const std::string& key) {
  std::string variable = key;
  for (char& c : variable)
    if (!is_word(c)) c = '_';
  return net::url_escape(
      fmt::format(R"(/bin/bash -c 'printf -v s %b "${0}"; unset {0}; eval "$s"')", variable));
}

}  // namespace howdah::mapreduce
