#include "train/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <random>

#include "base/digest.h"
#include "base/log.h"

namespace howdah::train {
namespace {

constexpr int64_t kMaxManifestBytes = 1 << 20;
constexpr int64_t kMaxFileBytes = int64_t{256} << 30;
constexpr std::string_view kPrefix = "step-";
constexpr std::string_view kTemporary = ".tmp-";

struct FileEntry {
  std::string name;
  int64_t length_bytes = 0;
  std::string sha256;
};

struct Manifest {
  int64_t step = 0;
  std::vector<FileEntry> files;
};

std::string to_json(const Manifest& manifest) {
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const FileEntry& file : manifest.files)
    files.push_back(
        {{"name", file.name}, {"length_bytes", file.length_bytes}, {"sha256", file.sha256}});
  return nlohmann::ordered_json{{"version", 1}, {"step", manifest.step}, {"files", files}}.dump(2) +
         "\n";
}

Result<Manifest> parse_manifest(const std::string& text) {
  const Status corrupt(Code::kCorrupt, "not a checkpoint's manifest");
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("version", nlohmann::json()) != 1 || !json.contains("step") ||
      !json["step"].is_number_unsigned() || !json.contains("files") || !json["files"].is_array())
    return corrupt;
  Manifest manifest;
  manifest.step = json["step"].get<int64_t>();
  for (const auto& file : json["files"]) {
    if (!file.is_object() || !file.contains("name") || !file["name"].is_string() ||
        !file.contains("length_bytes") || !file["length_bytes"].is_number_unsigned() ||
        !file.contains("sha256") || !file["sha256"].is_string())
      return corrupt;
    FileEntry entry{file["name"].get<std::string>(), file["length_bytes"].get<int64_t>(),
                    file["sha256"].get<std::string>()};
    if (entry.name.find('/') != std::string::npos || entry.name.empty() || entry.length_bytes < 0 ||
        entry.length_bytes > kMaxFileBytes)
      return corrupt;
    manifest.files.push_back(std::move(entry));
  }
  return manifest;
}

// "step-120" -> 120.
std::optional<int64_t> step_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  int64_t step = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  if (error != std::errc() || end != name.data() + name.size() || step < 0) return std::nullopt;
  return step;
}

bool is_invalid(const Status& status) {
  return status.code() == Code::kNotFound || status.code() == Code::kCorrupt ||
         status.code() == Code::kChecksum || status.code() == Code::kUnsupported;
}

// Steps of the folders, newest first; and the names of what a dead writer left.
struct Listing {
  std::vector<int64_t> steps;
  std::vector<std::string> temporaries;
};

Result<Listing> list_folder(fs::FileSystem& files, const std::string& dir, Deadline deadline) {
  Listing listing;
  const auto entries = files.list(dir, deadline);
  if (!entries.is_ok()) {
    if (entries.status().code() == Code::kNotFound) return listing;
    return entries.status();
  }
  for (const fs::FileInfo& entry : *entries) {
    const std::string name = entry.name();
    if (!entry.is_directory) continue;
    if (const auto step = step_of(name)) listing.steps.push_back(*step);
    if (name.starts_with(kPrefix) && name.find(kTemporary) != std::string::npos)
      listing.temporaries.push_back(name);
  }
  std::sort(listing.steps.rbegin(), listing.steps.rend());
  return listing;
}

// Writes the files of one checkpoint and remembers what the manifest says of them.
class FolderWriter {
 public:
  FolderWriter(fs::FileSystem& files, std::string path, Deadline deadline)
      : files_(files), path_(std::move(path)), deadline_(deadline) {}

