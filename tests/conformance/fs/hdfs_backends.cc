#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "backends.h"

namespace howdah::fs {
namespace {

Result<Location> hdfs_folder() {
  static std::atomic<int> count{0};
  if (!std::getenv("HADOOP_CONF_DIR"))
    return Status(Code::kUnsupported, "no cluster: HADOOP_CONF_DIR is not set");
  FileSystems systems(HOWDAH_TRY(hadoop::Configuration::load_default()),
                      HOWDAH_TRY(hadoop::User::current()),
                      HOWDAH_TRY(hadoop::Credentials::from_environment()));
  const std::string folder =
      "/tmp/howdah-conformance/" + std::to_string(::getpid()) + "-" + std::to_string(count++);
  Location location = HOWDAH_TRY(systems.resolve("hdfs://" + folder));
  HOWDAH_TRY(location.files->mkdir(folder, 0755, Deadline::after(std::chrono::seconds(30))));
  return location;
}

}  // namespace

std::vector<Backend> backends() {
  return {{"hdfs", hdfs_folder}};
}

}  // namespace howdah::fs
