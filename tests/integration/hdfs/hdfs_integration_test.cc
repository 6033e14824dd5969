// Howdah's HDFS beside Java's: what one writes, the other reads.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "cluster.h"
#include "hdfs/block_reader.h"
#include "hdfs/input_stream.h"
#include "hdfs/output_stream.h"

namespace howdah {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class HdfsIntegration : public ClusterTest {};

constexpr int64_t kBlock = 1 << 20;
const std::vector<size_t> kSizes{0,     1,     511,        512,    513,        65535,
                                 65536, 65537, kBlock - 1, kBlock, kBlock + 1, 3 * kBlock + 5};

// "name" -> "algorithm checksum", of each line of FsShell -checksum.
std::map<std::string, std::string> checksums(const std::string& output) {
  std::map<std::string, std::string> found;
  std::istringstream lines(output);
  std::string path, algorithm, checksum;
  while (lines >> path >> algorithm) {
    if (algorithm != "NONE") lines >> checksum;
    found[path.substr(path.rfind('/') + 1)] = algorithm + " " + checksum;
  }
  return found;
}

TEST_F(HdfsIntegration, java_reads_what_howdah_writes_and_the_reverse_to_the_same_checksums) {
  char scratch[] = "/tmp/howdah-hdfs-XXXXXX";
  ASSERT_TRUE(::mkdtemp(scratch));
  ASSERT_TRUE(files().mkdir(path("ours"), 0755, soon()).is_ok());
  ASSERT_TRUE(files().mkdir(path("java"), 0755, soon()).is_ok());
  fs::CreateOptions options;
  options.block_size_bytes = kBlock;
  std::string names, everything;
  for (const size_t size : kSizes) {
    const std::string name = std::to_string(size), content = pattern(size, 3);
    write("ours/" + name, content, options);
    names += " " + path("ours/" + name);
    everything += content;
    std::ofstream(scratch + ("/" + name), std::ios::binary) << content;
  }
  fs_shell("-Ddfs.blocksize=" + std::to_string(kBlock) + " -put " + scratch + "/* " + path("java"));
  for (const size_t size : kSizes) {
    const std::string content = read("java/" + std::to_string(size));
    EXPECT_TRUE(content == pattern(size, 3)) << size;
  }
  const std::string cat = fs_shell("-cat" + names);
  EXPECT_EQ(cat.size(), everything.size());
  EXPECT_TRUE(cat == everything);
  const auto ours = checksums(fs_shell("-checksum '" + path("ours/*") + "'"));
  const auto javas = checksums(fs_shell("-checksum '" + path("java/*") + "'"));
  EXPECT_THAT(ours, SizeIs(kSizes.size()));
  EXPECT_EQ(ours, javas);
  std::filesystem::remove_all(scratch);
}

TEST_F(HdfsIntegration, java_reads_a_file_that_howdah_flushes_and_appends_to) {
  const std::string first = pattern(1000, 1), second = pattern(70'000, 2), third = pattern(300, 3);
  auto file = files().create(path("file"), {}, soon());
  ASSERT_TRUE(file) << file.status().to_string();
  ASSERT_TRUE((*file)->write(as_bytes(first), soon()).is_ok());
  ASSERT_TRUE((*file)->flush(soon()).is_ok());
  EXPECT_TRUE(fs_shell("-cat " + path("file")) == first);
  ASSERT_TRUE((*file)->write(as_bytes(second), soon()).is_ok());
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  auto again = files().append(path("file"), soon());
  ASSERT_TRUE(again) << again.status().to_string();
  ASSERT_TRUE((*again)->write(as_bytes(third), soon()).is_ok());
  ASSERT_TRUE((*again)->close(soon()).is_ok());
  EXPECT_TRUE(fs_shell("-cat " + path("file")) == first + second + third);
}

TEST_F(HdfsIntegration, ends_blocks_at_the_block_size_and_reads_across_them) {
  fs::CreateOptions options;
  options.block_size_bytes = 1536;
  const std::string content = pattern(10'000);
  write("file", content, options);
  const auto blocks = files().block_locations(path("file"), soon());
  ASSERT_TRUE(blocks) << blocks.status().to_string();
  EXPECT_THAT(*blocks, SizeIs(7));
  EXPECT_FALSE((*blocks)[0].hosts.empty());
  EXPECT_TRUE(read("file") == content);
  options.block_size_bytes = 1000;
  EXPECT_EQ(files().create(path("odd"), options, soon()).status().code(), Code::kInvalidArgument);
}

TEST_F(HdfsIntegration, flushes_and_appends_across_blocks) {
  fs::CreateOptions options;
  options.block_size_bytes = 2048;
  auto file = files().create(path("file"), options, soon());
  ASSERT_TRUE(file) << file.status().to_string();
  std::string content;
  for (uint32_t turn = 0; turn < 40; ++turn) {
    const std::string piece = pattern(1 + turn * 37 % 900, turn);
    ASSERT_TRUE((*file)->write(as_bytes(piece), soon()).is_ok());
    const Status flushed = (*file)->flush(soon());
    ASSERT_TRUE(flushed.is_ok()) << flushed.to_string();
    content += piece;
    if (turn % 10 == 9) {
      EXPECT_TRUE(read("file") == content) << turn;
      ASSERT_TRUE((*file)->close(soon()).is_ok());
      file = files().append(path("file"), soon());
      ASSERT_TRUE(file) << file.status().to_string();
    }
  }
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  EXPECT_TRUE(read("file") == content);
}

TEST_F(HdfsIntegration, lists_a_directory_that_the_namenode_gives_in_parts) {
  for (int i = 0; i < 1'003; ++i)
    ASSERT_TRUE(files().mkdir(path("d/" + std::to_string(10'000 + i)), 0755, soon()).is_ok());
  const auto entries = files().list(path("d"), soon());
  ASSERT_TRUE(entries) << entries.status().to_string();
  ASSERT_THAT(*entries, SizeIs(1'003));
  for (size_t i = 0; i < entries->size(); ++i)
    ASSERT_EQ((*entries)[i].name(), std::to_string(10'000 + i));
}

TEST_F(HdfsIntegration, a_file_belongs_to_its_writer_until_its_lease_is_recovered) {
  auto file = files().create(path("file"), {}, soon());
  ASSERT_TRUE(file) << file.status().to_string();
  ASSERT_TRUE((*file)->write(as_bytes("flushed"), soon()).is_ok());
  ASSERT_TRUE((*file)->flush(soon()).is_ok());
  ASSERT_TRUE((*file)->write(as_bytes("never flushed"), soon()).is_ok());
  EXPECT_EQ(files().append(path("file"), soon()).status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(files().create(path("file"), {}, soon()).status().code(), Code::kFailedPrecondition);

  const Status recovered = files().recover_lease(path("file"), soon());
  ASSERT_TRUE(recovered.is_ok()) << recovered.to_string();
  EXPECT_EQ(read("file"), "flushed");
  EXPECT_EQ(files().stat(path("file"), soon())->length_bytes, 7);
  const Status late = (*file)->close(soon());
  EXPECT_FALSE(late.is_ok());
  EXPECT_EQ(read("file"), "flushed");

  auto next = files().append(path("file"), soon());
  ASSERT_TRUE(next) << next.status().to_string();
  ASSERT_TRUE((*next)->write(as_bytes(", and on"), soon()).is_ok());
  ASSERT_TRUE((*next)->close(soon()).is_ok());
  EXPECT_EQ(read("file"), "flushed, and on");
}

TEST_F(HdfsIntegration, reads_past_a_corrupt_replica_and_tells_when_every_one_is) {
  const std::string content = pattern(300'000);
  fs::CreateOptions options;
  options.replication = 2;
  write("file", content, options);
  const auto client = this->client();
  const auto blocks = client->namenode().get_block_locations(path("file"), soon());
  ASSERT_TRUE(blocks) << blocks.status().to_string();
  const hdfs::LocatedBlock block = blocks->blocks.at(0);
  ASSERT_GE(block.nodes.size(), 2u);
  const auto replicas = replica_files(block.block);
  ASSERT_EQ(replicas.size(), block.nodes.size());
  const auto corrupt = [](const std::string& file) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(150'000);
    bytes.write("howdah", 6);
  };
  const auto scan = [&](const hdfs::DatanodeInfo& node) {
    std::string into(content.size(), '\0');
    auto reader = hdfs::BlockReader::open(client->connections(), block, node.transfer_address(),
                                          {0, 300'000}, {}, soon());
    if (!reader) return reader.status();
    for (size_t have = 0; have < into.size();) {
      const auto count =
          (*reader)->read(std::as_writable_bytes(std::span(into)).subspan(have), soon());
      if (!count) return count.status();
      have += *count;
    }
    EXPECT_TRUE(into == content);
    return Status::ok();
  };

  corrupt(replicas[0]);
  int bad = 0;
  for (const auto& node : block.nodes) bad += scan(node).code() == Code::kChecksum;
  EXPECT_EQ(bad, 1);
  // Which replica is read first is the NameNode's choice: several times, to meet the corrupt one.
  for (int turn = 0; turn < 6; ++turn) {
    const auto whole = fs::read_file(files(), path("file"), 1 << 20, soon());
    ASSERT_TRUE(whole) << whole.status().to_string();
    EXPECT_TRUE(*whole == content);
  }
  for (const std::string& replica : replica_files(block.block)) corrupt(replica);
  const auto none = fs::read_file(files(), path("file"), 1 << 20, soon());
  EXPECT_EQ(none.status().code(), Code::kChecksum) << none.status().to_string();
}

TEST_F(HdfsIntegration, reports_a_corrupt_replica_to_the_namenode) {
  fs::CreateOptions options;
  options.replication = 2;
  write("file", pattern(1000), options);
  const auto client = this->client();
  const auto blocks = client->namenode().get_block_locations(path("file"), soon());
  ASSERT_TRUE(blocks) << blocks.status().to_string();
  const hdfs::LocatedBlock block = blocks->blocks.at(0);
  for (const std::string& replica : replica_files(block.block)) {
    std::fstream bytes(replica, std::ios::in | std::ios::out | std::ios::binary);
    bytes.write("howdah", 6);
  }
  EXPECT_EQ(fs::read_file(files(), path("file"), 1 << 20, soon()).status().code(), Code::kChecksum);
  // fsck leaves with 1 for what we want to see.
  EXPECT_THAT(java("org.apache.hadoop.hdfs.tools.DFSck", path("file") + " 2>/dev/null || true"),
              HasSubstr("CORRUPT"));
}

TEST_F(HdfsIntegration, reads_the_same_bytes_in_any_order_over_one_connection_or_many) {
  fs::CreateOptions options;
  options.block_size_bytes = kBlock;
  const std::string content = pattern(3 * kBlock + 777);
  write("file", content, options);
  auto file = files().open(path("file"), soon());
  ASSERT_TRUE(file) << file.status().to_string();
  uint32_t state = 42;
  for (int turn = 0; turn < 300; ++turn) {
    state = state * 1664525 + 1013904223;
    const size_t offset = state % content.size();
    const size_t length = (state >> 8) % (turn % 10 == 0 ? 2'000'000 : 5'000) + 1;
    std::string into(length, '\0');
    const auto count = (*file)->read_at(static_cast<int64_t>(offset),
                                        std::as_writable_bytes(std::span(into)), soon());
    ASSERT_TRUE(count) << count.status().to_string();
    ASSERT_TRUE(into.substr(0, *count) == content.substr(offset, length)) << offset;
    if (turn % 3 == 0 && offset + *count < content.size()) {  // and go on from there
      const auto more = (*file)->read_at(static_cast<int64_t>(offset + *count),
                                         std::as_writable_bytes(std::span(into)), soon());
      ASSERT_TRUE(more) << more.status().to_string();
      ASSERT_TRUE(into.substr(0, *more) == content.substr(offset + *count, length));
    }
  }
}

TEST_F(HdfsIntegration, refuses_what_a_user_may_not) {
  write("file", "mine");
  ASSERT_TRUE(files().set_permission(path("file"), 0600, soon()).is_ok());
  ASSERT_TRUE(files().set_permission(folder_.path, 0755, soon()).is_ok());
  fs::FileSystems systems(configuration_, {"somebody", ""}, {});
  auto other = systems.resolve(folder_.uri());
  ASSERT_TRUE(other) << other.status().to_string();
  const Status read = other->files->open(path("file"), soon()).status();
  EXPECT_EQ(read.code(), Code::kPermissionDenied);
  EXPECT_THAT(read.to_string(), HasSubstr("somebody"));
  EXPECT_FALSE(read.advice().empty());
  EXPECT_EQ(other->files->create(path("new"), {}, soon()).status().code(), Code::kPermissionDenied);
  EXPECT_EQ(other->files->remove(path("file"), false, soon()).code(), Code::kPermissionDenied);
}

TEST_F(HdfsIntegration, tells_that_a_quota_is_exceeded) {
  ASSERT_TRUE(files().mkdir(path("small"), 0755, soon()).is_ok());
  java("org.apache.hadoop.hdfs.tools.DFSAdmin", "-setSpaceQuota 1m " + path("small"));
  const Status written =
      fs::write_file(files(), path("small/file"), as_bytes("content"), {}, soon());
  EXPECT_EQ(written.code(), Code::kQuotaExceeded) << written.to_string();
  EXPECT_THAT(written.advice(), HasSubstr("quota"));
  EXPECT_EQ(files().stat(path("small/file"), soon()).status().code(), Code::kNotFound);
}

TEST_F(HdfsIntegration, tells_that_no_namenode_is_there) {
  fs::FileSystems systems(configuration_, *hadoop::User::current(), {});
  const auto nowhere = systems.resolve("hdfs://127.0.0.1:1/file");
  ASSERT_TRUE(nowhere) << nowhere.status().to_string();
  const Status status =
      nowhere->files->stat("/file", Deadline::after(std::chrono::seconds(2))).status();
  EXPECT_THAT(status.code(), ::testing::AnyOf(Code::kUnavailable, Code::kDeadlineExceeded));
  EXPECT_THAT(status.to_string(), HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace howdah
