// From a URI to its file system. Keeps one client per scheme and authority.
//
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "fs/file_system.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"

namespace howdah::fs {

struct Location {
  std::shared_ptr<FileSystem> files;
  std::string path;  // absolute, normalized
  std::string uri() const { return files->uri() + path; }
};

class FileSystems {
 public:
  FileSystems(hadoop::Configuration configuration, hadoop::User user,
              hadoop::Credentials credentials);
  ~FileSystems();

  // "hdfs://host:port/path", "hdfs://nameservice/path", "hdfs:///path" (the default file system's
  // authority), "file:///path", "mem://name/path"; "/path" and "relative/path" lie on the default
  // file system, the relative one under the user's home there.
  //   kInvalidArgument  an unknown scheme, or no default file system where one is needed
  Result<Location> resolve(const std::string& uri);
  // "/user/<name>" on HDFS, $HOME on this machine.
  Result<Location> home();
  const hadoop::Configuration& configuration() const { return configuration_; }
  const hadoop::User& user() const { return user_; }

 private:
  hadoop::Configuration configuration_;
  hadoop::User user_;
  hadoop::Credentials credentials_;
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<FileSystem>> open_ HOWDAH_GUARDED_BY(mutex_);
};

}  // namespace howdah::fs
