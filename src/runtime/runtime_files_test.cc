#include "runtime/runtime_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/digest.h"

namespace howdah::runtime {
namespace {
namespace stdfs = std::filesystem;
using std::chrono::seconds;

class RuntimeFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/howdah-runtime-XXXXXX";
    folder_ = mkdtemp(name);
    setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
    std::ofstream(folder_ / "program") << kContent;
    at_ = *files_.resolve("mem://runtime/home");
  }
  void TearDown() override {
    unsetenv("XDG_CACHE_HOME");
    stdfs::remove_all(folder_);
  }
  static Deadline soon() { return Deadline::after(seconds(30)); }
  Result<Upload> upload() {
    return upload_runtime(files_, "mem://runtime/home",
                          {{"howdah", (folder_ / "program").string(), true}}, soon());
  }
  std::string remote() const {
    return "/home/runtime/" + Sha256::hex_of(as_bytes(kContent)) + "-howdah";
  }
  std::string content() { return *fs::read_file(*at_.files, remote(), 1 << 20, soon()); }

  static constexpr const char* kContent = "a program";
  stdfs::path folder_;
  fs::FileSystems files_{{}, {"alice", ""}, {}};
  fs::Location at_;
};

TEST_F(RuntimeFiles, are_uploaded_once_under_their_sha_256) {
  const auto first = upload();
  ASSERT_TRUE(first) << first.status().to_string();
  EXPECT_EQ(first->uploaded_bytes, 9);
  ASSERT_EQ(first->files.size(), 1U);
  EXPECT_EQ(first->files[0].name, "howdah");
  EXPECT_EQ(first->files[0].uri, "mem://runtime" + remote());
  EXPECT_EQ(first->files[0].length_bytes, 9);
  EXPECT_TRUE(first->files[0].executable);
  EXPECT_EQ(content(), kContent);
  const auto second = upload();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->uploaded_bytes, 0);
  EXPECT_EQ(second->files[0].modified_ms, first->files[0].modified_ms);
  EXPECT_EQ(at_.files->list("/home/runtime", soon())->size(), 1U);
}

TEST_F(RuntimeFiles, a_changed_program_lies_beside_the_former_one) {
  ASSERT_TRUE(upload());
  std::ofstream(folder_ / "program") << "another program";
  const auto second = upload();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->uploaded_bytes, 15);
  EXPECT_EQ(at_.files->list("/home/runtime", soon())->size(), 2U);
}

TEST_F(RuntimeFiles, a_file_of_another_length_is_replaced) {
  ASSERT_TRUE(fs::write_file(*at_.files, remote(), as_bytes("a pro"), {}, soon()));
  const auto uploaded = upload();
  ASSERT_TRUE(uploaded) << uploaded.status().to_string();
  EXPECT_EQ(uploaded->files[0].length_bytes, 9);
  EXPECT_EQ(content(), kContent);
}

TEST_F(RuntimeFiles, several_clients_may_upload_at_once) {
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i)
      clients.emplace_back([this] {
        const auto uploaded = upload();
        EXPECT_TRUE(uploaded) << uploaded.status().to_string();
      });
  }
  EXPECT_EQ(content(), kContent);
  EXPECT_EQ(at_.files->list("/home/runtime", soon())->size(), 1U) << "a half file stayed";
}

TEST_F(RuntimeFiles, are_public_only_where_every_folder_above_lets_the_world_through) {
  EXPECT_TRUE(upload()->files[0].world_readable);
  for (const char* folder : {"/home/runtime", "/home", "/"}) {
    ASSERT_TRUE(at_.files->set_permission(folder, 0750, soon()));
    EXPECT_FALSE(upload()->files[0].world_readable) << folder;
    ASSERT_TRUE(at_.files->set_permission(folder, 0755, soon()));
  }
  ASSERT_TRUE(at_.files->set_permission(remote(), 0750, soon()));
  EXPECT_FALSE(upload()->files[0].world_readable);
}

TEST_F(RuntimeFiles, a_broken_memory_of_digests_costs_nothing_but_time) {
  stdfs::create_directories(folder_ / "cache/howdah");
  for (const char* text : {"", "[", "[]", R"({"x": 1})"}) {
    std::ofstream(folder_ / "cache/howdah/digests.json") << text;
    EXPECT_TRUE(upload()) << text;
  }
}

TEST_F(RuntimeFiles, a_missing_part_is_named) {
  stdfs::remove(folder_ / "program");
  const Status status = upload().status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(status.peer(), (folder_ / "program").string());
}

TEST(RuntimeJson, gives_back_what_it_was_given) {
  const std::vector<LocalFile> files = {
      {"lib/a.so", "hdfs://n/1-a.so", 1 << 30, 1'700'000'000'123, true, false}};
  const auto read = local_files_from_json(to_json(files));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ((*read)[0].name, "lib/a.so");
  EXPECT_EQ((*read)[0].uri, "hdfs://n/1-a.so");
  EXPECT_EQ((*read)[0].length_bytes, 1 << 30);
  EXPECT_EQ((*read)[0].modified_ms, 1'700'000'000'123);
  EXPECT_TRUE((*read)[0].world_readable);
  EXPECT_FALSE((*read)[0].executable);
}

TEST(RuntimeJson, a_broken_list_is_an_error_and_no_exception) {
  for (const char* text : {"", "{}", "[1]", R"([{"name": 5}])", R"([{"length": "9"}])"})
    EXPECT_EQ(local_files_from_json(text).status().code(), Code::kCorrupt) << text;
}

}  // namespace
}  // namespace howdah::runtime
