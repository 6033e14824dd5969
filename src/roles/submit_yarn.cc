#include <fmt/format.h>

#include "roles/container_launch.h"
#include "roles/job_report.h"
#include "roles/submit.h"
#include "runtime/runtime_files.h"

namespace howdah::roles {
namespace {
using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes kUploadTimeout{30};
constexpr seconds kCallTimeout{60};

yarn::Resource worker_resource(const job::ResourceSpec& resources) {
  yarn::Resource resource;
  resource.memory_mib = (resources.memory_bytes + (1 << 20) - 1) >> 20;
  resource.cores = resources.cores;
  return resource;
}

yarn::LocalResource to_resource(const cluster::LocalFile& file) {
  return {file.name, file.uri, file.length_bytes, file.modified_ms, file.world_readable};
}

// The cluster's configuration as this client sees it, for the master and the workers.
Result<cluster::LocalFile> stage_configuration(const hadoop::Configuration& configuration,
                                               const JobFolder& folder, Deadline deadline) {
  HOWDAH_TRY(folder.write("site.xml", configuration.to_xml(), deadline));
  const auto info = HOWDAH_TRY(folder.files().stat(folder.path("site.xml"), deadline));
  return cluster::LocalFile{std::string(kConfFolder) + "/core-site.xml",
                            folder.inside("site.xml").uri(),
                            info.length_bytes,
                            info.modified_ms,
                            false,
                            false};
}

// Uploads what containers need; leaves the workers' list in the job folder, returns the master's.
Result<std::vector<cluster::LocalFile>> stage_runtime(fs::FileSystems& files, const StagedJob& job,
                                                      const cluster::LocalFile& configuration,
                                                      const Tell& tell, Deadline deadline) {
  runtime::Upload all = HOWDAH_TRY(runtime::upload_runtime(
      files, job.home_uri, HOWDAH_TRY(runtime::find_training_runtime()), deadline));
  if (all.uploaded_bytes > 0)
    tell(fmt::format("uploaded the runtime, {} MB, to {}/runtime", all.uploaded_bytes / 1'000'000,
                     job.home_uri));
  std::vector<cluster::LocalFile> master = {configuration};
  for (const runtime::RuntimeFile& needed : HOWDAH_TRY(runtime::find_own_runtime("howdah")))
    for (const cluster::LocalFile& file : all.files)
      if (file.name == needed.name) master.push_back(file);
  all.files.push_back(configuration);
  HOWDAH_TRY(job.folder.write("runtime.json", runtime::to_json(all.files), deadline));
  return master;
}

yarn::Submission describe(const StagedJob& job, const std::string& user, int64_t started_ms,
                          const std::vector<cluster::LocalFile>& files,
                          const hadoop::Credentials& credentials) {
  yarn::Submission submission;
  submission.name = job.spec.name;
  submission.queue = job.spec.resources.queue;
  submission.tags = {job.job_id};
  submission.resource.memory_mib = job.spec.resources.master_memory_bytes >> 20;
  submission.resource.cores = 1;
  submission.keep_containers = false;
  yarn::LaunchContext& master = submission.master;
  master.command = {"./howdah", "master"};
  master.environment = {{kJobVariable, job.folder.uri()},
                        {kOnVariable, "yarn"},
                        {kStartedVariable, std::to_string(started_ms)},
                        {"HADOOP_USER_NAME", user},
                        {"HADOOP_CONF_DIR", kConfFolder},
                        {"LD_LIBRARY_PATH", kLibraryFolder}};
  for (const cluster::LocalFile& file : files) master.resources.push_back(to_resource(file));
  hadoop::Credentials own = credentials;
  job.secrets.add_to(own);
  master.credentials = own.serialize();
  return submission;
}

}  // namespace

Status check_yarn(fs::FileSystems& files, const hadoop::Configuration& configuration,
                  const job::JobSpec& spec) {
  auto client = HOWDAH_TRY(yarn::ApplicationClient::create(
      configuration, files.user(), HOWDAH_TRY(hadoop::Credentials::from_environment())));
  return client.check_request(spec.resources.queue, worker_resource(spec.resources),
                              Deadline::after(kCallTimeout));
}

Result<Submitted> submit_to_yarn(fs::FileSystems& files, const hadoop::Configuration& configuration,
                                 const StagedJob& job, int64_t started_ms, const Tell& tell) {
  const auto credentials = HOWDAH_TRY(hadoop::Credentials::from_environment());
  auto client =
      HOWDAH_TRY(yarn::ApplicationClient::create(configuration, files.user(), credentials));
  const auto submit = [&]() -> Result<Submitted> {
    const Deadline upload = Deadline::after(kUploadTimeout);
    const auto site = HOWDAH_TRY(stage_configuration(configuration, job.folder, upload));
    const auto master_files = HOWDAH_TRY(stage_runtime(files, job, site, tell, upload));
    yarn::Submission submission =
        describe(job, files.user().name, started_ms, master_files, credentials);
    const Deadline deadline = Deadline::after(kCallTimeout);
    submission.id = HOWDAH_TRY(client.get_new_application(deadline)).id;
    HOWDAH_TRY(job.folder.write("application", submission.id.to_string(), deadline));
    HOWDAH_TRY(client.submit_application(submission, deadline));
    HOWDAH_TRY(job.folder.write("submitted", std::to_string(wall_clock_ms()), deadline));
    return Submitted{job.job_id, job.folder.uri(), submission.id.to_string(), started_ms};
  };
  auto submitted = submit();
  if (!submitted) {
    [[maybe_unused]] const Status swept = job.folder.remove(Deadline::after(kCallTimeout));
  }
  return submitted;
}

}  // namespace howdah::roles
