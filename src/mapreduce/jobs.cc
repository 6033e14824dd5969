#include "mapreduce/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/pause.h"
#include "fs/path.h"
#include "mapreduce/follower.h"
#include "mapreduce/job_settings.h"
#include "mapreduce/master_launch.h"
#include "mapreduce/staging.h"

namespace howdah::mapreduce {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes kStagingTimeout{10};
constexpr seconds kCallTimeout{60};
constexpr seconds kSweepTimeout{20};
constexpr seconds kMasterPatience{60};
constexpr std::chrono::milliseconds kLookInterval{100};
constexpr int64_t kMasterMib = 1536, kTaskMib = 1024, kSortMib = 100, kHeapBesideSortMib = 256;

// Tasks and the shuffle servers recognize each other by it; with it, a restarted master need not
// run finished maps again.
std::string shuffle_secret() {
  std::random_device random;
  std::string secret(8, '\0');
  for (char& c : secret) c = static_cast<char>(random());
  return secret;
}

// Of the last -Xmx; 0 without one.
int64_t heap_mib(const std::string& options) {
  const size_t at = options.rfind("-Xmx");
  if (at == std::string::npos) return 0;
  char* end = nullptr;
  const int64_t number = std::strtoll(options.c_str() + at + 4, &end, 10);
  switch (*end | 0x20) {
    case 'g':
      return number << 10;
    case 'm':
      return number;
    case 'k':
      return number >> 10;
    default:
      return number >> 20;
  }
}

struct Sizes {
  yarn::Resource master, map, reduce;
};

Result<Sizes> sizes_of(const hadoop::Configuration& settings) {
  const auto resource = [&](const char* memory, int64_t fallback,
                            const char* cores) -> Result<yarn::Resource> {
    yarn::Resource size;
    size.memory_mib = HOWDAH_TRY(settings.get_int(memory, fallback));
    size.cores = static_cast<int32_t>(HOWDAH_TRY(settings.get_int(cores, 1)));
    return size;
  };
  Sizes sizes;
  sizes.master = HOWDAH_TRY(resource("yarn.app.mapreduce.am.resource.mb", kMasterMib,
                                     "yarn.app.mapreduce.am.resource.cpu-vcores"));
  sizes.map = HOWDAH_TRY(resource("mapreduce.map.memory.mb", kTaskMib, "mapreduce.map.cpu.vcores"));
  sizes.reduce =
      HOWDAH_TRY(resource("mapreduce.reduce.memory.mb", kTaskMib, "mapreduce.reduce.cpu.vcores"));
  return sizes;
}

// Room for the master and for one task beside it.
yarn::Resource uber_size(const Sizes& sizes, int reduces) {
  yarn::Resource size = sizes.master;
  size.memory_mib +=
      std::max(sizes.map.memory_mib, reduces > 0 ? sizes.reduce.memory_mib : int64_t{0});
  size.cores = std::max({size.cores, sizes.map.cores, reduces > 0 ? sizes.reduce.cores : 1});
  return size;
}

Status check_fits(const Sizes& sizes, int reduces, const yarn::Resource& maximum) {
  const auto check = [&](const char* what, const yarn::Resource& size) {
    if (size.fits(maximum)) return Status::ok();
    return Status(Code::kInvalidArgument,
                  fmt::format("{} asks for a container of {}, the cluster gives at most {}", what,
                              size.to_string(), maximum.to_string()))
        .with_advice("ask for less, or have yarn.scheduler.maximum-allocation-* raised");
  };
  HOWDAH_TRY(check("the job's master", sizes.master));
  HOWDAH_TRY(check("a map task", sizes.map));
  return reduces > 0 ? check("a reduce task", sizes.reduce) : Status::ok();
}

Status check_output(const fs::Location& output, Deadline deadline) {
  const auto found = output.files->stat(output.path, deadline);
  if (found.status().code() == Code::kNotFound) return Status::ok();
  if (!found) return found.status();
  return Status(Code::kAlreadyExists, "the output folder is there already")
      .with_peer(output.uri())
      .with_advice("remove it, or name another");
}

// A job that failed or was killed leaves at most its attempts' folder and an empty one.
void sweep_output(const fs::Location& output) {
  const Deadline deadline = Deadline::after(kSweepTimeout);
  [[maybe_unused]] Status swept =
      output.files->remove(fs::join_path(output.path, "_temporary"), true, deadline);
  swept = output.files->remove(output.path, false, deadline);
}

}  // namespace

