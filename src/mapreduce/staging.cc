#include "mapreduce/staging.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "base/environment.h"
#include "fs/path.h"
#include "mapreduce/job_client.h"
#include "mapreduce/split_files.h"

namespace howdah::mapreduce {
namespace {

constexpr uint16_t kPrivate = 0700, kOpen = 0755, kReadable = 0644;
constexpr size_t kCopyBytes = 1 << 20;
constexpr const char* kJarKey = "howdah.mapreduce.streaming.jar";

std::string newest_jar(const std::string& folder) {
  std::string best;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename().string();
    const bool code = name.starts_with("hadoop-streaming") && name.ends_with(".jar") &&
                      name.find("-sources") == std::string::npos &&
                      name.find("-test") == std::string::npos;
    if (code && entry.path().string() > best) best = entry.path().string();
  }
  return best;
}

Status make_where_absent(fs::FileSystem& files, const std::string& path, uint16_t permission,
                         Deadline deadline) {
  const auto info = files.stat(path, deadline);
  if (info.status().code() == Code::kNotFound) return files.mkdir(path, permission, deadline);
  return info.status();
}

Status copy(const fs::Location& from, const fs::Location& to, Deadline deadline) {
  const auto source = HOWDAH_TRY(from.files->open(from.path, deadline));
  fs::CreateOptions options;
  options.permission = kReadable;
  const auto target = HOWDAH_TRY(to.files->create(to.path, options, deadline));
  std::vector<std::byte> buffer(kCopyBytes);
  for (int64_t at = 0;;) {
    const size_t n = HOWDAH_TRY(source->read_at(at, buffer, deadline));
    if (n == 0) return target->close(deadline);
    HOWDAH_TRY(target->write(Bytes(buffer).first(n), deadline));
    at += static_cast<int64_t>(n);
  }
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && !name.starts_with('-') &&
         name.find_first_of(std::string_view("/#,\\\"'`$\n\0", 10)) == std::string::npos;
}

}  // namespace

std::string find_streaming_jar(const hadoop::Configuration& configuration) {
  if (const auto chosen = configuration.get(kJarKey)) return *chosen;
  const std::string path = configuration.get("mapreduce.application.classpath", "");
  if (path.find("streaming") != std::string::npos || path.find("tools/lib") != std::string::npos)
    return "";
  for (const char* variable : {"HADOOP_MAPRED_HOME", "HADOOP_HOME"}) {
    const std::string home = environment(variable);
    if (home.empty()) continue;
    const std::string jar = newest_jar(home + "/share/hadoop/tools/lib");
    if (!jar.empty()) return "file://" + std::filesystem::absolute(jar).string();
  }
  return "";
}

Result<std::vector<FoundFile>> find_files(fs::FileSystems& files,
                                          const std::vector<CacheFile>& wanted, Deadline deadline) {
  std::vector<FoundFile> found;
  std::set<std::string> links;
  for (const CacheFile& file : wanted) {
    const fs::Location place = HOWDAH_TRY(files.resolve(file.uri));
    const fs::FileInfo info = HOWDAH_TRY(place.files->stat(place.path, deadline));
    const std::string link = file.link.empty() ? info.name() : file.link;
    if (info.is_directory)
      return Status(Code::kInvalidArgument, "a folder, where a file is to be shipped")
          .with_peer(place.uri());
    if (!is_plain_name(link) || place.path.find_first_of("#,") != std::string::npos)
      return Status(Code::kInvalidArgument,
                    fmt::format("'{}' cannot be shipped as '{}'", place.uri(), link))
          .with_advice("give it a plain name: PATH#NAME");
    if (!links.insert(link).second)
      return Status(Code::kInvalidArgument, fmt::format("two files are shipped as '{}'", link))
          .with_advice("give one another name: PATH#NAME");
    found.push_back({place.uri(), link, info.length_bytes, info.modified_ms});
  }
  return found;
}

Result<Staging> Staging::make(fs::FileSystems& files, const hadoop::Configuration& configuration,
                              const yarn::ApplicationId& application, Deadline deadline) {
  Staging staging;
  const fs::Location root = HOWDAH_TRY(files.resolve(
      configuration.get("yarn.app.mapreduce.am.staging-dir", "/tmp/hadoop-yarn/staging")));
  staging.staging_dir = root.uri();
  const std::string home = fs::join_path(root.path, files.user().name);
  const std::string mine = fs::join_path(home, ".staging");
  staging.folder = {root.files, fs::join_path(mine, job_name(application))};
  // Made one by one: HDFS gives a folder's permission also to the parents that it must make.
  if (!root.files->stat(mine, deadline)) {
    HOWDAH_TRY(make_where_absent(*root.files, home, kOpen, deadline));
    HOWDAH_TRY(make_where_absent(*root.files, mine, kPrivate, deadline));
  }
  HOWDAH_TRY(root.files->mkdir(staging.folder.path, kPrivate, deadline));
  const std::string jar = find_streaming_jar(configuration);
  if (jar.empty()) return staging;
  const fs::Location source = HOWDAH_TRY(files.resolve(jar));
  const std::string path = fs::join_path(staging.folder.path, "job.jar");
  HOWDAH_TRY(copy(source, {root.files, path}, deadline));
  const fs::FileInfo info = HOWDAH_TRY(root.files->stat(path, deadline));
  staging.jar_uri = root.files->uri() + path;
  staging.jar_bytes = info.length_bytes;
  staging.jar_modified_ms = info.modified_ms;
  return staging;
}

Result<yarn::LocalResource> Staging::write(const StreamingJob& job,
                                           const hadoop::Configuration& settings,
                                           Deadline deadline) const {
  const SplitFiles splits = write_splits(job.splits);
  const auto put = [&](const std::string& name, const std::string& content) {
    fs::CreateOptions options;
    options.permission = kReadable;
    options.overwrite = true;
    return fs::write_file(*folder.files, fs::join_path(folder.path, name), as_bytes(content),
                          options, deadline);
  };
  HOWDAH_TRY(put("job.split", splits.splits));
  HOWDAH_TRY(put("job.splitmetainfo", splits.meta_info));
  HOWDAH_TRY(put("job.xml", settings.to_xml()));
  const std::string path = fs::join_path(folder.path, "job.xml");
  const fs::FileInfo info = HOWDAH_TRY(folder.files->stat(path, deadline));
  return yarn::LocalResource{"job.xml", folder.files->uri() + path, info.length_bytes,
                             info.modified_ms, false};
}

Status Staging::upload(fs::FileSystems& files, std::vector<FoundFile>& found,
                       Deadline deadline) const {
  for (FoundFile& file : found) {
    if (!file.uri.starts_with("file://")) continue;
    const fs::Location from = HOWDAH_TRY(files.resolve(file.uri));
    const std::string path = fs::join_path(fs::join_path(folder.path, "files"), file.link);
    HOWDAH_TRY(copy(from, {folder.files, path}, deadline));
    const fs::FileInfo info = HOWDAH_TRY(folder.files->stat(path, deadline));
    file = {folder.files->uri() + path, file.link, info.length_bytes, info.modified_ms};
  }
  return Status::ok();
}

Status Staging::remove(Deadline deadline) const {
  const Status removed = folder.files->remove(folder.path, true, deadline);
  return removed.code() == Code::kNotFound ? Status::ok() : removed;
}

}  // namespace howdah::mapreduce
