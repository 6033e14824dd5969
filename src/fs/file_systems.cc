#include "fs/file_systems.h"

#include <cstdlib>

#include "fs/hdfs_file_system.h"
#include "fs/local_file_system.h"
#include "fs/memory_file_system.h"
#include "fs/path.h"
#include "fs/uri.h"

namespace howdah::fs {
namespace {

Result<std::shared_ptr<FileSystem>> open_file_system(const Uri& uri,
                                                     const hadoop::Configuration& configuration,
                                                     const hadoop::User& user,
                                                     const hadoop::Credentials& credentials) {
  if (uri.scheme == "file") return std::shared_ptr<FileSystem>(new LocalFileSystem());
  if (uri.scheme == "mem") return std::shared_ptr<FileSystem>(new MemoryFileSystem(uri.authority));
  auto files = HOWDAH_TRY(HdfsFileSystem::open(uri.authority, configuration, user, credentials));
  return std::shared_ptr<FileSystem>(std::move(files));
}

std::string home_path(const Uri& root, const hadoop::Configuration& configuration,
                      const hadoop::User& user) {
  if (root.scheme != "file")
    return join_path(configuration.get("dfs.user.home.dir.prefix", "/user"), user.name);
  const char* home = std::getenv("HOME");
  return home && *home ? home : "/";
}

}  // namespace

FileSystems::FileSystems(hadoop::Configuration configuration, hadoop::User user,
                         hadoop::Credentials credentials)
    : configuration_(std::move(configuration)),
      user_(std::move(user)),
      credentials_(std::move(credentials)) {}

FileSystems::~FileSystems() = default;

Result<Location> FileSystems::resolve(const std::string& text) {
  Uri uri = HOWDAH_TRY(Uri::parse(text));
  const Uri root = HOWDAH_TRY(Uri::parse(configuration_.default_fs()));
  if (uri.scheme.empty()) {
    if (!uri.path.starts_with('/'))
      uri.path = join_path(home_path(root, configuration_, user_), uri.path);
    uri.scheme = root.scheme.empty() ? "file" : root.scheme;
    uri.authority = root.authority;
  }
  if (uri.scheme != "file" && uri.scheme != "hdfs" && uri.scheme != "mem") {
    return Status(Code::kInvalidArgument, "no file system for '" + uri.scheme + "://'")
        .with_peer(text)
        .with_advice("use hdfs://, file:// or mem://");
  }
  if (uri.scheme == "file") {
    if (!uri.authority.empty() && uri.authority != "localhost")
      return Status(Code::kInvalidArgument, "a file of this machine has no host")
          .with_peer(text)
          .with_advice("write file:///path");
    uri.authority.clear();
  }
  if (uri.scheme == "hdfs" && uri.authority.empty()) {
    if (root.scheme != "hdfs" || root.authority.empty())
      return Status(Code::kInvalidArgument, "no NameNode is named")
          .with_peer(text)
          .with_advice("write hdfs://host:port/path, or set fs.defaultFS in HADOOP_CONF_DIR");
    uri.authority = root.authority;
  }
  const std::string path = HOWDAH_TRY(normalize_path(uri.path.empty() ? "/" : uri.path));

  MutexLock lock(mutex_);
  auto& files = open_[uri.scheme + "://" + uri.authority];
  if (!files) files = HOWDAH_TRY(open_file_system(uri, configuration_, user_, credentials_));
  return Location{files, path};
}

Result<Location> FileSystems::home() {
  const Uri root = HOWDAH_TRY(Uri::parse(configuration_.default_fs()));
  return resolve(home_path(root, configuration_, user_));
}

}  // namespace howdah::fs