  template <typename Produce>  // Status produce(write)
  Status add(const char* name, Produce&& produce) {
    const auto file = HOWDAH_TRY(files_.create(path_ + "/" + name, {}, deadline_));
    Sha256 digest;
    HOWDAH_TRY(produce([&](Bytes bytes) {
      digest.update(bytes);
      return file->write(bytes, deadline_);
    }));
    const int64_t length = file->position();
    HOWDAH_TRY(file->close(deadline_));
    manifest_.files.push_back({name, length, digest.hex()});
    return Status::ok();
  }
  Status finish(int64_t step) {
    manifest_.step = step;
    return fs::write_file_atomically(files_, path_ + "/" + kManifestFile,
                                     as_bytes(to_json(manifest_)), {}, deadline_);
  }
  const Manifest& manifest() const { return manifest_; }

 private:
  fs::FileSystem& files_;
  const std::string path_;
  const Deadline deadline_;
  Manifest manifest_;
};

Status write_files(FolderWriter& folder, const Snapshot& snapshot) {
  HOWDAH_TRY(folder.add(
      kModelFile, [&](const auto& write) { return write_safetensors(snapshot.model, write); }));
  HOWDAH_TRY(folder.add(kOptimizerFile, [&](const auto& write) {
    return write_safetensors(snapshot.optimizer, write);
  }));
  HOWDAH_TRY(folder.add(
      kStateFile, [&](const auto& write) { return write(as_bytes(snapshot.state.to_json())); }));
  return folder.finish(snapshot.state.step);
}

// Gives the finished folder its name, unless a complete one has it.
Status publish(fs::FileSystem& files, const std::string& from, const std::string& to,
               Deadline deadline) {
  Status renamed = files.rename(from, to, /*overwrite=*/false, deadline);
  if (renamed.code() != Code::kAlreadyExists) return renamed;
  const auto manifest = files.stat(to + "/" + kManifestFile, deadline);
  if (manifest.is_ok()) return files.remove(from, /*recursive=*/true, deadline);
  if (manifest.status().code() != Code::kNotFound) return manifest.status();
  HOWDAH_TRY(files.remove(to, /*recursive=*/true, deadline));
  return files.rename(from, to, /*overwrite=*/false, deadline);
}

Result<std::vector<std::byte>> read_verified(fs::FileSystem& files, const std::string& folder,
                                             const FileEntry& entry, Deadline deadline) {
  const std::string path = folder + "/" + entry.name;
  const auto file = HOWDAH_TRY(files.open(path, deadline));
  if (file->length_bytes() != entry.length_bytes)
    return Status(Code::kCorrupt, fmt::format("{} bytes where the manifest says {}",
                                              file->length_bytes(), entry.length_bytes))
        .with_peer(path);
  std::vector<std::byte> content(static_cast<size_t>(entry.length_bytes));
  for (size_t at = 0; at < content.size();) {
    const size_t got = HOWDAH_TRY(
        file->read_at(static_cast<int64_t>(at), std::span(content).subspan(at), deadline));
    if (got == 0) return Status(Code::kCorrupt, "ends too early").with_peer(path);
    at += got;
  }
  if (Sha256::hex_of(content) != entry.sha256)
    return Status(Code::kChecksum, "its SHA-256 is not the manifest's").with_peer(path);
  return content;
}

// What lies there already, if it is complete.
std::optional<WrittenCheckpoint> complete_checkpoint(fs::FileSystem& files, const std::string& path,
                                                     Deadline deadline) {
  const auto text = fs::read_file(files, path + "/" + kManifestFile, kMaxManifestBytes, deadline);
  if (!text.is_ok()) return std::nullopt;
  const auto manifest = parse_manifest(*text);
  if (!manifest.is_ok() || manifest->files.empty()) return std::nullopt;
  return WrittenCheckpoint{manifest->step, path, manifest->files.front().sha256};
}

}  // namespace

std::string checkpoint_path(const std::string& dir, int64_t step) {
  return fmt::format("{}/{}{}", dir, kPrefix, step);
}

