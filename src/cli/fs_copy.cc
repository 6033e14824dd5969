#include "cli/fs_copy.h"

#include <unistd.h>

#include <cerrno>
#include <functional>
#include <vector>

#include "base/digest.h"
#include "net/certificates.h"

namespace howdah::cli {
namespace {
using std::chrono::minutes;

constexpr size_t kPieceBytes = 4 << 20;

// Each piece has a deadline of its own, so that a large file takes as long as it takes.
Deadline piece_deadline() {
  return Deadline::after(minutes(5));
}

// Calls `take` with the file's bytes, piece by piece.
Status read_pieces(const fs::Location& from, const std::function<Status(Bytes)>& take) {
  auto file = HOWDAH_TRY(from.files->open(from.path, piece_deadline()));
  std::vector<std::byte> buffer(kPieceBytes);
  for (int64_t offset = 0;;) {
    const size_t count = HOWDAH_TRY(file->read_at(offset, buffer, piece_deadline()));
    if (count == 0) return Status::ok();
    HOWDAH_TRY(take(Bytes(buffer.data(), count)));
    offset += static_cast<int64_t>(count);
  }
}

Status copy_file(const fs::Location& from, const fs::Location& to, bool overwrite) {
  const auto there = to.files->stat(to.path, piece_deadline());
  if (there && !overwrite)
    return Status(Code::kAlreadyExists, "is there already")
        .with_peer(to.uri())
        .with_advice("replace it with --force");
  if (!there && there.status().code() != Code::kNotFound) return there.status();
  const std::string beside =
      to.path + "._copying_" + Sha256::hex_of(as_bytes(net::random_bytes(8))).substr(0, 8);
  const Status status = [&]() -> Status {
    auto output = HOWDAH_TRY(to.files->create(beside, {}, piece_deadline()));
    HOWDAH_TRY(
        read_pieces(from, [&](Bytes piece) { return output->write(piece, piece_deadline()); }));
    HOWDAH_TRY(output->close(piece_deadline()));
    return to.files->rename(beside, to.path, overwrite, piece_deadline());
  }();
  if (!status) {
    [[maybe_unused]] const Status swept = to.files->remove(beside, false, piece_deadline());
  }
  return status;
}

Status copy_into(const fs::Location& from, const fs::FileInfo& info, const fs::Location& to,
                 bool overwrite) {
  if (!info.is_directory) return copy_file(from, to, overwrite);
  HOWDAH_TRY(to.files->mkdir(to.path, 0755, piece_deadline()));
  for (const fs::FileInfo& entry : HOWDAH_TRY(from.files->list(from.path, piece_deadline()))) {
    const fs::Location inner_to{to.files, to.path + "/" + entry.name()};
    HOWDAH_TRY(copy_into({from.files, entry.path}, entry, inner_to, overwrite));
  }
  return Status::ok();
}

}  // namespace

Status copy_tree(const fs::Location& from, const fs::Location& to, bool overwrite) {
  const auto info = HOWDAH_TRY(from.files->stat(from.path, piece_deadline()));
  fs::Location target = to;
  const auto there = to.files->stat(to.path, piece_deadline());
  if (there && there->is_directory)
    target.path = (to.path == "/" ? "" : to.path) + "/" + info.name();
  return copy_into(from, info, target, overwrite);
}

Status print_file(const fs::Location& from) {
  return read_pieces(from, [](Bytes piece) -> Status {
    while (!piece.empty()) {
      const ssize_t count = ::write(STDOUT_FILENO, piece.data(), piece.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Status::from_errno(errno, "cannot write").with_peer("standard output");
      piece = piece.subspan(static_cast<size_t>(count));
    }
    return Status::ok();
  });
}

}  // namespace howdah::cli
