#include "yarn/container_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "net/http_get.h"

namespace howdah::yarn {
namespace {

constexpr size_t kWrappingBytes = 4096;  // around the content: names, times, a line of stars
constexpr std::string_view kContents = "LogContents:\n";
constexpr std::string_view kNoLogs = "Can not find logs for container";
constexpr std::string_view kLength = "\nLogLength:";

Result<std::string> read(const std::string& url, const std::string& file, size_t last_bytes,
                         int redirects, Deadline deadline) {
  const std::string body = HOWDAH_TRY(
      net::http_get(fmt::format("{}/{}?size=-{}", url, net::url_escape(file), last_bytes),
                    {last_bytes + kWrappingBytes, redirects}, deadline));
  return unwrap_log(body, file, last_bytes);
}

std::string with_scheme(std::string_view address) {
  return std::string(address.starts_with("http") ? "" : "http://") + std::string(address);
}

}  // namespace

std::string unwrap_log(std::string_view text, std::string_view file, size_t last_bytes) {
  const size_t begin = text.find(kContents);
  if (begin == std::string_view::npos) return std::string(text);
  const std::string_view head = text.substr(0, begin);
  const std::string_view rest = text.substr(begin + kContents.size());
  const std::string end = fmt::format("End of LogType:{}", file);
  size_t length = 0;
  if (const size_t at = head.find(kLength); at != std::string_view::npos) {
    const std::string_view digits = head.substr(at + kLength.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
  }
  length = std::min(length, last_bytes);
  if (length <= rest.size()) {
    std::string_view tail = rest.substr(length);
    if (tail.starts_with('\n')) tail.remove_prefix(1);
    if (tail.starts_with(end)) return std::string(rest.substr(0, length));
  }
  // The file grew while it was sent.
  return std::string(rest.substr(0, rest.rfind(end)));
}

Result<std::string> read_node_log(std::string_view node_http, const std::string& container,
                                  const std::string& file, size_t last_bytes, Deadline deadline) {
  // It redirects to the log server what it does not have, to an address that MapReduce's does not
  // know: not followed.
  return read(fmt::format("{}/ws/v1/node/containers/{}/logs", with_scheme(node_http), container),
              file, last_bytes, 0, deadline);
}

Result<std::string> read_aggregated_log(const hadoop::Configuration& configuration,
                                        const std::string& container, const std::string& file,
                                        size_t last_bytes, Deadline deadline) {
  auto base = configuration.get("yarn.log.server.web-service.url");
  if (!base) {
    const auto address = configuration.get("mapreduce.jobhistory.webapp.address");
    if (!address)
      return Status(Code::kNotFound, "no server of aggregated logs is configured")
          .with_advice("set mapreduce.jobhistory.webapp.address in mapred-site.xml");
    base = with_scheme(*address) + "/ws/v1/history";
  }
  auto log =
      read(fmt::format("{}/containerlogs/{}", *base, container), file, last_bytes, 4, deadline);
  const bool absent = log ? log->starts_with(kNoLogs)
                          : log.status().code() == Code::kInternal &&
                                log.status().message().find("does not exist") != std::string::npos;
  if (absent)
    return Status(Code::kNotFound, "its logs are not aggregated (yet)")
        .with_operation("read log")
        .with_peer(container);
  return log;
}

Result<std::string> read_container_log(const hadoop::Configuration& configuration,
                                       std::string_view node_http, const std::string& container,
                                       const std::string& file, size_t last_bytes,
                                       Deadline deadline) {
  if (!node_http.empty()) {
    auto log = read_node_log(node_http, container, file, last_bytes, deadline);
    if (log) return log;
  }
  return read_aggregated_log(configuration, container, file, last_bytes, deadline);
}

}  // namespace howdah::yarn
