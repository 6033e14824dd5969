#include "fs/local_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "fs/path.h"
#include "net/socket.h"

namespace howdah::fs {
namespace {

using net::FileDescriptor;
constexpr size_t kBufferBytes = 64 << 10;
// What Hadoop tells for a local file; a dataset is split along it.
constexpr int64_t kBlockSizeBytes = 32 << 20;

Status fail(int error, const char* operation, const std::string& path) {
  const Code code = Status::from_errno(error, "").code();
  return Status(code, std::strerror(error)).with_operation(operation).with_peer(path);
}

// Of a path that is looked for: below a file there is nothing, as in HDFS.
Status fail_to_find(int error, const char* operation, const std::string& path) {
  return fail(error == ENOTDIR ? ENOENT : error, operation, path);
}

Status is_directory(const char* operation, const std::string& path) {
  return Status(Code::kFailedPrecondition, "is a directory")
      .with_operation(operation)
      .with_peer(path);
}

Status write_fully(int fd, Bytes bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(errno, "write", path);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return Status::ok();
}

class LocalInputFile : public InputFile {
 public:
  LocalInputFile(FileDescriptor fd, int64_t length, std::string path)
      : fd_(std::move(fd)), length_(length), path_(std::move(path)) {}

  int64_t length_bytes() const override { return length_; }
  Result<size_t> read_at(int64_t offset_bytes, MutableBytes into, Deadline) override {
    if (offset_bytes < 0) return Status(Code::kInvalidArgument, "a negative offset");
    if (offset_bytes >= length_) return size_t{0};
    into = into.first(std::min(into.size(), static_cast<size_t>(length_ - offset_bytes)));
    size_t have = 0;
    while (have < into.size()) {
      const ssize_t count = ::pread(fd_.get(), into.data() + have, into.size() - have,
                                    offset_bytes + static_cast<int64_t>(have));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail(errno, "read", path_);
      if (count == 0) break;  // somebody cut the file
      have += static_cast<size_t>(count);
    }
    return have;
  }

 private:
  const FileDescriptor fd_;
  const int64_t length_;
  const std::string path_;
};

class LocalOutputFile : public OutputFile {
 public:
  LocalOutputFile(FileDescriptor fd, int64_t position, std::string path)
      : fd_(std::move(fd)), position_(position), path_(std::move(path)) {}

  Status write(Bytes bytes, Deadline) override {
    position_ += static_cast<int64_t>(bytes.size());
    if (buffer_.size() + bytes.size() < kBufferBytes) {
      buffer_ += as_text(bytes);
      return Status::ok();
    }
    HOWDAH_TRY(drain());
    if (bytes.size() < kBufferBytes) {
      buffer_ += as_text(bytes);
      return Status::ok();
    }
    return write_fully(fd_.get(), bytes, path_);
  }
  Status flush(Deadline) override { return drain(); }
  Status close(Deadline) override {
    HOWDAH_TRY(drain());
    // A pipe or a terminal has nothing to make durable (EINVAL).
    if (::fdatasync(fd_.get()) != 0 && errno != EINVAL) return fail(errno, "close", path_);
    fd_ = FileDescriptor();
    return Status::ok();
  }
  int64_t position() const override { return position_; }

 private:
  Status drain() {
    const Status outcome = write_fully(fd_.get(), as_bytes(buffer_), path_);
    buffer_.clear();
    return outcome;
  }

  FileDescriptor fd_;
  std::string buffer_;
  int64_t position_;
  const std::string path_;
};

std::string user_name(uid_t id) {
  std::array<char, 4096> buffer{};
  passwd entry{}, *found = nullptr;
  if (getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found)
    return found->pw_name;
  return std::to_string(id);
}
std::string group_name(gid_t id) {
  std::array<char, 4096> buffer{};
  group entry{}, *found = nullptr;
  if (getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found)
    return found->gr_name;
  return std::to_string(id);
}

FileInfo info_of(const std::string& path, const struct stat& status) {
  FileInfo info;
  info.path = path;
  info.is_directory = S_ISDIR(status.st_mode);
  info.length_bytes = info.is_directory ? 0 : status.st_size;
  info.modified_ms =
      static_cast<int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000;
  info.block_size_bytes = info.is_directory ? 0 : kBlockSizeBytes;
  info.replication = info.is_directory ? 0 : 1;
  info.permission = status.st_mode & 07777;
  info.owner = user_name(status.st_uid);
  info.group = group_name(status.st_gid);
  return info;
}

// Makes the directory and its parents; what is there already stays as it is.
Status make_directories(const std::string& path, uint16_t permission) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return Status::ok();
    return Status(Code::kAlreadyExists, "a file is there").with_operation("mkdir").with_peer(path);
  }
  if (errno != ENOENT) return fail(errno, "mkdir", path);
  if (path != "/") {
    // The parents can be walked by their owner, whatever the leaf's permission is.
    const Status above =
        make_directories(parent_path(path), static_cast<uint16_t>(permission | 0300));
    if (above.code() == Code::kAlreadyExists) return fail(ENOTDIR, "mkdir", path);
    HOWDAH_TRY(above);
  }
  if (::mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST) return make_directories(path, permission);  // somebody was faster
    return fail(errno, "mkdir", path);
  }
  if (::chmod(path.c_str(), permission) != 0) return fail(errno, "mkdir", path);
  return Status::ok();
}

// One writer at a time, as HDFS's lease has it: the lock goes with the file's descriptor, or with
// the process. File systems that know no locks do without.
Status hold(const FileDescriptor& fd, const char* operation, const std::string& path) {
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return Status::ok();
  return Status(Code::kFailedPrecondition, "another writer holds the file")
      .with_operation(operation)
      .with_peer(path);
}

