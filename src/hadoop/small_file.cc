#include "hadoop/small_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "net/socket.h"

namespace howdah::hadoop {

Result<std::string> read_small_file(const std::string& path, size_t limit) {
  const net::FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Status::from_errno(errno, "cannot open").with_peer(path);
  std::string content;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count == 0) return content;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Status::from_errno(errno, "cannot read").with_peer(path);
    content.append(buffer.data(), static_cast<size_t>(count));
    if (content.size() > limit)
      return Status(Code::kCorrupt, fmt::format("larger than the limit of {} bytes", limit))
          .with_peer(path);
  }
}

}  // namespace howdah::hadoop
