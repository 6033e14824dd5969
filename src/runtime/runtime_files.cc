#include "runtime/runtime_files.h"

#include <link.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/log.h"
#include "net/certificates.h"

namespace howdah::runtime {
namespace {
namespace stdfs = std::filesystem;
using nlohmann::json;

constexpr size_t kCopyBytes = 4 << 20;

struct FileStamp {
  int64_t length = 0, modified_ns = 0;
};

Result<FileStamp> stamp_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return Status::from_errno(errno, "a part of Howdah is missing")
        .with_peer(path)
        .with_advice("build or install Howdah again");
  return FileStamp{info.st_size, info.st_mtim.tv_sec * 1'000'000'000L + info.st_mtim.tv_nsec};
}

// Digests of large files take a second: they are remembered in the user's cache folder.
class DigestCache {
 public:
  DigestCache() {
    const char* xdg = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    if (!xdg && !home) return;
    path_ = (xdg ? stdfs::path(xdg) : stdfs::path(home) / ".cache") / "howdah" / "digests.json";
    std::ifstream file(path_);
    known_ = json::parse(file, nullptr, false);
    if (!known_.is_object()) known_ = json::object();
  }
  Result<std::string> digest(const std::string& path, const FileStamp& stamp) {
    const json key = {stamp.length, stamp.modified_ns};
    const auto found = known_.find(path);
    if (found != known_.end() && found->is_object() && found->value("stamp", json()) == key &&
        found->value("sha256", json()).is_string())
      return (*found)["sha256"].get<std::string>();
    const std::string digest = HOWDAH_TRY(Sha256::hex_of_file(path));
    known_[path] = {{"stamp", key}, {"sha256", digest}};
    changed_ = true;
    return digest;
  }
  // A cache that cannot be written costs time, no more.
  void save() {
    if (!changed_ || path_.empty()) return;
    std::error_code ignored;
    stdfs::create_directories(path_.parent_path(), ignored);
    const std::string beside = path_.string() + "." + std::to_string(::getpid());
    std::ofstream(beside) << known_.dump();
    stdfs::rename(beside, path_, ignored);
  }

 private:
  stdfs::path path_;
  json known_ = json::object();
  bool changed_ = false;
};

// What this process itself has loaded from the runtime's own folder: all that a master needs.
std::vector<std::string> loaded_libraries(const stdfs::path& folder) {
  struct Search {
    stdfs::path folder;
    std::vector<std::string> found;
  } search{folder, {}};
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* data) {
        auto& search = *static_cast<Search*>(data);
        std::error_code ignored;
        const stdfs::path path = info->dlpi_name;
        if (path.has_parent_path() && stdfs::equivalent(path.parent_path(), search.folder, ignored))
          search.found.push_back(path.string());
        return 0;
      },
      &search);
  return search.found;
}

Status copy_up(const std::string& from, const fs::Location& to, bool executable,
               Deadline deadline) {
  std::ifstream source(from, std::ios::binary);
  if (!source) return Status::from_errno(errno, "cannot read").with_peer(from);
  fs::CreateOptions options;
  options.permission = executable ? 0755 : 0644;
  options.overwrite = true;
  const std::string random = Sha256::hex_of(as_bytes(net::random_bytes(8))).substr(0, 8);
  const std::string beside = to.path + ".upload-" + random;
  Status status = [&]() -> Status {
    auto file = HOWDAH_TRY(to.files->create(beside, options, deadline));
    std::vector<char> buffer(kCopyBytes);
    while (source) {
      source.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      HOWDAH_TRY(
          file->write(as_bytes({buffer.data(), static_cast<size_t>(source.gcount())}), deadline));
    }
    if (source.bad()) return Status(Code::kIo, "cannot read to its end").with_peer(from);
    return file->close(deadline);
  }();
  if (status) status = to.files->rename(beside, to.path, false, deadline);
  if (!status) {
    [[maybe_unused]] const Status swept = to.files->remove(beside, false, deadline);
    // Another client uploaded the same file meanwhile.
    if (status.code() == Code::kAlreadyExists) return Status::ok();
  }
  return status;
}

bool is_local_file(const json& entry) {
  const auto is = [&](const char* key, auto test) {
    return entry.contains(key) && (entry[key].*test)();
  };
  return entry.is_object() && is("name", &json::is_string) && is("uri", &json::is_string) &&
         is("length", &json::is_number_integer) && is("modified_ms", &json::is_number_integer) &&
         is("world_readable", &json::is_boolean) && is("executable", &json::is_boolean);
}

