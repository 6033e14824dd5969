#include "data/task_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace howdah::data {

std::string error_file(int reducer) {
  return fmt::format("error-{}", reducer);
}
std::string needs_file(int reducer) {
  return fmt::format("needs-{}", reducer);
}
std::string results_file(int reducer) {
  return fmt::format("results-{}", reducer);
}
std::string quarantine_file(int reducer) {
  return fmt::format("quarantine-{}", reducer);
}
std::string drops_file(int reducer, size_t item) {
  return fmt::format("drops-{}-{}", item, reducer);
}
std::string written_file(int reducer) {
  return fmt::format("written-{}", reducer);
}
std::string piece_file(int piece) {
  return fmt::format("piece-{}", piece);
}

std::string to_json(const Status& status) {
  return nlohmann::json({{"code", static_cast<int>(status.code())},
                         {"message", status.message()},
                         {"peer", status.peer()},
                         {"operation", status.operation()},
                         {"advice", status.advice()}})
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Status status_from_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const int code = json.is_object() ? json.value("code", 0) : 0;
  if (code <= static_cast<int>(Code::kOk) || code > static_cast<int>(Code::kInternal))
    return Status(Code::kCorrupt, "a task's error cannot be read");
  return Status(static_cast<Code>(code), json.value("message", ""))
      .with_peer(json.value("peer", ""))
      .with_operation(json.value("operation", ""))
      .with_advice(json.value("advice", ""));
}

}  // namespace howdah::data
