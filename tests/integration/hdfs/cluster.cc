#include "cluster.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace howdah {

std::string pattern(size_t length, uint32_t seed) {
  std::string bytes(length, '\0');
  uint32_t state = seed;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

std::string run(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  EXPECT_TRUE(pipe) << command;
  if (!pipe) return {};
  std::string output;
  std::array<char, 65536> buffer{};
  while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), count);
  EXPECT_EQ(::pclose(pipe), 0) << command << "\n" << output.substr(0, 2000);
  return output;
}

void ClusterTest::SetUp() {
  if (!std::getenv("HADOOP_CONF_DIR")) GTEST_SKIP() << "no cluster: HADOOP_CONF_DIR is not set";
  auto configuration = hadoop::Configuration::load_default();
  ASSERT_TRUE(configuration) << configuration.status().to_string();
  configuration_ = *configuration;
  fs::FileSystems systems(configuration_, *hadoop::User::current(),
                          *hadoop::Credentials::from_environment());
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  auto folder =
      systems.resolve("hdfs:///tmp/howdah-test/" + std::to_string(::getpid()) + "-" + info->name());
  ASSERT_TRUE(folder) << folder.status().to_string();
  folder_ = *folder;
  const Status made = files().mkdir(folder_.path, 0777, soon());
  ASSERT_TRUE(made.is_ok()) << made.to_string();
}

void ClusterTest::TearDown() {
  if (folder_.files) (void)files().remove(folder_.path, true, soon());
}

void ClusterTest::write(const std::string& name, const std::string& content,
                        const fs::CreateOptions& options) {
  const Status written = fs::write_file(files(), path(name), as_bytes(content), options, soon());
  ASSERT_TRUE(written.is_ok()) << written.to_string();
}

std::string ClusterTest::read(const std::string& name) {
  auto content = fs::read_file(files(), path(name), 1 << 30, soon());
  EXPECT_TRUE(content) << content.status().to_string();
  return content ? std::move(*content) : "";
}

std::shared_ptr<hdfs::DfsClient> ClusterTest::client(
    const std::vector<std::pair<std::string, std::string>>& settings) {
  hadoop::Configuration configuration = configuration_;
  for (const auto& [key, value] : settings) configuration.set(key, value);
  auto options = hdfs::ClientOptions::from_configuration(
      folder_.files->uri().substr(std::string("hdfs://").size()), configuration,
      *hadoop::User::current(), *hadoop::Credentials::from_environment());
  EXPECT_TRUE(options) << options.status().to_string();
  return std::make_shared<hdfs::DfsClient>(std::move(*options));
}

std::vector<std::string> ClusterTest::replica_files(const hdfs::Block& block) {
  std::vector<std::string> found;
  const auto data = std::filesystem::path(configuration_.folder()).parent_path() / "data";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data))
    if (entry.path().filename() == "blk_" + std::to_string(block.id))
      found.push_back(entry.path().string());
  return found;
}

std::string ClusterTest::java(const std::string& class_name, const std::string& arguments) {
  const char* classes = std::getenv("HADOOP_CLASSPATH");
  EXPECT_TRUE(classes) << "HADOOP_CLASSPATH is not set";
  return run("java -XX:TieredStopAtLevel=1 -cp \"" + configuration_.folder() + ":" +
             (classes ? classes : "") + "\" " + class_name + " " + arguments);
}

void ClusterTest::daemon(const std::string& verb, const std::string& daemon) {
  const char* dev = std::getenv("HOWDAH_DEV");
  const char* name = std::getenv("HOWDAH_CLUSTER_NAME");
  ASSERT_TRUE(name) << "HOWDAH_CLUSTER_NAME is not set";
  run(std::string(dev ? dev : "./dev") + " cluster " + verb + " --name " + name + " " + daemon +
      " 2>&1");
}

}  // namespace howdah
