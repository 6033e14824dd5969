#include "exporting/output.h"

#include <fmt/format.h>

#include <random>

#include "fs/path.h"

namespace howdah::exporting {
namespace {

// What every folder of an export holds, and other folders hardly do.
constexpr const char* kMark = "model.json";

std::string beside(const std::string& path, std::string_view word) {
  std::random_device random;
  return fs::join_path(
      fs::parent_path(path),
      fmt::format(".{}.{:08x}{:08x}.{}", fs::base_name(path), random(), random(), word));
}

void sweep(const fs::Location& output, const std::string& path) {
  (void)output.files->remove(path, true, Deadline::after(std::chrono::seconds(30)));
}

// Puts the new folder in the old one's place.
Status replace(const fs::Location& output, const std::string& fresh, Deadline deadline) {
  const std::string old = beside(output.path, "old");
  HOWDAH_TRY(output.files->rename(output.path, old, false, deadline));
  const Status renamed = output.files->rename(fresh, output.path, false, deadline);
  if (!renamed) {
    (void)output.files->rename(old, output.path, false, deadline);
    return renamed;
  }
  sweep(output, old);
  return Status::ok();
}

}  // namespace

Status check_output(const fs::Location& output, bool folder, bool overwrite, Deadline deadline) {
  const auto there = output.files->stat(output.path, deadline);
  if (!there && there.status().code() == Code::kNotFound) return Status::ok();
  if (!there) return there.status();
  if (!overwrite)
    return Status(Code::kAlreadyExists, "the output exists")
        .with_peer(output.uri())
        .with_advice("--overwrite replaces it, or name another");
  const auto refused = [&](const std::string& what) {
    return Status(Code::kFailedPrecondition, what)
        .with_peer(output.uri())
        .with_advice("name another output");
  };
  if (there->is_directory != folder)
    return refused(folder ? "the output is a file, and this format is a folder"
                          : "the output is a folder, and this format is one file");
  if (!folder) return Status::ok();
  const auto mark = output.files->stat(output.path + "/" + kMark, deadline);
  if (mark) return Status::ok();
  if (mark.status().code() != Code::kNotFound) return mark.status();
  return refused("the folder is no export, so it is not replaced");
}

Status write_file(const fs::Location& output, const std::string& content, bool overwrite,
                  Deadline deadline) {
  const std::string fresh = beside(output.path, "tmp");
  HOWDAH_TRY(fs::write_file(*output.files, fresh, as_bytes(content), {}, deadline));
  const Status renamed = output.files->rename(fresh, output.path, overwrite, deadline);
  if (!renamed) sweep(output, fresh);
  return renamed;
}

Status write_folder(const fs::Location& output, const std::vector<ExportedFile>& files,
                    bool overwrite, Deadline deadline) {
  const std::string fresh = beside(output.path, "tmp");
  const Status written = [&]() -> Status {
    HOWDAH_TRY(output.files->mkdir(fresh, 0755, deadline));
    for (const ExportedFile& file : files)
      HOWDAH_TRY(fs::write_file(*output.files, fresh + "/" + file.name, as_bytes(file.content), {},
                                deadline));
    Status renamed = output.files->rename(fresh, output.path, false, deadline);
    if (renamed.code() == Code::kAlreadyExists && overwrite)
      renamed = replace(output, fresh, deadline);
    return renamed;
  }();
  if (!written) sweep(output, fresh);
  return written;
}

}  // namespace howdah::exporting