Result<Jobs> Jobs::create(const hadoop::Configuration& configuration, const hadoop::User& user,
                          const hadoop::Credentials& credentials) {
  auto client = HOWDAH_TRY(yarn::ApplicationClient::create(configuration, user, credentials));
  if (!configuration.default_fs().starts_with("hdfs://"))
    return Status(Code::kInvalidArgument, "no default file system is configured")
        .with_advice("set fs.defaultFS to hdfs://... in core-site.xml");
  return Jobs(configuration, user, credentials, std::move(client));
}

Jobs::Jobs(hadoop::Configuration configuration, hadoop::User user, hadoop::Credentials credentials,
           yarn::ApplicationClient client)
    : configuration_(std::move(configuration)),
      user_(std::move(user)),
      credentials_(std::move(credentials)),
      client_(std::move(client)),
      files_(std::make_unique<fs::FileSystems>(configuration_, user_, credentials_)) {}

Result<int64_t> Jobs::map_slots(Deadline deadline) {
  const yarn::Resource map = HOWDAH_TRY(sizes_of(configuration_)).map;
  int64_t slots = 0;
  for (const yarn::NodeReport& node : HOWDAH_TRY(client_.get_cluster_nodes(deadline)))
    slots += std::min(node.capability.memory_mib / std::max<int64_t>(1, map.memory_mib),
                      static_cast<int64_t>(node.capability.cores / std::max(1, map.cores)));
  return std::max<int64_t>(1, slots);
}

Result<JobEnd> Jobs::run(const StreamingJob& wanted, const Tell& tell,
                         const std::stop_token& stop) {
  const auto started = Deadline::Clock::now();
  const StreamingJob job = HOWDAH_TRY(apply_settings(wanted));
  const bool uber = is_uber_job(job, configuration_);
  JobEnd end = HOWDAH_TRY(run_once(job, uber, tell, stop));
  const int64_t attempts = job.max_attempts > 0 ? job.max_attempts
                           : configuration_.get_int("mapreduce.map.maxattempts", 4).is_ok()
                               ? *configuration_.get_int("mapreduce.map.maxattempts", 4)
                               : 4;
  const bool chosen = job.settings.contains("mapreduce.job.ubertask.enable");
  if (uber && !end.succeeded) HOWDAH_TRY(outlast(end.application_id, stop));
  if (uber && !chosen && !end.succeeded && attempts > 1) {
    log::info("{} failed in its master's container; its tasks get their own", end.application_id);
    JobEnd second = HOWDAH_TRY(run_once(job, false, tell, stop));
    second.failures.insert(second.failures.begin(), end.failures.begin(), end.failures.end());
    end = std::move(second);
  }
  end.seconds = std::chrono::duration<double>(Deadline::Clock::now() - started).count();
  return end;
}

Status Jobs::outlast(const std::string& application_id, const std::stop_token& stop) {
  const auto id = HOWDAH_TRY(yarn::ApplicationId::parse(application_id));
  const Deadline patience = Deadline::after(kMasterPatience);
  while (!stop.stop_requested() && !patience.expired()) {
    const auto attempts = client_.get_application_attempts(id, Deadline::after(kCallTimeout));
    if (!attempts) return attempts.status();
    const bool over = std::all_of(attempts->begin(), attempts->end(),
                                  [](const yarn::AttemptReport& attempt) { return attempt.over; });
    if (over) return Status::ok();
    pause(kLookInterval, stop);
  }
  return client_.force_kill_application(id, "it does not end", Deadline::after(kCallTimeout));
}

