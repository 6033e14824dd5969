#include "fs/memory_file_system.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "fs/path.h"

namespace howdah::fs {

struct MemoryFileSystem::Content {
  Mutex mutex;
  std::string bytes HOWDAH_GUARDED_BY(mutex);
  int64_t modified_ms HOWDAH_GUARDED_BY(mutex) = 0;
  bool is_written HOWDAH_GUARDED_BY(mutex) = false;  // by the one writer
};

namespace {

using Content = MemoryFileSystem::Content;

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Status error(Code code, const char* what, const std::string& path) {
  return Status(code, what).with_peer(path);
}

class MemoryInputFile : public InputFile {
 public:
  MemoryInputFile(std::shared_ptr<Content> content, size_t length)
      : content_(std::move(content)), length_(length) {}

  int64_t length_bytes() const override { return static_cast<int64_t>(length_); }
  Result<size_t> read_at(int64_t offset_bytes, MutableBytes into, Deadline) override {
    if (offset_bytes < 0) return Status(Code::kInvalidArgument, "a negative offset");
    const auto offset = static_cast<size_t>(offset_bytes);
    if (offset >= length_ || into.empty()) return size_t{0};
    const size_t count = std::min(into.size(), length_ - offset);
    MutexLock lock(content_->mutex);
    std::memcpy(into.data(), content_->bytes.data() + offset, count);
    return count;
  }

 private:
  const std::shared_ptr<Content> content_;  // it only grows: a new file has a content of its own
  const size_t length_;
};

class MemoryOutputFile : public OutputFile {
 public:
  MemoryOutputFile(std::shared_ptr<Content> content, int64_t position)
      : content_(std::move(content)), position_(position) {}
  ~MemoryOutputFile() override { release(); }

  Status write(Bytes bytes, Deadline) override {
    unflushed_ += as_text(bytes);
    position_ += static_cast<int64_t>(bytes.size());
    return Status::ok();
  }
  Status flush(Deadline) override {
    MutexLock lock(content_->mutex);
    content_->bytes += unflushed_;
    content_->modified_ms = now_ms();
    unflushed_.clear();
    return Status::ok();
  }
  Status close(Deadline deadline) override {
    HOWDAH_TRY(flush(deadline));
    release();
    return Status::ok();
  }
  int64_t position() const override { return position_; }

 private:
  void release() {
    if (released_) return;
    MutexLock lock(content_->mutex);
    content_->is_written = false;
    released_ = true;
  }

