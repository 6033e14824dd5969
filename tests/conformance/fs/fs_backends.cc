#include <cstdlib>

#include "backends.h"
#include "fs/local_file_system.h"
#include "fs/memory_file_system.h"

namespace howdah::fs {
namespace {

// A folder below the system's temporary one that goes with the last user of its file system.
class TemporaryFolderFileSystem : public LocalFileSystem {
 public:
  explicit TemporaryFolderFileSystem(std::string folder) : folder_(std::move(folder)) {}
  ~TemporaryFolderFileSystem() override { (void)remove(folder_, true, Deadline::never()); }

 private:
  const std::string folder_;
};

Result<Location> local_folder() {
  const char* root = std::getenv("TMPDIR");
  std::string folder = std::string(root ? root : "/tmp") + "/howdah-conformance-XXXXXX";
  if (!::mkdtemp(folder.data())) return Status::from_errno(errno, folder);
  return Location{std::make_shared<TemporaryFolderFileSystem>(folder), folder};
}

Result<Location> memory_folder() {
  auto files = std::make_shared<MemoryFileSystem>("conformance");
  HOWDAH_TRY(files->mkdir("/test", 0755, Deadline::never()));
  return Location{std::move(files), "/test"};
}

}  // namespace

std::vector<Backend> backends() {
  return {{"local", local_folder}, {"memory", memory_folder}};
}

}  // namespace howdah::fs
