#include "fs/hdfs_file_system.h"

#include <algorithm>
#include <thread>

#include "hdfs/input_stream.h"
#include "hdfs/output_stream.h"

namespace howdah::fs {
namespace {

// What the server's answer is about is the path; what the connection failed with is the server.
Status about(const std::string& path, const Status& status) {
  switch (status.code()) {
    case Code::kOk:
    case Code::kUnavailable:
    case Code::kStandby:
    case Code::kDeadlineExceeded:
    case Code::kUnauthenticated:
      return status;
    default:
      return Status(status.code(), status.message())
          .with_operation(status.operation())
          .with_peer(path)
          .with_advice(status.advice());
  }
}
template <typename T>
Result<T> about(const std::string& path, Result<T> result) {
  if (result) return result;
  return about(path, result.status());
}

class HdfsInputFile : public InputFile {
 public:
  HdfsInputFile(std::unique_ptr<hdfs::InputStream> stream, std::string path)
      : stream_(std::move(stream)), path_(std::move(path)) {}

  int64_t length_bytes() const override { return stream_->length_bytes(); }
  Result<size_t> read_at(int64_t offset_bytes, MutableBytes into, Deadline deadline) override {
    return about(path_, stream_->read_at(offset_bytes, into, deadline));
  }

 private:
  const std::unique_ptr<hdfs::InputStream> stream_;
  const std::string path_;
};

class HdfsOutputFile : public OutputFile {
 public:
  HdfsOutputFile(std::unique_ptr<hdfs::OutputStream> stream, std::string path)
      : stream_(std::move(stream)), path_(std::move(path)) {}

  Status write(Bytes bytes, Deadline deadline) override {
    return about(path_, stream_->write(bytes, deadline));
  }
  Status flush(Deadline deadline) override { return about(path_, stream_->flush(deadline)); }
  Status close(Deadline deadline) override { return about(path_, stream_->close(deadline)); }
  int64_t position() const override { return stream_->position(); }

 private:
  const std::unique_ptr<hdfs::OutputStream> stream_;
  const std::string path_;
};

FileInfo to_info(const hdfs::FileStatus& status) {
  FileInfo info;
  info.path = status.path;
  info.is_directory = status.is_directory;
  info.length_bytes = status.length_bytes;
  info.modified_ms = status.modified_ms;
  info.block_size_bytes = status.block_size_bytes;
  info.replication = status.replication;
  info.permission = status.permission;
  info.owner = status.owner;
  info.group = status.group;
  return info;
}

}  // namespace

HdfsFileSystem::HdfsFileSystem(std::string uri, std::shared_ptr<hdfs::DfsClient> client)
    : uri_(std::move(uri)), client_(std::move(client)) {}

Result<std::unique_ptr<HdfsFileSystem>> HdfsFileSystem::open(
    const std::string& authority, const hadoop::Configuration& configuration,
    const hadoop::User& user, const hadoop::Credentials& credentials) {
  auto options = HOWDAH_TRY(
      hdfs::ClientOptions::from_configuration(authority, configuration, user, credentials));
  return std::unique_ptr<HdfsFileSystem>(new HdfsFileSystem(
      "hdfs://" + authority, std::make_shared<hdfs::DfsClient>(std::move(options))));
}

Result<std::unique_ptr<InputFile>> HdfsFileSystem::open(const std::string& path,
                                                        Deadline deadline) {
  auto stream = HOWDAH_TRY(about(path, hdfs::InputStream::open(client_, path, deadline)));
  return std::unique_ptr<InputFile>(new HdfsInputFile(std::move(stream), path));
}

Result<std::unique_ptr<OutputFile>> HdfsFileSystem::create(const std::string& path,
                                                           const CreateOptions& options,
                                                           Deadline deadline) {
  hdfs::NamenodeClient::CreateFile file;
  file.overwrite = options.overwrite;
  file.create_parents = options.create_parents;
  file.permission = options.permission;
  file.replication = options.replication;
  file.block_size_bytes = options.block_size_bytes;
  auto stream = HOWDAH_TRY(about(path, hdfs::OutputStream::create(client_, path, file, deadline)));
  return std::unique_ptr<OutputFile>(new HdfsOutputFile(std::move(stream), path));
}

Result<std::unique_ptr<OutputFile>> HdfsFileSystem::append(const std::string& path,
                                                           Deadline deadline) {
  auto stream = HOWDAH_TRY(about(path, hdfs::OutputStream::append(client_, path, deadline)));
  return std::unique_ptr<OutputFile>(new HdfsOutputFile(std::move(stream), path));
}

Result<FileInfo> HdfsFileSystem::stat(const std::string& path, Deadline deadline) {
  return to_info(HOWDAH_TRY(about(path, client_->namenode().get_file_info(path, deadline))));
}

Result<std::vector<FileInfo>> HdfsFileSystem::list(const std::string& path, Deadline deadline) {
  const auto entries = HOWDAH_TRY(about(path, client_->namenode().get_listing(path, deadline)));
  std::vector<FileInfo> infos;
  infos.reserve(entries.size());
  for (const hdfs::FileStatus& entry : entries) infos.push_back(to_info(entry));
  return infos;
}

Status HdfsFileSystem::mkdir(const std::string& path, uint16_t permission, Deadline deadline) {
  return about(path, client_->namenode().mkdirs(path, permission, deadline));
}

Status HdfsFileSystem::rename(const std::string& from, const std::string& to, bool overwrite,
                              Deadline deadline) {
  return about(from, client_->namenode().rename2(from, to, overwrite, deadline));
}

Status HdfsFileSystem::remove(const std::string& path, bool recursive, Deadline deadline) {
  if (path == "/")
    return Status(Code::kInvalidArgument, "the root cannot be removed").with_operation("delete");
  return about(path, client_->namenode().remove(path, recursive, deadline));
}

Status HdfsFileSystem::set_permission(const std::string& path, uint16_t permission,
                                      Deadline deadline) {
  return about(path, client_->namenode().set_permission(path, permission, deadline));
}

Result<std::vector<BlockLocation>> HdfsFileSystem::block_locations(const std::string& path,
                                                                   Deadline deadline) {
  const auto located =
      HOWDAH_TRY(about(path, client_->namenode().get_block_locations(path, deadline)));
  std::vector<BlockLocation> locations;
  for (const hdfs::LocatedBlock& block : located.blocks) {
    BlockLocation location{block.offset_bytes, block.block.length_bytes, {}};
    for (const hdfs::DatanodeInfo& node : block.nodes) location.hosts.push_back(node.host_name);
    locations.push_back(std::move(location));
  }
  return locations;
}

Status HdfsFileSystem::recover_lease(const std::string& path, Deadline deadline) {
  const std::string holder = client_->new_holder();
  std::chrono::milliseconds pause(50);
  // The NameNode has the DataNodes settle the last block's length, which takes a heartbeat or two.
  for (;;) {
    if (HOWDAH_TRY(about(path, client_->namenode().recover_lease(path, holder, deadline))))
      return Status::ok();
    if (deadline.expired())
      return Status(Code::kDeadlineExceeded, "the last block is not settled yet")
          .with_operation("recoverLease")
          .with_peer(path)
          .with_advice("are the DataNodes that hold the file running?");
    std::this_thread::sleep_for(std::min<Deadline::Clock::duration>(pause, deadline.left()));
    pause = std::min(pause * 2, std::chrono::milliseconds(1000));
  }
}

}  // namespace howdah::fs