Result<JobEnd> Jobs::run_once(const StreamingJob& job, bool uber, const Tell& tell,
                              const std::stop_token& stop) {
  JobProgress progress;
  progress.maps_total = static_cast<int>(job.splits.size());
  progress.reduces_total = job.reduces;
  if (tell) tell(progress);
  const Deadline staging_deadline = Deadline::after(kStagingTimeout);
  const fs::Location output = HOWDAH_TRY(files_->resolve(job.output_uri));
  HOWDAH_TRY(check_output(output, staging_deadline));
  Surroundings around;
  around.files = HOWDAH_TRY(find_files(*files_, job.files, staging_deadline));
  const auto fresh = HOWDAH_TRY(client_.get_new_application(Deadline::after(kCallTimeout)));
  progress.application_id = fresh.id.to_string();
  around.user = user_.name;
  around.output_uri = output.uri();
  const Staging staging =
      HOWDAH_TRY(Staging::make(*files_, configuration_, fresh.id, staging_deadline));
  const auto submit_and_follow = [&]() -> Result<JobEnd> {
    HOWDAH_TRY(staging.upload(*files_, around.files, staging_deadline));
    around.staging_uri = staging.folder.uri();
    around.staging_dir = staging.staging_dir;
    around.job_jar_uri = staging.jar_uri;
    hadoop::Configuration settings = HOWDAH_TRY(job_settings(job, configuration_, around));
    const Sizes sizes = HOWDAH_TRY(sizes_of(settings));
    HOWDAH_TRY(check_fits(sizes, job.reduces, fresh.maximum));
    yarn::Submission submission;
    submission.resource = sizes.master;
    const yarn::Resource with_task = uber_size(sizes, job.reduces);
    around.uber = uber && with_task.fits(fresh.maximum);
    if (around.uber) {
      settings = HOWDAH_TRY(job_settings(job, configuration_, around));
      submission.resource = with_task;
      settings.set("yarn.app.mapreduce.am.resource.mb", std::to_string(with_task.memory_mib));
      settings.set("yarn.app.mapreduce.am.resource.cpu-vcores", std::to_string(with_task.cores));
    }
    HOWDAH_TRY(describe(job, settings, staging, around, staging_deadline, &submission));
    submission.id = fresh.id;
    if (stop.stop_requested()) return Status(Code::kCancelled, "stopped before it was submitted");
    HOWDAH_TRY(client_.submit_application(submission, Deadline::after(kCallTimeout)));
    Follower follower({client_, configuration_, user_, credentials_}, fresh.id, progress);
    return follower.follow(tell, stop);
  };
  auto end = submit_and_follow();
  if (const Status removed = staging.remove(Deadline::after(kSweepTimeout)); !removed)
    log::warning("the job's staging folder stays: {}", removed.to_string());
  if (!end || !end->succeeded) sweep_output(output);
  return end;
}

Status Jobs::describe(const StreamingJob& job, const hadoop::Configuration& settings,
                      const Staging& staging, const Surroundings& around, Deadline deadline,
                      yarn::Submission* submission) {
  submission->name = job.name;
  submission->queue = job.queue;
  submission->type = "MAPREDUCE";
  submission->max_attempts =
      static_cast<int>(HOWDAH_TRY(settings.get_int("mapreduce.am.max-attempts", 2)));
  submission->attempt_failures_validity = std::chrono::milliseconds(-1);
  submission->keep_containers = false;
  yarn::LaunchContext& master = submission->master;
  master.resources = {HOWDAH_TRY(staging.write(job, settings, deadline))};
  int64_t heap = 0;
  if (around.uber) {
    for (const FoundFile& file : around.files)
      master.resources.push_back({file.link, file.uri, file.length_bytes, file.modified_ms, false});
    if (!staging.jar_uri.empty())
      master.resources.push_back(
          {kJarLink, staging.jar_uri, staging.jar_bytes, staging.jar_modified_ms, false});
    const int64_t sort = HOWDAH_TRY(settings.get_int("mapreduce.task.io.sort.mb", kSortMib));
    const int64_t given = heap_mib(settings.get("yarn.app.mapreduce.am.command-opts", "-Xmx1024m"));
    if (given < sort + kHeapBesideSortMib) heap = sort + kHeapBesideSortMib;
  }
  const bool with_jar = around.uber && !staging.jar_uri.empty();
  master.command = {"/bin/bash", "-c", master_script(settings, with_jar, heap)};
  hadoop::Credentials credentials = credentials_;
  credentials.add_secret("MapReduceShuffleToken", shuffle_secret());
  master.credentials = credentials.serialize();
  return Status::ok();
}

}  // namespace howdah::mapreduce
