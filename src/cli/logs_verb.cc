#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/pause.h"
#include "cli/find_job.h"
#include "cli/look_verbs.h"
#include "cli/output.h"
#include "yarn/application_client.h"
#include "yarn/container_logs.h"

namespace howdah::cli {
namespace {
using std::chrono::seconds;

constexpr seconds kTimeout{60};
constexpr seconds kAggregationTimeout{20};
constexpr std::chrono::milliseconds kAggregationPoll{500};
constexpr int64_t kMostBytes = 64 << 20;

// The container that a worker was launched in, from the journals of all attempts.
Result<std::string> container_of_worker(const roles::JobFolder& folder, int worker) {
  const Deadline deadline = Deadline::after(kTimeout);
  std::string known;
  for (const auto& file : HOWDAH_TRY(folder.files().list(folder.path("journal"), deadline))) {
    const std::string text =
        HOWDAH_TRY(fs::read_file(folder.files(), file.path, kMostBytes, deadline));
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      const auto entry = nlohmann::json::parse(text.substr(at, end - at), nullptr, false);
      at = end + 1;
      if (!entry.is_object() || entry.value("t", "") != "launch") continue;
      if (entry.value("worker", -1) == worker) return entry.value("container", "");
      known += (known.empty() ? "" : ", ") + std::to_string(entry.value("worker", -1));
    }
  }
  return Status(Code::kNotFound, "the job has no worker " + std::to_string(worker))
      .with_advice(known.empty() ? "none was launched" : "launched were: " + known);
}

// Of a local job: files in its folder.
Result<std::string> read_local(const roles::JobFolder& folder, const std::string& container,
                               const std::string& name, int64_t tail_bytes) {
  const std::string path =
      container.empty() ? "master." + name : "containers/" + container + "/" + name;
  const fs::Location at = folder.inside(path);
  const Deadline deadline = Deadline::after(kTimeout);
  auto file = HOWDAH_TRY(at.files->open(at.path, deadline));
  const int64_t length = file->length_bytes();
  const int64_t wanted = std::min(length, tail_bytes > 0 ? tail_bytes : kMostBytes);
  std::string text(static_cast<size_t>(wanted), '\0');
  const size_t count = HOWDAH_TRY(file->read_at(
      length - wanted, std::as_writable_bytes(std::span(text.data(), text.size())), deadline));
  text.resize(count);
  return text;
}

Result<std::string> read_from_yarn(Context& context, const std::string& application,
                                   std::string container, const std::string& name,
                                   int64_t tail_bytes) {
  const Deadline deadline = Deadline::after(kTimeout);
  auto client = HOWDAH_TRY(
      yarn::ApplicationClient::create(context.configuration, context.user, context.credentials));
  const auto id = HOWDAH_TRY(yarn::ApplicationId::parse(application));
  // The ResourceManager knows the node while the container runs; afterwards its log is aggregated.
  std::string node_http;
  if (const auto attempts = client.get_application_attempts(id, deadline)) {
    if (container.empty() && !attempts->empty()) container = attempts->back().master.to_string();
    for (const auto& attempt : *attempts)
      if (const auto running = client.get_containers(attempt.id, deadline))
        for (const auto& report : *running)
          if (report.id.to_string() == container) node_http = report.node_http;
  }
  // A job that has just ended: its logs are on their way from the node to the JobHistoryServer.
  const auto bytes = static_cast<size_t>(tail_bytes > 0 ? tail_bytes : kMostBytes);
  for (const Deadline arrival = deadline.earlier(kAggregationTimeout);;) {
    auto text = yarn::read_container_log(context.configuration, node_http, container, name, bytes,
                                         deadline);
    if (text || text.status().code() != Code::kNotFound || arrival.expired()) return text;
    pause(kAggregationPoll);
  }
}

Result<std::string> read_log(const JobRequest& request, Context& context,
                             const roles::JobFolder& folder) {
  const std::string name = request.out ? "stdout" : "stderr";
  std::string container;
  if (request.worker >= 0) container = HOWDAH_TRY(container_of_worker(folder, request.worker));
  const std::string application = application_of(folder);
  if (application.empty()) return read_local(folder, container, name, request.tail_bytes);
  return read_from_yarn(context, application, container, name, request.tail_bytes);
}

}  // namespace

int show_logs(const JobRequest& request, Context& context) {
  const auto folder = find_job(context, request.home, request.job);
  if (!folder) return complain(folder.status().with_operation("logs"));
  const auto text = read_log(request, context, *folder);
  if (!text) return complain(text.status().with_operation("logs"));
  if (request.json)
    say("{}\n",
        nlohmann::ordered_json{
            {"job_id", folder->job_id()}, {"worker", request.worker}, {"text", *text}}
            .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  else
    put_out(*text);
  return 0;
}

}  // namespace howdah::cli