Result<WrittenCheckpoint> write_checkpoint(fs::FileSystem& files, const std::string& dir,
                                           const Snapshot& snapshot, Deadline deadline) {
  const std::string path = checkpoint_path(dir, snapshot.state.step);
  if (auto there = complete_checkpoint(files, path, deadline)) return *there;
  const std::string temporary = fmt::format("{}{}{:08x}", path, kTemporary, std::random_device()());
  HOWDAH_TRY(files.mkdir(temporary, 0755, deadline));
  FolderWriter folder(files, temporary, deadline);
  Status written = write_files(folder, snapshot);
  if (written.is_ok()) written = publish(files, temporary, path, deadline);
  if (!written.is_ok()) {
    // Best effort: what stays is swept later.
    static_cast<void>(files.remove(temporary, /*recursive=*/true, deadline).is_ok());
    return written.with_operation("write checkpoint");
  }
  return WrittenCheckpoint{snapshot.state.step, path, folder.manifest().files.front().sha256};
}

Result<Checkpoint> load_checkpoint(fs::FileSystem& files, const std::string& path,
                                   Deadline deadline) {
  const std::string text =
      HOWDAH_TRY(fs::read_file(files, path + "/" + kManifestFile, kMaxManifestBytes, deadline));
  const Manifest manifest = HOWDAH_TRY(parse_manifest(text));
  Checkpoint checkpoint;
  checkpoint.path = path;
  bool has_state = false;
  for (const FileEntry& entry : manifest.files) {
    auto content = HOWDAH_TRY(read_verified(files, path, entry, deadline));
    if (entry.name == kModelFile) {
      checkpoint.model_sha256 = entry.sha256;
      checkpoint.model_file = std::move(content);
    } else if (entry.name == kOptimizerFile) {
      checkpoint.optimizer_file = std::move(content);
    } else if (entry.name == kStateFile) {
      checkpoint.state = HOWDAH_TRY(TrainingState::from_json(std::string(as_text(content))));
      has_state = true;
    }
  }
  if (!has_state || checkpoint.state.step != manifest.step)
    return Status(Code::kCorrupt, "its state.json is missing or of another step").with_peer(path);
  checkpoint.model = HOWDAH_TRY(parse_safetensors(checkpoint.model_file));
  checkpoint.optimizer = HOWDAH_TRY(parse_safetensors(checkpoint.optimizer_file));
  return checkpoint;
}

Result<std::optional<Checkpoint>> load_newest_checkpoint(fs::FileSystem& files,
                                                         const std::string& dir,
                                                         Deadline deadline) {
  for (const int64_t step : HOWDAH_TRY(list_folder(files, dir, deadline)).steps) {
    const std::string path = checkpoint_path(dir, step);
    auto checkpoint = load_checkpoint(files, path, deadline);
    if (checkpoint.is_ok()) return std::optional(std::move(checkpoint).value());
    if (!is_invalid(checkpoint.status())) return checkpoint.status();
    log::warning("checkpoint {} is passed over: {}", path, checkpoint.status().to_string());
  }
  return std::optional<Checkpoint>();
}

Status sweep_checkpoints(fs::FileSystem& files, const std::string& dir, int keep,
                         Deadline deadline) {
  const Listing listing = HOWDAH_TRY(list_folder(files, dir, deadline));
  for (const std::string& name : listing.temporaries)
    HOWDAH_TRY(files.remove(dir + "/" + name, /*recursive=*/true, deadline));
  const auto best = read_best(files, dir, deadline);
  if (!best.is_ok() && best.status().code() != Code::kCorrupt) return best.status();
  const int64_t best_step = best.is_ok() && *best ? (*best)->step : -1;
  int kept = 0;
  for (const int64_t step : listing.steps) {
    const std::string path = checkpoint_path(dir, step);
    const auto manifest = files.stat(path + "/" + kManifestFile, deadline);
    if (!manifest.is_ok() && manifest.status().code() != Code::kNotFound) return manifest.status();
    if (manifest.is_ok() && (++kept <= keep || step == best_step)) continue;
    HOWDAH_TRY(files.remove(path, /*recursive=*/true, deadline));
  }
  return Status::ok();
}

}  // namespace howdah::train
