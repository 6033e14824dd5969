#include "roles/container_sources.h"

#include <unistd.h>

#include <filesystem>

#include "cluster/local_source.h"
#include "cluster/yarn_source.h"

namespace howdah::roles {
namespace {
using std::chrono::minutes;

// Containers' logs lie in the job's folder where that is on this machine.
std::string containers_folder(const JobFolder& folder) {
  const std::string uri = folder.inside("containers").uri();
  if (uri.starts_with("file://")) return uri.substr(7);
  return (std::filesystem::temp_directory_path() / ("howdah-" + std::to_string(::getuid())) /
          folder.job_id())
      .string();
}

}  // namespace

Result<std::unique_ptr<cluster::ContainerSource>> open_container_source(
    const MasterSetting& setting, const JobFolder& folder,
    const hadoop::Configuration& configuration, const hadoop::Credentials& credentials,
    int control_port, int max_workers) {
  if (!setting.on_yarn) {
    cluster::LocalOptions options;
    options.folder = containers_folder(folder);
    options.max_containers = max_workers;
    return std::unique_ptr<cluster::ContainerSource>(
        HOWDAH_TRY(cluster::LocalSource::create(options)));
  }
  cluster::YarnOptions options;
  options.configuration = configuration;
  options.credentials = credentials;
  options.registration.host = setting.host;
  options.registration.rpc_port = control_port;
  return std::unique_ptr<cluster::ContainerSource>(
      HOWDAH_TRY(cluster::YarnSource::start(options, Deadline::after(minutes(2)))));
}

}  // namespace howdah::roles