  const std::shared_ptr<Content> content_;
  std::string unflushed_;
  int64_t position_;
  bool released_ = false;
};

}  // namespace

MemoryFileSystem::MemoryFileSystem(std::string name) : name_(std::move(name)) {
  entries_["/"].modified_ms = now_ms();
}
MemoryFileSystem::~MemoryFileSystem() = default;

Result<MemoryFileSystem::Entries::iterator> MemoryFileSystem::find(const std::string& path) {
  const auto entry = entries_.find(path);
  if (entry != entries_.end()) return entry;
  return error(Code::kNotFound, "no such file or directory", path);
}

Status MemoryFileSystem::check_parents(const std::string& path) {
  for (std::string above = parent_path(path); above != "/"; above = parent_path(above)) {
    const auto parent = entries_.find(above);
    if (parent == entries_.end()) continue;
    if (!parent->second.content) return Status::ok();
    return error(Code::kFailedPrecondition, "a parent is a file, not a directory", path);
  }
  return Status::ok();
}

Status MemoryFileSystem::make_directories(const std::string& path, uint16_t permission) {
  const auto found = find(path);
  if (found) {
    if ((*found)->second.content) return error(Code::kAlreadyExists, "a file is there", path);
    return Status::ok();
  }
  HOWDAH_TRY(check_parents(path));
  // The parents can be walked by their owner, whatever the leaf's permission is.
  HOWDAH_TRY(make_directories(parent_path(path), static_cast<uint16_t>(permission | 0300)));
  Entry entry;
  entry.permission = permission;
  entry.modified_ms = now_ms();
  entries_[path] = std::move(entry);
  return Status::ok();
}

bool MemoryFileSystem::has_children(const std::string& path) {
  const std::string prefix = path == "/" ? path : path + "/";
  const auto next = entries_.upper_bound(prefix);
  return next != entries_.end() && next->first.starts_with(prefix);
}

FileInfo MemoryFileSystem::info_of(const std::string& path, const Entry& entry) {
  FileInfo info;
  info.path = path;
  info.permission = entry.permission;
  info.modified_ms = entry.modified_ms;
  info.owner = info.group = "memory";
  info.is_directory = !entry.content;
  if (entry.content) {
    MutexLock lock(entry.content->mutex);
    info.length_bytes = static_cast<int64_t>(entry.content->bytes.size());
    info.modified_ms = entry.content->modified_ms;
    info.block_size_bytes = entry.block_size_bytes;
    info.replication = entry.replication;
  }
  return info;
}

Result<std::unique_ptr<InputFile>> MemoryFileSystem::open(const std::string& path, Deadline) {
  MutexLock lock(mutex_);
  const auto entry = HOWDAH_TRY(find(path));
  if (!entry->second.content) return error(Code::kFailedPrecondition, "is a directory", path);
  size_t length = 0;
  {
    MutexLock content_lock(entry->second.content->mutex);
    length = entry->second.content->bytes.size();
  }
  return std::unique_ptr<InputFile>(new MemoryInputFile(entry->second.content, length));
}

Result<std::unique_ptr<OutputFile>> MemoryFileSystem::create(const std::string& path,
                                                             const CreateOptions& options,
                                                             Deadline) {
  MutexLock lock(mutex_);
  const auto found = find(path);
  if (found && !(*found)->second.content)
    return error(Code::kFailedPrecondition, "is a directory", path);
  if (found && !options.overwrite) return error(Code::kAlreadyExists, "already exists", path);
  HOWDAH_TRY(check_parents(path));
  if (options.create_parents) {
    HOWDAH_TRY(make_directories(parent_path(path), 0755));
  } else {
    HOWDAH_TRY(find(parent_path(path)));
  }
  auto content = std::make_shared<Content>();
  {
    MutexLock content_lock(content->mutex);
    content->modified_ms = now_ms();
    content->is_written = true;
  }
  Entry entry;
  entry.content = content;
  entry.permission = options.permission;
  entry.replication = options.replication > 0 ? options.replication : 1;
  entry.block_size_bytes = options.block_size_bytes > 0 ? options.block_size_bytes : 128 << 20;
  entries_[path] = std::move(entry);
  return std::unique_ptr<OutputFile>(new MemoryOutputFile(std::move(content), 0));
}

Result<std::unique_ptr<OutputFile>> MemoryFileSystem::append(const std::string& path, Deadline) {
  MutexLock lock(mutex_);
  const auto entry = HOWDAH_TRY(find(path));
  if (!entry->second.content) return error(Code::kFailedPrecondition, "is a directory", path);
  int64_t length = 0;
  {
    MutexLock content_lock(entry->second.content->mutex);
    if (entry->second.content->is_written)
      return error(Code::kFailedPrecondition, "another writer holds the file", path);
    entry->second.content->is_written = true;
    length = static_cast<int64_t>(entry->second.content->bytes.size());
  }
  return std::unique_ptr<OutputFile>(new MemoryOutputFile(entry->second.content, length));
}

Result<FileInfo> MemoryFileSystem::stat(const std::string& path, Deadline) {
  MutexLock lock(mutex_);
  const auto entry = HOWDAH_TRY(find(path));
  return info_of(path, entry->second);
}

Result<std::vector<FileInfo>> MemoryFileSystem::list(const std::string& path, Deadline) {
  MutexLock lock(mutex_);
  const auto entry = HOWDAH_TRY(find(path));
  if (entry->second.content) return std::vector<FileInfo>{info_of(path, entry->second)};
  const std::string prefix = path == "/" ? path : path + "/";
  std::vector<FileInfo> children;
  for (auto next = entries_.upper_bound(prefix);
       next != entries_.end() && next->first.starts_with(prefix); ++next) {
    if (next->first.find('/', prefix.size()) == std::string::npos)
      children.push_back(info_of(next->first, next->second));
  }
  return children;
}

Status MemoryFileSystem::mkdir(const std::string& path, uint16_t permission, Deadline) {
  MutexLock lock(mutex_);
  return make_directories(path, permission);
}

Status MemoryFileSystem::rename(const std::string& from, const std::string& to, bool overwrite,
                                Deadline) {
  MutexLock lock(mutex_);
  const auto source = HOWDAH_TRY(find(from));
  if (from == "/" || to.starts_with(from + "/"))
    return error(Code::kInvalidArgument, "a directory cannot move into itself", from);
  HOWDAH_TRY(check_parents(to));
  HOWDAH_TRY(find(parent_path(to)));
  const auto target = entries_.find(to);
  if (target != entries_.end()) {
    if (!overwrite || from == to) return error(Code::kAlreadyExists, "already exists", to);
    if (!source->second.content != !target->second.content)
      return error(Code::kFailedPrecondition, "a file and a directory cannot replace each other",
                   to);
    if (has_children(to)) return error(Code::kFailedPrecondition, "the directory is not empty", to);
    entries_.erase(target);
  }
  Entries moved;
  const std::string prefix = from + "/";
  for (auto next = entries_.lower_bound(prefix);
       next != entries_.end() && next->first.starts_with(prefix);) {
    auto node = entries_.extract(next++);
    node.key() = to + node.key().substr(from.size());
    moved.insert(std::move(node));
  }
  auto node = entries_.extract(source);
  node.key() = to;
  entries_.insert(std::move(node));
  entries_.merge(moved);
  return Status::ok();
}

Status MemoryFileSystem::remove(const std::string& path, bool recursive, Deadline) {
  MutexLock lock(mutex_);
  if (path == "/") return error(Code::kInvalidArgument, "the root cannot be removed", path);
  const auto entry = HOWDAH_TRY(find(path));
  if (has_children(path) && !recursive)
    return error(Code::kFailedPrecondition, "the directory is not empty", path);
  const std::string prefix = path + "/";
  for (auto next = entries_.lower_bound(prefix);
       next != entries_.end() && next->first.starts_with(prefix);)
    next = entries_.erase(next);
  entries_.erase(entry);
  return Status::ok();
}

Status MemoryFileSystem::set_permission(const std::string& path, uint16_t permission, Deadline) {
  MutexLock lock(mutex_);
  const auto entry = HOWDAH_TRY(find(path));
  entry->second.permission = permission;
  return Status::ok();
}

Result<std::vector<BlockLocation>> MemoryFileSystem::block_locations(const std::string& path,
                                                                     Deadline deadline) {
  const FileInfo info = HOWDAH_TRY(stat(path, deadline));
  if (info.is_directory) return error(Code::kFailedPrecondition, "is a directory", path);
  if (info.length_bytes == 0) return std::vector<BlockLocation>{};
  return std::vector<BlockLocation>{{0, info.length_bytes, {}}};
}

Status MemoryFileSystem::recover_lease(const std::string& path, Deadline deadline) {
  return stat(path, deadline).status();
}

}  // namespace howdah::fs
