// Files under one interface: on this machine (file://), in HDFS (hdfs://), in memory (mem://,
// tests). Hadoop: org.apache.hadoop.fs.FileSystem; the semantics are HDFS's, tests/conformance runs
// over all.
//
// FileSystem is thread-safe; an InputFile may be read at by several threads; an OutputFile belongs
// to one thread. Paths are absolute, '/'-separated, without "." and "..". Errors of all calls:
// kNotFound, kPermissionDenied, kUnavailable, kDeadlineExceeded, kSafeMode, kTokenExpired,
// kQuotaExceeded, kDiskFull, kIo, with the path as peer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/deadline.h"
#include "base/result.h"

namespace howdah::fs {

struct FileInfo {
  std::string path;  // absolute, without scheme and authority
  bool is_directory = false;
  int64_t length_bytes = 0;
  int64_t modified_ms = 0;  // since 1970, UTC
  int64_t block_size_bytes = 0;
  int replication = 0;      // 0 for directories
  uint16_t permission = 0;  // 0755 and the like
  std::string owner, group;
  std::string name() const;  // the last part of the path
};

struct BlockLocation {
  int64_t offset_bytes = 0;
  int64_t length_bytes = 0;
  std::vector<std::string> hosts;  // nearest knowledge of who holds it; may be empty
};

struct CreateOptions {
  bool overwrite = false;
  bool create_parents = true;  // else a missing parent is kNotFound
  uint16_t permission = 0644;  // as it is, no umask
  int replication = 0;         // 0: the file system's default
  int64_t block_size_bytes = 0;
};

class InputFile {
 public:
  virtual ~InputFile() = default;
  // The length at the time of opening; of a file still being written, what a reader may see.
  virtual int64_t length_bytes() const = 0;
  // Fills `into` from the offset as far as the file reaches; returns the bytes written, 0 at the
  // end.
  //   kChecksum  every replica is corrupt
  virtual Result<size_t> read_at(int64_t offset_bytes, MutableBytes into, Deadline deadline) = 0;
};

class OutputFile {
 public:
  // A file that was not closed is abandoned: what was flushed stays readable.
  virtual ~OutputFile() = default;
  virtual Status write(Bytes bytes, Deadline deadline) = 0;
  // hflush: all that was written is visible to whoever opens the file now, and outlives this
  // process.
  virtual Status flush(Deadline deadline) = 0;
  // Complete and durable. No call but the destructor afterwards.
  virtual Status close(Deadline deadline) = 0;
  virtual int64_t position() const = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::unique_ptr<InputFile>> open(const std::string& path, Deadline deadline) = 0;
  //   kAlreadyExists without overwrite; kFailedPrecondition the path is a directory, or another
  //   writer holds the file
  virtual Result<std::unique_ptr<OutputFile>> create(const std::string& path,
                                                     const CreateOptions& options,
                                                     Deadline deadline) = 0;
  virtual Result<std::unique_ptr<OutputFile>> append(const std::string& path,
                                                     Deadline deadline) = 0;
  virtual Result<FileInfo> stat(const std::string& path, Deadline deadline) = 0;
  // The entries of a directory by name, or the file itself.
  virtual Result<std::vector<FileInfo>> list(const std::string& path, Deadline deadline) = 0;
  // With its parents; a directory that is there already is fine. kAlreadyExists a file is there.
  virtual Status mkdir(const std::string& path, uint16_t permission, Deadline deadline) = 0;
  // Atomic. kAlreadyExists `to` is there, unless overwrite replaces it (a file or an empty
  // directory).
  virtual Status rename(const std::string& from, const std::string& to, bool overwrite,
                        Deadline deadline) = 0;
  // kFailedPrecondition a directory that is not empty, without recursive.
  virtual Status remove(const std::string& path, bool recursive, Deadline deadline) = 0;
  virtual Status set_permission(const std::string& path, uint16_t permission,
                                Deadline deadline) = 0;
  virtual Result<std::vector<BlockLocation>> block_locations(const std::string& path,
                                                             Deadline deadline) = 0;
  // Ends another writer's lease on a file and waits until its length is settled; nothing to do on
  // file systems without leases.
  virtual Status recover_lease(const std::string& path, Deadline deadline) = 0;
  // "hdfs://127.0.0.1:9000", "file://", "mem://name": prefix of every path's URI.
  virtual std::string uri() const = 0;
};

// Whole files, for small ones. read_file refuses more than the limit with kCorrupt.
Result<std::string> read_file(FileSystem& files, const std::string& path, int64_t limit_bytes,
                              Deadline deadline);
// Fills `into` from the offset. kCorrupt: the file ends before that.
Status read_exactly(InputFile& file, int64_t offset_bytes, MutableBytes into, Deadline deadline);
Status write_file(FileSystem& files, const std::string& path, Bytes content,
                  const CreateOptions& options, Deadline deadline);
// Writes beside the path, then renames over it: a reader sees the old content or the new.
Status write_file_atomically(FileSystem& files, const std::string& path, Bytes content,
                             const CreateOptions& options, Deadline deadline);

}  // namespace howdah::fs