Result<FileDescriptor> open_new(const std::string& path, const CreateOptions& options) {
  constexpr int kFlags = O_WRONLY | O_CLOEXEC;
  for (;;) {
    FileDescriptor fd(::open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0600));
    if (fd) {
      if (::fchmod(fd.get(), options.permission) != 0) return fail(errno, "create", path);
      HOWDAH_TRY(hold(fd, "create", path));
      return fd;
    }
    if (errno != EEXIST) return fail(errno, "create", path);
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
      return is_directory("create", path);
    if (!options.overwrite) return fail(EEXIST, "create", path);
    if (::lstat(path.c_str(), &status) != 0) {
      if (errno == ENOENT) continue;
      return fail(errno, "create", path);
    }
    if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) {
      FileDescriptor special(::open(path.c_str(), kFlags | O_TRUNC));
      if (!special) return fail(errno, "create", path);
      return special;
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail(errno, "create", path);
  }
}

}  // namespace

Result<std::unique_ptr<InputFile>> LocalFileSystem::open(const std::string& path, Deadline) {
  // Without waiting for a pipe's writer.
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return fail_to_find(errno, "open", path);
  if (S_ISDIR(status.st_mode)) return is_directory("open", path);
  if (!S_ISREG(status.st_mode))
    return Status(Code::kInvalidArgument, "is no regular file but a pipe, socket or device")
        .with_operation("open")
        .with_peer(path);
  return std::unique_ptr<InputFile>(new LocalInputFile(std::move(fd), status.st_size, path));
}

Result<std::unique_ptr<OutputFile>> LocalFileSystem::create(const std::string& path,
                                                            const CreateOptions& options,
                                                            Deadline) {
  if (options.create_parents) {
    const Status above = make_directories(parent_path(path), 0755);
    if (above.code() == Code::kAlreadyExists) return fail(ENOTDIR, "create", path);
    HOWDAH_TRY(above);
  }
  auto fd = HOWDAH_TRY(open_new(path, options));
  return std::unique_ptr<OutputFile>(new LocalOutputFile(std::move(fd), 0, path));
}

Result<std::unique_ptr<OutputFile>> LocalFileSystem::append(const std::string& path, Deadline) {
  FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return fail(errno, "append", path);
  HOWDAH_TRY(hold(fd, "append", path));
  return std::unique_ptr<OutputFile>(new LocalOutputFile(std::move(fd), status.st_size, path));
}

Result<FileInfo> LocalFileSystem::stat(const std::string& path, Deadline) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail_to_find(errno, "stat", path);
  return info_of(path, status);
}

Result<std::vector<FileInfo>> LocalFileSystem::list(const std::string& path, Deadline deadline) {
  const FileInfo self = HOWDAH_TRY(stat(path, deadline));
  if (!self.is_directory) return std::vector<FileInfo>{self};
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  if (!folder) return fail(errno, "list", path);
  std::vector<FileInfo> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (!entry) {
      if (errno != 0) return fail(errno, "list", path);
      break;
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat status {};
    const std::string child = join_path(path, name);
    // A dangling link is shown as itself; what vanished meanwhile is left out.
    if (::stat(child.c_str(), &status) != 0 && ::lstat(child.c_str(), &status) != 0) continue;
    entries.push_back(info_of(child, status));
  }
  std::sort(entries.begin(), entries.end(),
            [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return entries;
}

Status LocalFileSystem::mkdir(const std::string& path, uint16_t permission, Deadline) {
  return make_directories(path, permission);
}

Status LocalFileSystem::rename(const std::string& from, const std::string& to, bool overwrite,
                               Deadline) {
  struct stat status {};
  if (from == to) return fail(::lstat(from.c_str(), &status) == 0 ? EEXIST : errno, "rename", to);
  const unsigned flags = overwrite ? 0 : RENAME_NOREPLACE;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return Status::ok();
  int error = errno;
  // With overwrite EEXIST means a directory that is not empty.
  if (overwrite && error == EEXIST) error = ENOTEMPTY;
  return fail(error, "rename", error == ENOENT && ::lstat(from.c_str(), &status) == 0 ? to : from);
}

Status LocalFileSystem::remove(const std::string& path, bool recursive, Deadline) {
  if (path == "/")
    return Status(Code::kInvalidArgument, "the root cannot be removed").with_operation("remove");
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return fail(errno, "remove", path);
  if (S_ISDIR(status.st_mode) && recursive) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    return error ? fail(error.value(), "remove", path) : Status::ok();
  }
  const int outcome = S_ISDIR(status.st_mode) ? ::rmdir(path.c_str()) : ::unlink(path.c_str());
  if (outcome == 0) return Status::ok();
  return fail(errno == EEXIST ? ENOTEMPTY : errno, "remove", path);
}

Status LocalFileSystem::set_permission(const std::string& path, uint16_t permission, Deadline) {
  if (::chmod(path.c_str(), permission) != 0) return fail(errno, "chmod", path);
  return Status::ok();
}

Result<std::vector<BlockLocation>> LocalFileSystem::block_locations(const std::string& path,
                                                                    Deadline deadline) {
  const FileInfo info = HOWDAH_TRY(stat(path, deadline));
  if (info.is_directory) return is_directory("locate", path);
  if (info.length_bytes == 0) return std::vector<BlockLocation>{};
  return std::vector<BlockLocation>{{0, info.length_bytes, {"localhost"}}};
}

Status LocalFileSystem::recover_lease(const std::string& path, Deadline deadline) {
  return stat(path, deadline).status();
}

}  // namespace howdah::fs
