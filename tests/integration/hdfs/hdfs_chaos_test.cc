// DataNodes that die, freeze or are not there, while files are written and read.
#include <gmock/gmock.h>

#include "cluster.h"
#include "hdfs/input_stream.h"
#include "hdfs/output_stream.h"

namespace howdah {
namespace {

using ::testing::HasSubstr;

// Every DataNode of the cluster is in each pipeline, and each may be the first.
constexpr int kEveryNode = 9;

class HdfsChaos : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (!IsSkipped() && !std::getenv("HOWDAH_CLUSTER_NAME"))
      GTEST_SKIP() << "HOWDAH_CLUSTER_NAME is not set";
  }
  void kill(const std::string& name) {
    daemon("kill", name);
    killed_ = name;
  }
  void start_again() {
    if (!killed_.empty()) daemon("start", killed_);
    killed_.clear();
  }
  void TearDown() override {
    start_again();
    ClusterTest::TearDown();
  }

  // Writes in pieces; at a third of it `fault` happens, with bytes in flight. Then every byte must
  // be there.
  void write_through(const std::string& name, const std::string& content, bool flushing,
                     const std::function<void()>& fault) {
    fs::CreateOptions options;
    options.replication = kEveryNode;
    auto file = files().create(path(name), options, soon());
    ASSERT_TRUE(file) << file.status().to_string();
    bool happened = false;
    for (size_t at = 0; at < content.size();) {
      const size_t count = std::min<size_t>(content.size() - at, 100'001);
      const Status written = (*file)->write(as_bytes(content).subspan(at, count), soon());
      ASSERT_TRUE(written.is_ok()) << written.to_string();
      at += count;
      if (flushing) {
        const Status flushed = (*file)->flush(soon());
        ASSERT_TRUE(flushed.is_ok()) << flushed.to_string();
      }
      if (!happened && at > content.size() / 3) fault();
      happened = happened || at > content.size() / 3;
    }
    const Status closed = (*file)->close(soon());
    ASSERT_TRUE(closed.is_ok()) << closed.to_string();
    EXPECT_TRUE(read(name) == content);
    EXPECT_EQ(files().stat(path(name), soon())->length_bytes, static_cast<int64_t>(content.size()));
  }

  std::string killed_;
};

TEST_F(HdfsChaos, loses_no_byte_when_a_datanode_dies_in_mid_write) {
  const std::string content = pattern(24 << 20);
  for (const std::string node : {"datanode1", "datanode2"}) {
    write_through(node, content, false, [&] { kill(node); });
    if (HasFatalFailure()) return;
    start_again();
    EXPECT_TRUE(read(node) == content);
  }
}

TEST_F(HdfsChaos, loses_no_flushed_byte_when_a_datanode_dies_between_flushes) {
  const std::string content = pattern(4 << 20, 5);
  for (const std::string node : {"datanode1", "datanode2"}) {
    write_through(node, content, true, [&] { kill(node); });
    if (HasFatalFailure()) return;
    start_again();
  }
}

TEST_F(HdfsChaos, closes_a_file_whose_datanode_died_after_the_last_flush) {
  for (const std::string node : {"datanode1", "datanode2"}) {
    fs::CreateOptions options;
    options.replication = kEveryNode;
    auto file = files().create(path(node), options, soon());
    ASSERT_TRUE(file) << file.status().to_string();
    ASSERT_TRUE((*file)->write(as_bytes("all of it"), soon()).is_ok());
    ASSERT_TRUE((*file)->flush(soon()).is_ok());
    kill(node);
    const Status closed = (*file)->close(soon());
    EXPECT_TRUE(closed.is_ok()) << closed.to_string();
    EXPECT_EQ(read(node), "all of it");
    start_again();
  }
}

TEST_F(HdfsChaos, appends_although_a_datanode_of_the_block_is_gone) {
  fs::CreateOptions options;
  options.replication = kEveryNode;
  const std::string content = pattern(100'000);
  write("file", content, options);
  kill("datanode1");
  auto file = files().append(path("file"), soon());
  ASSERT_TRUE(file) << file.status().to_string();
  ASSERT_TRUE((*file)->write(as_bytes(content), soon()).is_ok());
  const Status closed = (*file)->close(soon());
  ASSERT_TRUE(closed.is_ok()) << closed.to_string();
  EXPECT_TRUE(read("file") == content + content);
}

TEST_F(HdfsChaos, writes_elsewhere_when_a_datanode_is_gone_that_the_namenode_believes_in) {
  kill("datanode2");
  for (int i = 0; i < 4; ++i) {
    fs::CreateOptions options;
    options.replication = 1;
    write(std::to_string(i), pattern(10'000), options);
    EXPECT_TRUE(read(std::to_string(i)) == pattern(10'000));
  }
}

TEST_F(HdfsChaos, loses_no_byte_when_a_datanode_dies_in_mid_read) {
  const std::string content = pattern(24 << 20, 9);
  fs::CreateOptions options;
  options.replication = kEveryNode;
  write("file", content, options);
  // Which replica a stream reads is the NameNode's choice: so many that some read from the one that
  // dies.
  std::vector<std::unique_ptr<fs::InputFile>> streams;
  std::string into(content.size(), '\0');
  const MutableBytes bytes = std::as_writable_bytes(std::span(into));
  for (int i = 0; i < 12; ++i) {
    auto file = files().open(path("file"), soon());
    ASSERT_TRUE(file) << file.status().to_string();
    ASSERT_TRUE((*file)->read_at(0, bytes.first(1000), soon()));
    streams.push_back(std::move(*file));
  }
  kill("datanode1");
  for (const auto& stream : streams) {
    const auto got = stream->read_at(1000, bytes.subspan(1000), soon());
    ASSERT_TRUE(got) << got.status().to_string();
    EXPECT_TRUE(into == content);
    std::fill(into.begin() + 1000, into.end(), '\0');
  }
}

TEST_F(HdfsChaos, reads_on_from_another_replica_when_a_datanode_freezes) {
  fs::CreateOptions options;
  options.replication = kEveryNode;
  const std::string content = pattern(12 << 20, 11);
  write("file", content, options);
  const auto impatient = client({{"dfs.client.socket-timeout", "1000"}});
  for (const std::string node : {"datanode1", "datanode2"}) {
    auto stream = hdfs::InputStream::open(impatient, path("file"), soon());
    ASSERT_TRUE(stream) << stream.status().to_string();
    std::string into(content.size(), '\0');
    const MutableBytes bytes = std::as_writable_bytes(std::span(into));
    ASSERT_TRUE((*stream)->read_at(0, bytes.first(1000), soon()));
    daemon("kill --signal STOP", node);
    const auto got = (*stream)->read_at(1000, bytes.subspan(1000), soon());
    daemon("kill --signal CONT", node);
    ASSERT_TRUE(got) << got.status().to_string();
    EXPECT_TRUE(into == content);
  }
}

TEST_F(HdfsChaos, says_safe_mode_when_the_namenode_is_in_it) {
  write("file", "content");
  java("org.apache.hadoop.hdfs.tools.DFSAdmin", "-safemode enter");
  const Status created = files().create(path("new"), {}, soon()).status();
  EXPECT_EQ(read("file"), "content");
  java("org.apache.hadoop.hdfs.tools.DFSAdmin", "-safemode leave");
  EXPECT_EQ(created.code(), Code::kSafeMode) << created.to_string();
  EXPECT_THAT(created.advice(), HasSubstr("safemode"));
}

}  // namespace
}  // namespace howdah
