#include <random>

#include "fs/file_system.h"
#include "fs/path.h"

namespace howdah::fs {
namespace {

// Nobody waits for the removal of what could not be written; it has its own short time.
void sweep(FileSystem& files, const std::string& path) {
  (void)files.remove(path, false, Deadline::after(std::chrono::seconds(5)));
}

}  // namespace

std::string FileInfo::name() const {
  return base_name(path);
}

Result<std::string> read_file(FileSystem& files, const std::string& path, int64_t limit_bytes,
                              Deadline deadline) {
  auto file = HOWDAH_TRY(files.open(path, deadline));
  const int64_t length = file->length_bytes();
  if (length > limit_bytes) {
    return Status(Code::kCorrupt, "the file has " + std::to_string(length) +
                                      " bytes, more than the limit of " +
                                      std::to_string(limit_bytes))
        .with_operation("read")
        .with_peer(path);
  }
  std::string content(static_cast<size_t>(length), '\0');
  size_t have = 0;
  while (have < content.size()) {
    const MutableBytes rest =
        std::as_writable_bytes(std::span(content.data() + have, content.size() - have));
    const size_t count = HOWDAH_TRY(file->read_at(static_cast<int64_t>(have), rest, deadline));
    if (count == 0) break;
    have += count;
  }
  content.resize(have);
  return content;
}

Status read_exactly(InputFile& file, int64_t offset_bytes, MutableBytes into, Deadline deadline) {
  for (size_t have = 0; have < into.size();) {
    const size_t count = HOWDAH_TRY(
        file.read_at(offset_bytes + static_cast<int64_t>(have), into.subspan(have), deadline));
    if (count == 0) return Status(Code::kCorrupt, "the file ends too early");
    have += count;
  }
  return Status::ok();
}

Status write_file(FileSystem& files, const std::string& path, Bytes content,
                  const CreateOptions& options, Deadline deadline) {
  // Only what this call created may be swept: a refused create leaves what is there.
  auto file = HOWDAH_TRY(files.create(path, options, deadline));
  Status outcome = file->write(content, deadline);
  if (outcome.is_ok()) outcome = file->close(deadline);
  file.reset();
  if (!outcome.is_ok()) sweep(files, path);
  return outcome;
}

Status write_file_atomically(FileSystem& files, const std::string& path, Bytes content,
                             const CreateOptions& options, Deadline deadline) {
  std::random_device random;
  const uint64_t unique = (static_cast<uint64_t>(random()) << 32) | random();
  const std::string beside =
      join_path(parent_path(path), "." + base_name(path) + "." + std::to_string(unique) + ".tmp");
  CreateOptions fresh = options;
  fresh.overwrite = false;
  HOWDAH_TRY(write_file(files, beside, content, fresh, deadline));
  const Status outcome = files.rename(beside, path, true, deadline);
  if (!outcome.is_ok()) sweep(files, beside);
  return outcome;
}

}  // namespace howdah::fs
