// The files of this machine: "file://".
//
// Writes are gathered in 64 KiB; flush() hands them to the kernel, where others see them and they
// outlive this process; close() waits until they are on the disk. There are no leases: two writers
// of one file are the caller's fault.
//
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fs/file_system.h"

namespace howdah::fs {

class LocalFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<InputFile>> open(const std::string& path, Deadline deadline) override;
  // Overwriting makes a new file: whoever has the old one open goes on reading it. What is no
  // regular file (/dev/stdout, a pipe) is written to as it is.
  Result<std::unique_ptr<OutputFile>> create(const std::string& path, const CreateOptions& options,
                                             Deadline deadline) override;
  Result<std::unique_ptr<OutputFile>> append(const std::string& path, Deadline deadline) override;
  Result<FileInfo> stat(const std::string& path, Deadline deadline) override;
  Result<std::vector<FileInfo>> list(const std::string& path, Deadline deadline) override;
  Status mkdir(const std::string& path, uint16_t permission, Deadline deadline) override;
  Status rename(const std::string& from, const std::string& to, bool overwrite,
                Deadline deadline) override;
  // A symbolic link is removed, never followed.
  Status remove(const std::string& path, bool recursive, Deadline deadline) override;
  Status set_permission(const std::string& path, uint16_t permission, Deadline deadline) override;
  Result<std::vector<BlockLocation>> block_locations(const std::string& path,
                                                     Deadline deadline) override;
  Status recover_lease(const std::string& path, Deadline deadline) override;
  std::string uri() const override { return "file://"; }
};

}  // namespace howdah::fs
