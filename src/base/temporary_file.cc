#include "base/temporary_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/environment.h"

namespace howdah {

std::string temporary_folder() {
  const std::string folder = environment("TMPDIR");
  return folder.empty() ? "/tmp" : folder;
}

Result<int> open_temporary_file(const std::string& folder) {
  int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    std::string name = folder + "/howdah-XXXXXX";
    file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file >= 0) ::unlink(name.c_str());
  }
  if (file < 0)
    return Status::from_errno(errno, "no temporary file can be made there")
        .with_peer(folder)
        .with_advice("set TMPDIR to a folder with room");
  return file;
}

Status write_at(int file, int64_t offset, const void* bytes, size_t length) {
  const char* from = static_cast<const char*>(bytes);
  while (length > 0) {
    const ssize_t written = ::pwrite(file, from, length, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return Status::from_errno(errno, "a temporary file could not be written")
          .with_advice("set TMPDIR to a folder with room, or give more memory");
    from += written;
    offset += written;
    length -= static_cast<size_t>(written);
  }
  return Status::ok();
}

Status read_at(int file, int64_t offset, void* bytes, size_t length) {
  char* to = static_cast<char*>(bytes);
  while (length > 0) {
    const ssize_t got = ::pread(file, to, length, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Status::from_errno(errno, "a temporary file could not be read");
    if (got == 0) return Status(Code::kIo, "a temporary file is shorter than what was written");
    to += got;
    offset += got;
    length -= static_cast<size_t>(got);
  }
  return Status::ok();
}

}  // namespace howdah
