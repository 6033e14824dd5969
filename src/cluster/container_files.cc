#include "cluster/container_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "net/socket.h"

namespace howdah::cluster {
namespace {

namespace stdfs = std::filesystem;

constexpr std::string_view kScheme = "file://";

Status fail(const std::error_code& error, const std::string& path) {
  return Status::from_errno(error.value(), "cannot be put into the container's folder")
      .with_peer(path);
}

Result<std::string> local_path(const std::string& uri) {
  if (!uri.starts_with(kScheme))
    return Status(Code::kInvalidArgument, "a local container takes file:// URIs only")
        .with_peer(uri);
  const size_t slash = uri.find('/', kScheme.size());  // after an empty host, or localhost
  if (slash == std::string::npos)
    return Status(Code::kInvalidArgument, "the URI has no path").with_peer(uri);
  return uri.substr(slash);
}

Status place(const stdfs::path& folder, const LocalFile& file) {
  const stdfs::path name = stdfs::path(file.name).lexically_normal();
  if (file.name.empty() || name.is_absolute() || *name.begin() == "..")
    return Status(Code::kInvalidArgument, "the name leads out of the container's folder")
        .with_peer(file.name);
  const std::string source = HOWDAH_TRY(local_path(file.uri));
  struct stat found {};
  if (stat(source.c_str(), &found) != 0)
    return Status::from_errno(errno, "cannot be put into the container's folder").with_peer(source);
  const stdfs::path target = folder / name;
  std::error_code error;
  stdfs::create_directories(target.parent_path(), error);
  if (error) return fail(error, target.parent_path().string());
  if (file.executable && access(source.c_str(), X_OK) != 0) {
    stdfs::copy_file(source, target, error);
    if (!error) stdfs::permissions(target, stdfs::perms::owner_all, error);
  } else {
    stdfs::create_symlink(source, target, error);
  }
  return error ? fail(error, target.string()) : Status::ok();
}

}  // namespace

Status place_files(const std::string& folder, const std::vector<LocalFile>& files) {
  std::error_code error;
  stdfs::create_directories(folder, error);
  if (error) return fail(error, folder).with_operation(std::string(kPlaceOperation));
  for (const LocalFile& file : files) {
    if (const Status placed = place(folder, file); !placed)
      return placed.with_operation(std::string(kPlaceOperation));
  }
  return Status::ok();
}

Status write_secret(const std::string& path, std::string_view content) {
  const net::FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) return Status::from_errno(errno, "cannot create").with_peer(path);
  while (!content.empty()) {
    const ssize_t count = write(file.get(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Status::from_errno(errno, "cannot write").with_peer(path);
    content.remove_prefix(static_cast<size_t>(count));
  }
  return Status::ok();
}

std::string tail_of_file(const std::string& path, size_t limit_bytes) {
  const net::FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat found {};
  if (!file || fstat(file.get(), &found) != 0) return {};
  const auto size = static_cast<size_t>(found.st_size);
  const size_t begin = size > limit_bytes ? size - limit_bytes : 0;
  std::string tail(size - begin, '\0');
  const ssize_t count = pread(file.get(), tail.data(), tail.size(), static_cast<off_t>(begin));
  tail.resize(count > 0 ? static_cast<size_t>(count) : 0);
  if (begin > 0) {
    const size_t line = tail.find('\n');
    if (line != std::string::npos && line + 1 < tail.size()) tail.erase(0, line + 1);
  }
  return tail;
}

}  // namespace howdah::cluster
