#include "roles/container_launch.h"

#include <filesystem>

#include "runtime/runtime_files.h"

namespace howdah::roles {

Result<WorkerLauncher> WorkerLauncher::create(const MasterSetting& setting, const JobFolder& folder,
                                              const hadoop::Credentials& credentials,
                                              const JobSecrets& secrets,
                                              const std::string& master_address,
                                              Deadline deadline) {
  WorkerLauncher launcher;
  cluster::Launch& launch = launcher.template_;
  auto& environment = launch.environment;
  environment[kJobVariable] = folder.uri();
  environment[kMasterVariable] = master_address;
  environment["HADOOP_USER_NAME"] = setting.user;
  if (setting.on_yarn) {
    launch.files = HOWDAH_TRY(
        runtime::local_files_from_json(HOWDAH_TRY(folder.read("runtime.json", deadline))));
    launch.command = {"./howdah", "worker"};
    environment["LD_LIBRARY_PATH"] = kLibraryFolder;
    environment["HADOOP_CONF_DIR"] = kConfFolder;
  } else {
    std::error_code error;
    launch.command = {std::filesystem::read_symlink("/proc/self/exe", error).string(), "worker"};
    if (!setting.conf_dir.empty()) environment["HADOOP_CONF_DIR"] = setting.conf_dir;
  }
  // The workers get the user's tokens for HDFS, and not the master's own for the ResourceManager.
  hadoop::Credentials own;
  for (const auto& [alias, token] : credentials.tokens())
    if (token.kind != "YARN_AM_RM_TOKEN") own.add_token(alias, token);
  secrets.add_worker_part_to(own);
  launch.credentials = own.serialize();
  return launcher;
}

cluster::Launch WorkerLauncher::launch(uint32_t worker, const std::string& container) const {
  cluster::Launch launch = template_;
  launch.environment[kWorkerVariable] = std::to_string(worker);
  launch.environment[kContainerVariable] = container;
  return launch;
}

}  // namespace howdah::roles
