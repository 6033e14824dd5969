#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/environment.h"
#include "hadoop/credentials.h"
#include "roles/master.h"

namespace howdah::roles {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char letter) { return std::isdigit(letter); });
}
}  // namespace

Result<std::pair<std::string, uint32_t>> application_of_container(const std::string& container) {
  const Status refuse(Code::kInvalidArgument, "'" + container + "' is no container id");
  std::vector<std::string> parts;
  for (size_t at = 0; at <= container.size();) {
    const size_t end = std::min(container.find('_', at), container.size());
    parts.push_back(container.substr(at, end - at));
    at = end + 1;
  }
  if (parts.empty() || parts[0] != "container") return refuse;
  parts.erase(parts.begin());
  if (!parts.empty() && parts[0].starts_with('e') && is_number(parts[0].substr(1)))
    parts.erase(parts.begin());
  if (parts.size() != 4 || !std::all_of(parts.begin(), parts.end(), is_number)) return refuse;
  uint32_t attempt = 0;
  const auto [end, error] =
      std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), attempt);
  if (error != std::errc() || *end != '\0') return refuse;
  return std::pair("application_" + parts[0] + "_" + parts[1], attempt);
}

Result<MasterSetting> MasterSetting::from_environment() {
  MasterSetting setting;
  setting.job_uri = environment("HOWDAH_JOB");
  if (setting.job_uri.empty())
    return Status(Code::kInvalidArgument, "HOWDAH_JOB is not set")
        .with_advice("the master is started by howdah run, not by hand");
  setting.on_yarn = environment("HOWDAH_ON") != "local";
  const std::string started = environment("HOWDAH_STARTED_MS");
  std::from_chars(started.data(), started.data() + started.size(), setting.started_ms);
  setting.user = HOWDAH_TRY(hadoop::User::current()).name;
  setting.conf_dir = environment("HADOOP_CONF_DIR");
  setting.host = "127.0.0.1";
  if (!setting.on_yarn) return setting;
  setting.container = environment("CONTAINER_ID");
  std::tie(setting.application_id, setting.attempt) =
      HOWDAH_TRY(application_of_container(setting.container));
  setting.host = environment("NM_HOST");
  if (setting.host.empty()) {
    char name[256] = {};
    gethostname(name, sizeof name - 1);
    setting.host = name;
  }
  return setting;
}

}  // namespace howdah::roles
