// The NameNode, one method a call. Hadoop: org.apache.hadoop.hdfs.protocol.ClientProtocol.
//
// Thread-safe. Errors: those of RpcClient (kNotFound, kPermissionDenied, kSafeMode,
// kQuotaExceeded, ...), each with the method, the NameNode and where a user can do something what
// that is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "hadoop/rpc_client.h"
#include "hdfs/checksum.h"
#include "hdfs/located_block.h"

namespace howdah::hdfs {

struct FileStatus {
  std::string path;  // absolute
  bool is_directory = false;
  int64_t length_bytes = 0;
  int64_t modified_ms = 0;
  int64_t block_size_bytes = 0;
  int replication = 0;
  uint16_t permission = 0;
  std::string owner, group;
  uint64_t file_id = 0;
};

struct ServerDefaults {
  int64_t block_size_bytes = 0;
  int replication = 0;
  bool encrypt_data_transfer = false;
};

// Who writes a file: the lease's holder.
struct FileHandle {
  std::string path;
  uint64_t file_id = 0;
  std::string holder;
};

class NamenodeClient {
 public:
  explicit NamenodeClient(hadoop::RpcOptions options) : rpc_(std::move(options)) {}

  // -- The name space.
  Result<FileStatus> get_file_info(const std::string& path, Deadline deadline);
  // All entries, by name; of a file the file itself. Asks again until the listing is whole.
  Result<std::vector<FileStatus>> get_listing(const std::string& path, Deadline deadline);
  Status mkdirs(const std::string& path, uint16_t permission, Deadline deadline);
  Status rename2(const std::string& from, const std::string& to, bool overwrite, Deadline deadline);
  //   kNotFound  nothing was there
  Status remove(const std::string& path, bool recursive, Deadline deadline);
  Status set_permission(const std::string& path, uint16_t permission, Deadline deadline);
  //   kFailedPrecondition  a directory
  Status set_replication(const std::string& path, int replication, Deadline deadline);
  Result<ServerDefaults> get_server_defaults(Deadline deadline);

  // -- Reading.
  //   kFailedPrecondition  a directory;  kUnsupported  erasure-coded, or in an encryption zone
  Result<LocatedBlocks> get_block_locations(const std::string& path, Deadline deadline);
  Status report_bad_block(const LocatedBlock& block, const DatanodeInfo& node, Deadline deadline);

  // -- Writing: a file belongs to its holder's lease from create or append to complete.
  struct CreateFile {
    bool overwrite = false, create_parents = true;
    uint16_t permission = 0644;
    int replication = 0;
    int64_t block_size_bytes = 0;
  };
  //   kAlreadyExists;  kFailedPrecondition  a directory, or another holder writes it
  Result<FileStatus> create(const std::string& path, const std::string& holder,
                            const CreateFile& file, Deadline deadline);
  struct Appended {
    FileStatus file;
    std::optional<LocatedBlock> last_block;  // where it is not full
  };
  //   kFailedPrecondition  a directory, or another holder writes it
  Result<Appended> append(const std::string& path, const std::string& holder, Deadline deadline);
  // A new block after `previous`, whose length is final with this. The same `previous` again gives
  // the same block.
  //   kUnavailable  no DataNode may take it (dead, full, excluded), or the block before has too few
  //                 replicas yet
  Result<LocatedBlock> add_block(const FileHandle& file, const std::optional<Block>& previous,
                                 const std::vector<DatanodeInfo>& excluded, Deadline deadline);
  Status abandon_block(const FileHandle& file, const Block& block, Deadline deadline);
  // Persists the blocks' list.
  Status fsync(const FileHandle& file, Deadline deadline);
  // False: ask again, the last block has too few replicas yet.
  Result<bool> complete(const FileHandle& file, const std::optional<Block>& last,
                        Deadline deadline);
  // A new generation stamp and token for a block whose pipeline is set up again.
  struct NextPipeline {
    uint64_t generation_stamp = 0;
    hadoop::Token token;
  };
  Result<NextPipeline> update_block_for_pipeline(const FileHandle& file, const Block& block,
                                                 Deadline deadline);
  Status update_pipeline(const FileHandle& file, const Block& old_block, const Block& new_block,
                         const LocatedBlock& pipeline, Deadline deadline);
  Status renew_lease(const std::string& holder, Deadline deadline);
  // True: the file is closed.
  Result<bool> recover_lease(const std::string& path, const std::string& holder, Deadline deadline);

  // Absent on a cluster without security. The service is empty: the caller fills it in.
  Result<std::optional<hadoop::Token>> get_delegation_token(const std::string& renewer,
                                                            Deadline deadline);

  // Ends all calls with kCancelled, for good.
  void shutdown() { rpc_.shutdown(); }

 private:
  Status call(const char* method, const google::protobuf::MessageLite& request,
              google::protobuf::MessageLite* response, Deadline deadline);

  hadoop::RpcClient rpc_;
};

}  // namespace howdah::hdfs
