#include "cli/find_job.h"

#include <algorithm>

#include "base/nearest.h"

namespace howdah::cli {
namespace {
using std::chrono::seconds;
constexpr seconds kTimeout{60};

// Ids end with the time and four digits: newest first by that tail.
std::string time_of(const std::string& job_id) {
  constexpr size_t kTail = sizeof("-20261123-204408-3fa9") - 1;
  return job_id.size() > kTail ? job_id.substr(job_id.size() - kTail) : job_id;
}
}  // namespace

Result<std::vector<std::string>> list_jobs(Context& context, const std::string& home_uri) {
  const auto at = HOWDAH_TRY(context.files->resolve(home_uri + "/jobs"));
  const auto entries = at.files->list(at.path, Deadline::after(kTimeout));
  std::vector<std::string> ids;
  if (!entries && entries.status().code() == Code::kNotFound) return ids;
  if (!entries) return entries.status();
  for (const auto& entry : *entries)
    if (entry.is_directory) ids.push_back(entry.name());
  std::sort(ids.begin(), ids.end(),
            [](const auto& a, const auto& b) { return time_of(a) > time_of(b); });
  return ids;
}

std::string application_of(const roles::JobFolder& folder) {
  const auto application = folder.read("application", Deadline::after(kTimeout));
  return application ? *application : std::string();
}

Result<roles::JobFolder> find_job(Context& context, const std::string& home,
                                  const std::string& job) {
  const std::string home_uri = HOWDAH_TRY(roles::resolve_home(*context.files, home));
  const auto ids = HOWDAH_TRY(list_jobs(context, home_uri));
  if (std::find(ids.begin(), ids.end(), job) != ids.end())
    return roles::JobFolder::at(*context.files, home_uri, job);
  if (job.starts_with("application_")) {
    for (const std::string& id : ids) {
      auto folder = HOWDAH_TRY(roles::JobFolder::at(*context.files, home_uri, id));
      if (application_of(folder) == job) return folder;
    }
  }
  const std::string near = nearest(job, ids);
  return Status(Code::kNotFound, "no such job")
      .with_peer(job)
      .with_advice(near.empty() ? "howdah list shows the jobs under " + home_uri
                                : "did you mean " + near + "?");
}

}  // namespace howdah::cli
