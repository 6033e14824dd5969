// The cluster under test: HDFS as Howdah sees it, as Java sees it, and its daemons.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fs/file_systems.h"
#include "hdfs/dfs_client.h"

namespace howdah {

inline Deadline soon() {
  return Deadline::after(std::chrono::seconds(120));
}

// Bytes that differ at every offset where a mistake would be one.
std::string pattern(size_t length, uint32_t seed = 1);

// A test with a folder of its own in HDFS; skipped where no cluster is named.
class ClusterTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  fs::FileSystem& files() { return *folder_.files; }
  std::string path(const std::string& name) const { return folder_.path + "/" + name; }
  void write(const std::string& name, const std::string& content,
             const fs::CreateOptions& options = {});
  std::string read(const std::string& name);

  // A client of the same HDFS below the FileSystem interface, with settings of its own.
  std::shared_ptr<hdfs::DfsClient> client(
      const std::vector<std::pair<std::string, std::string>>& settings = {});
  // The files that hold a block's bytes, one for each DataNode.
  std::vector<std::string> replica_files(const hdfs::Block& block);

  // Java's FsShell (or another class of the same jars) with these arguments, shell-quoted where
  // they need it. Its output; the test fails unless it exits with 0.
  std::string java(const std::string& class_name, const std::string& arguments);
  std::string fs_shell(const std::string& arguments) {
    return java("org.apache.hadoop.fs.FsShell", arguments);
  }
  // ./dev cluster VERB --name THIS DAEMON
  void daemon(const std::string& verb, const std::string& daemon);

  hadoop::Configuration configuration_;
  fs::Location folder_;
};

// What a command prints; the test fails unless it exits with 0.
std::string run(const std::string& command);

}  // namespace howdah
