// HDFS: "hdfs://host:port" or "hdfs://nameservice". What src/hdfs speaks, as a FileSystem.
//
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fs/file_system.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"
#include "hdfs/dfs_client.h"

namespace howdah::fs {

class HdfsFileSystem : public FileSystem {
 public:
  // Connects at the first call, not here.
  //   kInvalidArgument  the authority is no address, or a nameservice whose configuration is
  //                     incomplete
  static Result<std::unique_ptr<HdfsFileSystem>> open(const std::string& authority,
                                                      const hadoop::Configuration& configuration,
                                                      const hadoop::User& user,
                                                      const hadoop::Credentials& credentials);

  Result<std::unique_ptr<InputFile>> open(const std::string& path, Deadline deadline) override;
  Result<std::unique_ptr<OutputFile>> create(const std::string& path, const CreateOptions& options,
                                             Deadline deadline) override;
  Result<std::unique_ptr<OutputFile>> append(const std::string& path, Deadline deadline) override;
  Result<FileInfo> stat(const std::string& path, Deadline deadline) override;
  Result<std::vector<FileInfo>> list(const std::string& path, Deadline deadline) override;
  Status mkdir(const std::string& path, uint16_t permission, Deadline deadline) override;
  Status rename(const std::string& from, const std::string& to, bool overwrite,
                Deadline deadline) override;
  Status remove(const std::string& path, bool recursive, Deadline deadline) override;
  Status set_permission(const std::string& path, uint16_t permission, Deadline deadline) override;
  Result<std::vector<BlockLocation>> block_locations(const std::string& path,
                                                     Deadline deadline) override;
  Status recover_lease(const std::string& path, Deadline deadline) override;
  std::string uri() const override { return uri_; }

 private:
  HdfsFileSystem(std::string uri, std::shared_ptr<hdfs::DfsClient> client);

  const std::string uri_;
  const std::shared_ptr<hdfs::DfsClient> client_;
};

}  // namespace howdah::fs