// As the NodeManager asks: FSDownload.isPublic looks at every folder up to the root.
bool world_may_read(const fs::FileInfo& file, fs::FileSystem& files, const std::string& folder,
                    Deadline deadline) {
  if ((file.permission & 0004) == 0) return false;
  for (stdfs::path at = folder;; at = at.parent_path()) {
    const auto info = files.stat(at.string(), deadline);
    if (!info || (info->permission & 0001) == 0) return false;
    if (!at.has_relative_path()) return true;
  }
}

Result<stdfs::path> own_path() {
  std::error_code error;
  const stdfs::path self = stdfs::read_symlink("/proc/self/exe", error);
  if (error)
    return Status(Code::kInternal, "cannot tell where this program lies: " + error.message());
  return self;
}

}  // namespace

Result<std::vector<RuntimeFile>> find_own_runtime(const std::string& name) {
  const stdfs::path self = HOWDAH_TRY(own_path());
  std::vector<RuntimeFile> runtime = {{name, self.string(), true}};
  for (const std::string& path : loaded_libraries(self.parent_path().parent_path() / "lib"))
    runtime.push_back({"lib/" + stdfs::path(path).filename().string(), path, false});
  return runtime;
}

Result<std::vector<RuntimeFile>> find_training_runtime() {
  const stdfs::path self = HOWDAH_TRY(own_path()), bin = self.parent_path();
  std::error_code error;
  std::vector<RuntimeFile> runtime = {{"howdah", self.string(), true}};
  runtime.push_back({"howdah-train", (bin / "howdah-train").string(), true});
  for (const auto& entry : stdfs::directory_iterator(bin.parent_path() / "lib", error))
    runtime.push_back({"lib/" + entry.path().filename().string(), entry.path().string(), false});
  if (error)
    return Status(Code::kNotFound, "the folder of libraries is missing: " + error.message())
        .with_peer((bin.parent_path() / "lib").string())
        .with_advice("build or install Howdah again");
  std::sort(runtime.begin(), runtime.end(),
            [](const RuntimeFile& a, const RuntimeFile& b) { return a.name < b.name; });
  return runtime;
}

Result<Upload> upload_runtime(fs::FileSystems& files, const std::string& home_uri,
                              const std::vector<RuntimeFile>& runtime, Deadline deadline) {
  const fs::Location folder = HOWDAH_TRY(files.resolve(home_uri + "/runtime"));
  HOWDAH_TRY(folder.files->mkdir(folder.path, 0755, deadline));
  DigestCache digests;
  Upload upload;
  for (const RuntimeFile& file : runtime) {
    const FileStamp stamp = HOWDAH_TRY(stamp_of(file.path));
    const std::string digest = HOWDAH_TRY(digests.digest(file.path, stamp));
    const std::string base = file.name.substr(file.name.rfind('/') + 1);
    const fs::Location to{folder.files, folder.path + "/" + digest + "-" + base};
    auto info = to.files->stat(to.path, deadline);
    if (!info && info.status().code() != Code::kNotFound) return info.status();
    if (!info || info->length_bytes != stamp.length) {
      if (info) HOWDAH_TRY(to.files->remove(to.path, false, deadline));
      HOWDAH_TRY(copy_up(file.path, to, file.executable, deadline));
      upload.uploaded_bytes += stamp.length;
      info = to.files->stat(to.path, deadline);
      if (!info) return info.status();
    }
    upload.files.push_back({file.name, to.uri(), info->length_bytes, info->modified_ms,
                            world_may_read(*info, *to.files, folder.path, deadline),
                            file.executable});
  }
  digests.save();
  return upload;
}

std::string to_json(const std::vector<LocalFile>& files) {
  json list = json::array();
  for (const auto& file : files)
    list.push_back({{"name", file.name},
                    {"uri", file.uri},
                    {"length", file.length_bytes},
                    {"modified_ms", file.modified_ms},
                    {"world_readable", file.world_readable},
                    {"executable", file.executable}});
  return list.dump(1) + "\n";
}

Result<std::vector<LocalFile>> local_files_from_json(const std::string& text) {
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) return Status(Code::kCorrupt, "the list of runtime files is no JSON list");
  std::vector<LocalFile> files;
  for (const json& entry : list) {
    if (!is_local_file(entry))
      return Status(Code::kCorrupt, "an entry of the list is no runtime file");
    files.push_back({entry.value("name", ""), entry.value("uri", ""),
                     entry.value("length", int64_t{0}), entry.value("modified_ms", int64_t{0}),
                     entry.value("world_readable", false), entry.value("executable", false)});
  }
  return files;
}

}  // namespace howdah::runtime
