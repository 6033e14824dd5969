#include "cli/fs_copy.h"

#include <unistd.h>

#include <algorithm>
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

Status interrupted(const fs::Location& from) {
  return Status(Code::kCancelled, "interrupted; what was half copied is gone")
      .with_peer(from.uri());
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

Status copy_file(const fs::Location& from, const fs::Location& to, bool overwrite,
                 const std::stop_token& stop) {
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
    HOWDAH_TRY(read_pieces(from, [&](Bytes piece) {
      return stop.stop_requested() ? interrupted(from) : output->write(piece, piece_deadline());
    }));
    HOWDAH_TRY(output->close(piece_deadline()));
    return to.files->rename(beside, to.path, overwrite, piece_deadline());
  }();
  if (!status) {
    [[maybe_unused]] const Status swept = to.files->remove(beside, false, piece_deadline());
  }
  return status;
}

// A path with a slip in it must not become a new tree.
Status check_folder_of(const fs::Location& to) {
  const std::string folder = to.path.substr(0, std::max<size_t>(to.path.rfind('/'), 1));
  const auto found = to.files->stat(folder, piece_deadline());
  if (!found && found.status().code() != Code::kNotFound) return found.status();
  if (found && found->is_directory) return Status::ok();
  return Status(Code::kNotFound, found ? "is no directory" : "there is no such directory")
      .with_peer(to.files->uri() + folder)
      .with_advice("make it with howdah fs mkdir -p");
}

Status copy_into(const fs::Location& from, const fs::FileInfo& info, const fs::Location& to,
                 bool overwrite, const std::stop_token& stop) {
  if (stop.stop_requested()) return interrupted(from);
  if (!info.is_directory) return copy_file(from, to, overwrite, stop);
  HOWDAH_TRY(to.files->mkdir(to.path, 0755, piece_deadline()));
  for (const fs::FileInfo& entry : HOWDAH_TRY(from.files->list(from.path, piece_deadline()))) {
    const fs::Location inner_to{to.files, to.path + "/" + entry.name()};
    HOWDAH_TRY(copy_into({from.files, entry.path}, entry, inner_to, overwrite, stop));
  }
  return Status::ok();
}

}  // namespace

Status copy_tree(const fs::Location& from, const fs::Location& to, bool overwrite,
                 const std::stop_token& stop) {
  const auto info = HOWDAH_TRY(from.files->stat(from.path, piece_deadline()));
  fs::Location target = to;
  const auto there = to.files->stat(to.path, piece_deadline());
  if (there && there->is_directory)
    target.path = (to.path == "/" ? "" : to.path) + "/" + info.name();
  else if (!there)
    HOWDAH_TRY(check_folder_of(to));
  if (info.is_directory && from.files == target.files &&
      (target.path + "/").starts_with(from.path == "/" ? from.path : from.path + "/"))
    return Status(Code::kInvalidArgument, "lies inside of what is copied").with_peer(target.uri());
  return copy_into(from, info, target, overwrite, stop);
}

Status print_file(const fs::Location& from) {
  bool reader_left = false;
  const Status status = read_pieces(from, [&](Bytes piece) -> Status {
    while (!piece.empty()) {
      const ssize_t count = ::write(STDOUT_FILENO, piece.data(), piece.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EPIPE) {
        reader_left = true;
        return Status(Code::kCancelled, "the reader has had enough");
      }
      if (count < 0) return Status::from_errno(errno, "cannot write").with_peer("standard output");
      piece = piece.subspan(static_cast<size_t>(count));
    }
    return Status::ok();
  });
  return reader_left ? Status::ok() : status;
}

}  // namespace howdah::cli
