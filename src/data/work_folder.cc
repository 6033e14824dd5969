#include "data/work_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/pause.h"

namespace howdah::data {
namespace {

constexpr int64_t kFileLimit = int64_t{1} << 31;
constexpr const char* kOwner = "_OWNER";

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string beside(const std::string& path, const std::string& name) {
  const std::string parent = parent_of(path);
  return (parent == "/" ? "" : parent) + "/" + name;
}

std::string work_path(const std::string& output, const std::string& fingerprint) {
  return beside(output,
                fmt::format(".{}.preparing-{}", name_of(output), fingerprint.substr(0, 16)));
}

// The manifest of an output; null where no preparation wrote it.
Result<nlohmann::json> manifest_of(const fs::Location& output, Deadline deadline) {
  auto text = fs::read_file(*output.files, output.path + "/" + kManifestFile, kFileLimit, deadline);
  if (!text && text.status().code() == Code::kNotFound) return nlohmann::json();
  HOWDAH_TRY(Status(text.status()));
  auto json = nlohmann::json::parse(*text, nullptr, false);
  const bool ours =
      json.is_object() && json.contains("fingerprint") && json["fingerprint"].is_string();
  return ours ? std::move(json) : nlohmann::json();
}

std::string fingerprint_in(const nlohmann::json& manifest) {
  return manifest.is_null() ? "" : manifest["fingerprint"].get<std::string>();
}

// Whether every file that the manifest names is there, and as long as it was.
Status check_files(const fs::Location& output, const nlohmann::json& manifest, Deadline deadline) {
  const auto damaged = [&](const std::string& file, const std::string& what) {
    return damaged_output(output, file, what);
  };
  const auto files = manifest.find("files");
  if (files == manifest.end() || !files->is_array())
    return damaged(kManifestFile, "has lost its list of files");
  for (const auto& file : *files) {
    const bool complete = file.is_object() && file.contains("path") && file["path"].is_string() &&
                          file.contains("bytes") && file["bytes"].is_number_integer();
    if (!complete) return damaged(kManifestFile, "has lost its list of files");
    const std::string below = file["path"];
    const auto there = output.files->stat(output.path + "/" + below, deadline);
    if (!there && there.status().code() == Code::kNotFound) return damaged(below, "is gone");
    HOWDAH_TRY(Status(there.status()));
    if (there->length_bytes != file["bytes"].get<int64_t>())
      return damaged(below, fmt::format("has {} bytes, not {} any more", there->length_bytes,
                                        file["bytes"].get<int64_t>()));
  }
  return Status::ok();
}

}  // namespace

Status damaged_output(const fs::Location& output, const std::string& file,
                      const std::string& what) {
  return Status(Code::kFailedPrecondition,
                "this was prepared already, but since then " + file + " " + what)
      .with_peer(output.uri())
      .with_advice("give --overwrite to prepare it again");
}

WorkFolder WorkFolder::attach(const fs::Location& output, const std::string& fingerprint) {
  WorkFolder folder(output, {output.files, work_path(output.path, fingerprint)});
  folder.found_ = Found::kWork;
  return folder;
}

Result<WorkFolder> WorkFolder::open(const fs::Location& output, const std::string& fingerprint,
                                    bool overwrite, const Tell& tell, Deadline deadline) {
  if (output.path == "/" || output.path.empty())
    return Status(Code::kInvalidArgument, "the root of a file system cannot be the output")
        .with_peer(output.uri());
  WorkFolder folder(output, {output.files, work_path(output.path, fingerprint)});
  folder.overwrite_ = overwrite;
  const auto there = output.files->stat(output.path, deadline);
  if (!there && there.status().code() != Code::kNotFound) return there.status();
  if (there && HOWDAH_TRY(folder.is_done(*there, fingerprint, deadline))) return folder;
  HOWDAH_TRY(folder.take(tell, deadline));
  // Whoever held it may have come to its end meanwhile.
  if (!overwrite && fingerprint_in(HOWDAH_TRY(manifest_of(output, deadline))) == fingerprint) {
    folder.abandon();
    folder.found_ = Found::kDone;
  }
  return folder;
}

// Of an output that is there: whether it is the very result; an error where it may not be replaced.
Result<bool> WorkFolder::is_done(const fs::FileInfo& there, const std::string& fingerprint,
                                 Deadline deadline) {
  const auto refuse = [&](const char* what, const char* advice) {
    return Status(Code::kAlreadyExists, what).with_peer(output_.uri()).with_advice(advice);
  };
  if (!there.is_directory)
    return refuse("the output is a file that is there already", "give another output");
  const auto manifest = HOWDAH_TRY(manifest_of(output_, deadline));
  if (fingerprint_in(manifest) == fingerprint && !overwrite_) {
    HOWDAH_TRY(check_files(output_, manifest, deadline));
    found_ = Found::kDone;
    return true;
  }
  if (HOWDAH_TRY(output_.files->list(output_.path, deadline)).empty()) return false;
  if (manifest.is_null())
    return refuse("the output is a folder that is there already, and that no preparation wrote",
                  "give another output, or remove it");
  if (!overwrite_)
    return refuse("the output is there already",
                  "give --overwrite to replace it, or another output");
  return false;
}

WorkFolder::~WorkFolder() {
  if (!owner_) return;
  [[maybe_unused]] const Status closed = owner_->close(Deadline::after(std::chrono::seconds(20)));
}

Status WorkFolder::take(const Tell& tell, Deadline deadline) {
  fs::FileSystem& files = *work_.files;
  const auto there = files.stat(work_.path, deadline);
  if (!there && there.status().code() != Code::kNotFound) return there.status();
  found_ = there ? Found::kWork : Found::kNothing;
  HOWDAH_TRY(files.mkdir(work_.path, 0755, deadline));
  // A dead owner's lease can be taken after HDFS's soft limit, a minute after its last word.
  const Deadline patience = deadline.earlier(std::chrono::seconds(75));
  bool told = false;
  while (true) {
    // Never by overwriting: HDFS would take the file away from a living writer.
    auto owner = files.create(path(kOwner), {}, deadline);
    if (!owner && owner.status().code() == Code::kAlreadyExists)
      owner = files.append(path(kOwner), deadline);
    if (owner) {
      owner_ = std::move(*owner);
      break;
    }
    if (owner.status().code() == Code::kNotFound) {  // the one before gave all of it up
      HOWDAH_TRY(files.mkdir(work_.path, 0755, deadline));
      found_ = Found::kNothing;
      continue;
    }
    if (owner.status().code() != Code::kFailedPrecondition) return owner.status();
    if (patience.expired())
      return Status(Code::kFailedPrecondition, "another run is at work on this output")
          .with_peer(output_.uri())
          .with_advice("wait for its end, or end it");
    if (!told && tell)
      tell(
          "another run holds the output; waiting for it (HDFS lets go of a dead one's within a "
          "minute)");
    told = true;
    pause(std::chrono::seconds(1));
  }
  return Status::ok();
}

Status WorkFolder::write(const std::string& below, const std::string& content, Deadline deadline) {
  fs::CreateOptions options;
  options.overwrite = true;
  return fs::write_file_atomically(*work_.files, path(below), as_bytes(content), options, deadline);
}

Result<std::optional<std::string>> WorkFolder::read(const std::string& below, Deadline deadline) {
  auto text = fs::read_file(*work_.files, path(below), kFileLimit, deadline);
  if (!text && text.status().code() == Code::kNotFound) return std::optional<std::string>();
  HOWDAH_TRY(Status(text.status()));
  return std::optional<std::string>(std::move(*text));
}

Status WorkFolder::remove(const std::string& below, Deadline deadline) {
  const Status removed = work_.files->remove(path(below), true, deadline);
  return removed.code() == Code::kNotFound ? Status::ok() : removed;
}

Status WorkFolder::keep_only(const std::vector<std::string>& kept, Deadline deadline) {
  // A folder stays when something kept lies below it.
  const auto is_kept = [&](const std::string& below) {
    return below == kOwner || std::find(kept.begin(), kept.end(), below) != kept.end();
  };
  const auto holds_kept = [&](const std::string& below) {
    return std::any_of(kept.begin(), kept.end(),
                       [&](const std::string& file) { return file.starts_with(below + "/"); });
  };
  std::vector<std::string> folders = {""};
  while (!folders.empty()) {
    const std::string folder = folders.back();
    folders.pop_back();
    const std::string prefix = folder.empty() ? "" : folder + "/";
    for (const fs::FileInfo& entry :
         HOWDAH_TRY(work_.files->list(folder.empty() ? work_.path : path(folder), deadline))) {
      const std::string below = prefix + entry.name();
      if (is_kept(below)) continue;
      if (entry.is_directory && holds_kept(below))
        folders.push_back(below);
      else
        HOWDAH_TRY(remove(below, deadline));
    }
  }
  return Status::ok();
}

Status WorkFolder::commit(Deadline deadline) {
  fs::FileSystem& files = *work_.files;
  owner_.reset();
  HOWDAH_TRY(remove(kOwner, deadline));
  const std::string old =
      beside(output_.path, fmt::format(".{}.replaced-{}", name_of(output_.path), ::getpid()));
  const auto there = files.stat(output_.path, deadline);
  if (there && there->is_directory && HOWDAH_TRY(files.list(output_.path, deadline)).empty()) {
    HOWDAH_TRY(files.remove(output_.path, false, deadline));
  } else if (there && overwrite_) {
    HOWDAH_TRY(files.rename(output_.path, old, false, deadline));
  }
  const Status renamed = files.rename(work_.path, output_.path, false, deadline);
  if (!renamed) {
    if (there && overwrite_) {
      [[maybe_unused]] const Status back = files.rename(old, output_.path, false, deadline);
    }
    return renamed;
  }
  if (there && overwrite_) {
    const Status removed = files.remove(old, true, deadline);
    if (!removed && removed.code() != Code::kNotFound) return removed;
  }
  return Status::ok();
}

void WorkFolder::abandon() {
  owner_.reset();
  [[maybe_unused]] const Status removed =
      work_.files->remove(work_.path, true, Deadline::after(std::chrono::seconds(60)));
}

}  // namespace howdah::data
