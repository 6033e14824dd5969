#include "hdfs/namenode_client.h"

#include <limits>

#include "hdfs/proto/namenode.pb.h"

namespace howdah::hdfs {
namespace {

constexpr uint64_t kWholeFile = std::numeric_limits<int64_t>::max();
constexpr int64_t kMaxListing = 50'000'000;  // entries of one directory

const char* advice_for(Code code) {
  switch (code) {
    case Code::kPermissionDenied:
      return "ask the owner for access, or run as another user (HADOOP_USER_NAME on a cluster "
             "without security)";
    case Code::kSafeMode:
      return "wait, or leave it with `hdfs dfsadmin -safemode leave`";
    case Code::kQuotaExceeded:
      return "remove files, or raise the quota with `hdfs dfsadmin`";
    case Code::kTokenExpired:
      return "submit again with fresh tokens";
    case Code::kUnavailable:
      return "is the NameNode running, and fs.defaultFS its address?";
    default:
      return nullptr;
  }
}

// Exceptions whose class says less than their text.
Status refine(const std::string& exception, const Status& status) {
  const std::string& text = status.message();
  const auto says = [&](const char* words) { return text.find(words) != std::string::npos; };
  const auto with = [&](Code code) {
    return Status(code, text).with_operation(status.operation()).with_peer(status.peer());
  };
  if (exception.ends_with(".FileAlreadyExistsException") && says("already exists as a directory"))
    return with(Code::kFailedPrecondition);
  // Below a file there is nothing.
  if (exception.ends_with(".AccessControlException") && says("(is not a directory)"))
    return with(Code::kNotFound);
  if (exception.ends_with(".FileNotFoundException") &&
      (says("Path is not a file") || says("Directory does not exist")))
    return with(says("Path is not a file") ? Code::kFailedPrecondition : Code::kNotFound);
  if (exception != "java.io.IOException") return status;
  if (says("could only be written to") || says("could only be replicated to"))
    return with(Code::kUnavailable)
        .with_advice("are enough DataNodes running, and do they have space?");
  if (says("is a directory or file under source")) return with(Code::kInvalidArgument);
  if (says("is not empty") || says("must both be")) return with(Code::kFailedPrecondition);
  return status;
}

Result<FileStatus> from_proto(const proto::HdfsFileStatusProto& message, const std::string& path) {
  constexpr uint64_t kMax = uint64_t{1} << 60;
  if (message.length() > kMax || message.blocksize() > kMax)
    return Status(Code::kCorrupt, "the NameNode sent a file of impossible length").with_peer(path);
  FileStatus status;
  status.path = path;
  status.is_directory = message.filetype() == proto::HdfsFileStatusProto::IS_DIR;
  status.length_bytes = static_cast<int64_t>(message.length());
  status.modified_ms = static_cast<int64_t>(message.modification_time());
  status.block_size_bytes = static_cast<int64_t>(message.blocksize());
  status.replication = static_cast<int>(message.block_replication());
  status.permission = static_cast<uint16_t>(message.permission().perm());
  status.owner = message.owner();
  status.group = message.group();
  status.file_id = message.fileid();
  return status;
}

void set_permission_of(uint16_t permission, proto::FsPermissionProto* message) {
  message->set_perm(permission);
}

Status is_directory(const char* method, const std::string& path) {
  return Status(Code::kFailedPrecondition, "is a directory").with_operation(method).with_peer(path);
}

}  // namespace

Status NamenodeClient::call(const char* method, const google::protobuf::MessageLite& request,
                            google::protobuf::MessageLite* response, Deadline deadline) {
  std::string exception;
  Status status = rpc_.call(method, request, response, deadline, &exception);
  if (status.is_ok()) return status;
  if (!exception.empty()) status = refine(exception, status);
  const char* advice = advice_for(status.code());
  return advice && (exception.empty() || status.code() != Code::kUnavailable)
             ? status.with_advice(advice)
             : status;
}

Result<FileStatus> NamenodeClient::get_file_info(const std::string& path, Deadline deadline) {
  proto::GetFileInfoRequestProto request;
  request.set_src(path);
  proto::GetFileInfoResponseProto response;
  HOWDAH_TRY(call("getFileInfo", request, &response, deadline));
  if (!response.has_fs())
    return Status(Code::kNotFound, "no such file or directory")
        .with_operation("getFileInfo")
        .with_peer(path);
  return from_proto(response.fs(), path);
}

Result<std::vector<FileStatus>> NamenodeClient::get_listing(const std::string& path,
                                                            Deadline deadline) {
  std::vector<FileStatus> entries;
  proto::GetListingRequestProto request;
  request.set_src(path);
  request.set_startafter("");
  request.set_needlocation(false);
  for (;;) {
    proto::GetListingResponseProto response;
    HOWDAH_TRY(call("getListing", request, &response, deadline));
    if (!response.has_dirlist())
      return Status(Code::kNotFound, "no such file or directory")
          .with_operation("getListing")
          .with_peer(path);
    const auto& part = response.dirlist();
    for (const auto& message : part.partiallisting()) {
      // A file's own listing has an empty name.
      std::string entry = path;
      if (!message.path().empty()) {
        if (!entry.ends_with('/')) entry += '/';
        entry += message.path();
      }
      entries.push_back(HOWDAH_TRY(from_proto(message, entry)));
    }
    if (part.remainingentries() == 0) return entries;
    if (part.partiallisting().empty() || static_cast<int64_t>(entries.size()) > kMaxListing)
      return Status(Code::kCorrupt, "the NameNode's listing does not end").with_peer(path);
    request.set_startafter(part.partiallisting().rbegin()->path());
  }
}

Status NamenodeClient::mkdirs(const std::string& path, uint16_t permission, Deadline deadline) {
  proto::MkdirsRequestProto request;
  request.set_src(path);
  set_permission_of(permission, request.mutable_masked());
  set_permission_of(permission, request.mutable_unmasked());
  request.set_createparent(true);
  proto::MkdirsResponseProto response;
  HOWDAH_TRY(call("mkdirs", request, &response, deadline));
  if (!response.result())
    return Status(Code::kInternal, "the NameNode did not make the directory")
        .with_operation("mkdirs")
        .with_peer(path);
  return Status::ok();
}

Status NamenodeClient::rename2(const std::string& from, const std::string& to, bool overwrite,
                               Deadline deadline) {
  proto::Rename2RequestProto request;
  request.set_src(from);
  request.set_dst(to);
  request.set_overwritedest(overwrite);
  proto::Rename2ResponseProto response;
  return call("rename2", request, &response, deadline);
}

Status NamenodeClient::remove(const std::string& path, bool recursive, Deadline deadline) {
  proto::DeleteRequestProto request;
  request.set_src(path);
  request.set_recursive(recursive);
  proto::DeleteResponseProto response;
  HOWDAH_TRY(call("delete", request, &response, deadline));
  if (response.result()) return Status::ok();
  return Status(Code::kNotFound, "no such file or directory")
      .with_operation("delete")
      .with_peer(path);
}

Status NamenodeClient::set_permission(const std::string& path, uint16_t permission,
                                      Deadline deadline) {
  proto::SetPermissionRequestProto request;
  request.set_src(path);
  set_permission_of(permission, request.mutable_permission());
  proto::SetPermissionResponseProto response;
  return call("setPermission", request, &response, deadline);
}

Status NamenodeClient::set_replication(const std::string& path, int replication,
                                       Deadline deadline) {
  proto::SetReplicationRequestProto request;
  request.set_src(path);
  request.set_replication(static_cast<uint32_t>(replication));
  proto::SetReplicationResponseProto response;
  HOWDAH_TRY(call("setReplication", request, &response, deadline));
  return response.result() ? Status::ok() : is_directory("setReplication", path);
}

Result<ServerDefaults> NamenodeClient::get_server_defaults(Deadline deadline) {
  proto::GetServerDefaultsResponseProto response;
  HOWDAH_TRY(
      call("getServerDefaults", proto::GetServerDefaultsRequestProto(), &response, deadline));
  const auto& defaults = response.serverdefaults();
  return ServerDefaults{static_cast<int64_t>(defaults.blocksize()),
                        static_cast<int>(defaults.replication()), defaults.encryptdatatransfer()};
}

Result<LocatedBlocks> NamenodeClient::get_block_locations(const std::string& path,
                                                          Deadline deadline) {
  proto::GetBlockLocationsRequestProto request;
  request.set_src(path);
  request.set_offset(0);
  request.set_length(kWholeFile);
  proto::GetBlockLocationsResponseProto response;
  HOWDAH_TRY(call("getBlockLocations", request, &response, deadline));
  if (!response.has_locations())
    return Status(Code::kNotFound, "no such file").with_operation("open").with_peer(path);
  auto blocks = hdfs::from_proto(response.locations());
  if (!blocks) return blocks.status().with_operation("open").with_peer(path);
  return blocks;
}

Status NamenodeClient::report_bad_block(const LocatedBlock& block, const DatanodeInfo& node,
                                        Deadline deadline) {
  // Only the replica that is bad: the NameNode would take every location named.
  LocatedBlock bad = block;
  bad.nodes.clear();
  bad.storage_types.clear();
  bad.storage_ids.clear();
  for (size_t i = 0; i < block.nodes.size(); ++i) {
    if (!(block.nodes[i] == node)) continue;
    bad.nodes.push_back(block.nodes[i]);
    bad.storage_types.push_back(block.storage_types[i]);
    bad.storage_ids.push_back(block.storage_ids[i]);
  }
  proto::ReportBadBlocksRequestProto request;
  *request.add_blocks() = to_proto(bad);
  proto::ReportBadBlocksResponseProto response;
  return call("reportBadBlocks", request, &response, deadline);
}

Result<FileStatus> NamenodeClient::create(const std::string& path, const std::string& holder,
                                          const CreateFile& file, Deadline deadline) {
  proto::CreateRequestProto request;
  request.set_src(path);
  set_permission_of(file.permission, request.mutable_masked());
  set_permission_of(file.permission, request.mutable_unmasked());
  request.set_clientname(holder);
  // What Howdah writes are blocks with replicas, below whatever directory.
  request.set_createflag(static_cast<uint32_t>(proto::CREATE | proto::SHOULD_REPLICATE |
                                               (file.overwrite ? proto::OVERWRITE : 0)));
  request.set_createparent(file.create_parents);
  request.set_replication(static_cast<uint32_t>(file.replication));
  request.set_blocksize(static_cast<uint64_t>(file.block_size_bytes));
  proto::CreateResponseProto response;
  HOWDAH_TRY(call("create", request, &response, deadline));
  if (response.fs().has_fileencryptioninfo())
    return Status(Code::kUnsupported, "the directory lies in an encryption zone")
        .with_operation("create")
        .with_peer(path)
        .with_advice("write outside of the zone");
  return from_proto(response.fs(), path);
}

Result<NamenodeClient::Appended> NamenodeClient::append(const std::string& path,
                                                        const std::string& holder,
                                                        Deadline deadline) {
  proto::AppendRequestProto request;
  request.set_src(path);
  request.set_clientname(holder);
  proto::AppendResponseProto response;
  HOWDAH_TRY(call("append", request, &response, deadline));
  Appended appended;
  appended.file = HOWDAH_TRY(from_proto(response.stat(), path));
  if (response.stat().has_ecpolicy() || response.stat().has_fileencryptioninfo())
    return Status(Code::kUnsupported, "the file is erasure-coded or encrypted")
        .with_operation("append")
        .with_peer(path);
  if (response.has_block()) appended.last_block = HOWDAH_TRY(hdfs::from_proto(response.block()));
  return appended;
}

Result<LocatedBlock> NamenodeClient::add_block(const FileHandle& file,
                                               const std::optional<Block>& previous,
                                               const std::vector<DatanodeInfo>& excluded,
                                               Deadline deadline) {
  proto::AddBlockRequestProto request;
  request.set_src(file.path);
  request.set_clientname(file.holder);
  request.set_fileid(file.file_id);
  if (previous) *request.mutable_previous() = to_proto(*previous);
  for (const DatanodeInfo& node : excluded) *request.add_excludenodes() = to_proto(node);
  proto::AddBlockResponseProto response;
  HOWDAH_TRY(call("addBlock", request, &response, deadline));
  return hdfs::from_proto(response.block());
}

Status NamenodeClient::abandon_block(const FileHandle& file, const Block& block,
                                     Deadline deadline) {
  proto::AbandonBlockRequestProto request;
  *request.mutable_b() = to_proto(block);
  request.set_src(file.path);
  request.set_holder(file.holder);
  request.set_fileid(file.file_id);
  proto::AbandonBlockResponseProto response;
  return call("abandonBlock", request, &response, deadline);
}

Status NamenodeClient::fsync(const FileHandle& file, Deadline deadline) {
  proto::FsyncRequestProto request;
  request.set_src(file.path);
  request.set_client(file.holder);
  request.set_fileid(file.file_id);
  proto::FsyncResponseProto response;
  return call("fsync", request, &response, deadline);
}

Result<bool> NamenodeClient::complete(const FileHandle& file, const std::optional<Block>& last,
                                      Deadline deadline) {
  proto::CompleteRequestProto request;
  request.set_src(file.path);
  request.set_clientname(file.holder);
  request.set_fileid(file.file_id);
  if (last) *request.mutable_last() = to_proto(*last);
  proto::CompleteResponseProto response;
  HOWDAH_TRY(call("complete", request, &response, deadline));
  return response.result();
}

Result<NamenodeClient::NextPipeline> NamenodeClient::update_block_for_pipeline(
    const FileHandle& file, const Block& block, Deadline deadline) {
  proto::UpdateBlockForPipelineRequestProto request;
  *request.mutable_block() = to_proto(block);
  request.set_clientname(file.holder);
  proto::UpdateBlockForPipelineResponseProto response;
  HOWDAH_TRY(call("updateBlockForPipeline", request, &response, deadline));
  // The answer has no locations, and an offset of -1.
  return NextPipeline{response.block().b().generationstamp(),
                      from_proto(response.block().blocktoken())};
}

Status NamenodeClient::update_pipeline(const FileHandle& file, const Block& old_block,
                                       const Block& new_block, const LocatedBlock& pipeline,
                                       Deadline deadline) {
  proto::UpdatePipelineRequestProto request;
  request.set_clientname(file.holder);
  *request.mutable_oldblock() = to_proto(old_block);
  *request.mutable_newblock() = to_proto(new_block);
  for (const DatanodeInfo& node : pipeline.nodes) *request.add_newnodes() = to_proto(node).id();
  for (const std::string& id : pipeline.storage_ids) request.add_storageids(id);
  proto::UpdatePipelineResponseProto response;
  return call("updatePipeline", request, &response, deadline);
}

Status NamenodeClient::renew_lease(const std::string& holder, Deadline deadline) {
  proto::RenewLeaseRequestProto request;
  request.set_clientname(holder);
  proto::RenewLeaseResponseProto response;
  return call("renewLease", request, &response, deadline);
}

Result<bool> NamenodeClient::recover_lease(const std::string& path, const std::string& holder,
                                           Deadline deadline) {
  proto::RecoverLeaseRequestProto request;
  request.set_src(path);
  request.set_clientname(holder);
  proto::RecoverLeaseResponseProto response;
  HOWDAH_TRY(call("recoverLease", request, &response, deadline));
  return response.result();
}

Result<std::optional<hadoop::Token>> NamenodeClient::get_delegation_token(
    const std::string& renewer, Deadline deadline) {
  proto::GetDelegationTokenRequestProto request;
  request.set_renewer(renewer);
  proto::GetDelegationTokenResponseProto response;
  HOWDAH_TRY(call("getDelegationToken", request, &response, deadline));
  std::optional<hadoop::Token> token;
  if (response.has_token()) token = from_proto(response.token());
  return token;
}

}  // namespace howdah::hdfs
