// A file system in this process's memory, for tests: "mem://name". Like HDFS, a file shows what was
// flushed, and nothing else, to whoever opens it; like HDFS, what was not flushed is lost with its
// writer. There are no leases and no permission checks.
//
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "fs/file_system.h"

namespace howdah::fs {

class MemoryFileSystem : public FileSystem {
 public:
  // The name stands in the URI.
  explicit MemoryFileSystem(std::string name);
  ~MemoryFileSystem() override;

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
  std::string uri() const override { return "mem://" + name_; }

  struct Content;  // the bytes of one file, shared with its readers and writers
 private:
  struct Entry {
    std::shared_ptr<Content> content;  // null: a directory
    uint16_t permission = 0755;
    int64_t modified_ms = 0;
    int64_t block_size_bytes = 0;
    int replication = 0;
  };
  using Entries = std::map<std::string, Entry>;

  Result<Entries::iterator> find(const std::string& path) HOWDAH_REQUIRES(mutex_);
  // kFailedPrecondition: a parent that is there is a file.
  Status check_parents(const std::string& path) HOWDAH_REQUIRES(mutex_);
  Status make_directories(const std::string& path, uint16_t permission) HOWDAH_REQUIRES(mutex_);
  bool has_children(const std::string& path) HOWDAH_REQUIRES(mutex_);
  static FileInfo info_of(const std::string& path, const Entry& entry);

  const std::string name_;
  Mutex mutex_;
  Entries entries_ HOWDAH_GUARDED_BY(mutex_);  // by path; "/" is always there
};

}  // namespace howdah::fs
