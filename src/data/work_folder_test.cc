#include "data/work_folder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fs/memory_file_system.h"

namespace howdah::data {
namespace {

const std::string kPrint(64, 'a'), kOther(64, 'b');

class WorkFolderTest : public testing::Test {
 protected:
  Deadline soon() { return Deadline::after(std::chrono::seconds(30)); }
  Result<WorkFolder> open(const std::string& fingerprint = kPrint, bool overwrite = false) {
    return WorkFolder::open(output_, fingerprint, overwrite, {}, soon());
  }
  void make_output(const std::string& fingerprint, bool overwrite = false) {
    auto work = open(fingerprint, overwrite);
    ASSERT_TRUE(work.is_ok()) << work.status().to_string();
    ASSERT_TRUE(work->write("train/part-0.csv", fingerprint, soon()).is_ok());
    ASSERT_TRUE(work->write(kManifestFile, manifest(fingerprint), soon()).is_ok());
    ASSERT_TRUE(work->commit(soon()).is_ok());
  }
  static std::string manifest(const std::string& fingerprint) {
    return fmt::format(
        R"({{"fingerprint": "{0}", "files": [{{"path": "train/part-0.csv", "bytes": {1}}}]}})",
        fingerprint, fingerprint.size());
  }
  std::vector<std::string> names(const std::string& folder) {
    std::vector<std::string> names;
    const auto entries = files_->list(folder, soon());
    if (entries)
      for (const fs::FileInfo& entry : *entries) names.push_back(entry.name());
    return names;
  }
  std::string content() {
    return *fs::read_file(*files_, "/data/flights/train/part-0.csv", 1000, soon());
  }

  std::shared_ptr<fs::MemoryFileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("test");
  fs::Location output_{files_, "/data/flights"};
};

TEST_F(WorkFolderTest, NothingIsSeenOfTheOutputBeforeItIsWhole) {
  auto work = open();
  ASSERT_TRUE(work.is_ok());
  EXPECT_EQ(work->found(), WorkFolder::Found::kNothing);
  ASSERT_TRUE(work->write("train/part-0.csv", "x", soon()).is_ok());
  EXPECT_FALSE(files_->stat("/data/flights", soon()).is_ok());
  ASSERT_TRUE(work->commit(soon()).is_ok());
  EXPECT_EQ(names("/data"), std::vector<std::string>{"flights"});
  EXPECT_EQ(names("/data/flights"), std::vector<std::string>{"train"});
}

TEST_F(WorkFolderTest, AnOutputOfTheSameFingerprintIsDone) {
  make_output(kPrint);
  EXPECT_EQ(open()->found(), WorkFolder::Found::kDone);
  EXPECT_EQ(names("/data"), std::vector<std::string>{"flights"});
}

TEST_F(WorkFolderTest, AnotherOutputIsNotReplacedWithoutBeingAsked) {
  make_output(kPrint);
  EXPECT_EQ(open(kOther).status().code(), Code::kAlreadyExists);
  make_output(kOther, true);
  EXPECT_EQ(content(), kOther);
  EXPECT_EQ(names("/data"), std::vector<std::string>{"flights"});
}

TEST_F(WorkFolderTest, AnOutputThatLostAFileIsNotDone) {
  make_output(kPrint);
  ASSERT_TRUE(files_->remove("/data/flights/train/part-0.csv", false, soon()).is_ok());
  const Status gone = open().status();
  EXPECT_EQ(gone.code(), Code::kFailedPrecondition);
  EXPECT_NE(gone.to_string().find("train/part-0.csv is gone"), std::string::npos);
  fs::CreateOptions options;
  ASSERT_TRUE(fs::write_file_atomically(*files_, "/data/flights/train/part-0.csv", as_bytes("abc"),
                                        options, soon())
                  .is_ok());
  EXPECT_NE(open().status().to_string().find("has 3 bytes"), std::string::npos);
  make_output(kPrint, true);
  EXPECT_EQ(content(), kPrint);
}

TEST_F(WorkFolderTest, WhatNoPreparationWroteIsNeverReplaced) {
  fs::CreateOptions options;
  ASSERT_TRUE(files_->mkdir("/data/flights", 0755, soon()).is_ok());
  ASSERT_TRUE(
      fs::write_file_atomically(*files_, "/data/flights/mine", as_bytes("abc"), options, soon())
          .is_ok());
  EXPECT_EQ(open(kPrint, true).status().code(), Code::kAlreadyExists);
  EXPECT_EQ(names("/data/flights"), std::vector<std::string>{"mine"});
  output_.path = "/data/flights/mine";
  EXPECT_EQ(open(kPrint, true).status().code(), Code::kAlreadyExists);
  EXPECT_EQ(names("/data/flights"), std::vector<std::string>{"mine"});
}

TEST_F(WorkFolderTest, AnEmptyFolderIsNoOutput) {
  ASSERT_TRUE(files_->mkdir("/data/flights", 0755, soon()).is_ok());
  make_output(kPrint);
  EXPECT_EQ(content(), kPrint);
}

TEST_F(WorkFolderTest, ARunThatWasBrokenOffIsFound) {
  {
    auto work = open();
    ASSERT_TRUE(work->write("_state/state.json", "1", soon()).is_ok());
    ASSERT_TRUE(work->write("train/part-0.csv", "2", soon()).is_ok());
    ASSERT_TRUE(work->write("train/part-1.csv", "3", soon()).is_ok());
  }
  auto work = open();
  ASSERT_TRUE(work.is_ok()) << work.status().to_string();
  EXPECT_EQ(work->found(), WorkFolder::Found::kWork);
  EXPECT_EQ(**work->read("_state/state.json", soon()), "1");
  ASSERT_TRUE(work->keep_only({"train/part-1.csv"}, soon()).is_ok());
  EXPECT_EQ(names(work->path("train")), std::vector<std::string>{"part-1.csv"});
  EXPECT_FALSE(work->read("_state/state.json", soon())->has_value());
}

TEST_F(WorkFolderTest, WaitsForAnotherRunAndFindsWhatItMade) {
  auto first = open();
  ASSERT_TRUE(first.is_ok());
  std::vector<std::string> told;
  const auto second = WorkFolder::open(
      output_, kPrint, false,
      [&](const std::string& line) {
        told.push_back(line);
        EXPECT_TRUE(first->write("train/part-0.csv", kPrint, soon()).is_ok());
        EXPECT_TRUE(first->write(kManifestFile, manifest(kPrint), soon()).is_ok());
        EXPECT_TRUE(first->commit(soon()).is_ok());
      },
      soon());
  ASSERT_TRUE(second.is_ok()) << second.status().to_string();
  EXPECT_EQ(second->found(), WorkFolder::Found::kDone);
  EXPECT_EQ(told.size(), 1U);
  EXPECT_EQ(names("/data"), std::vector<std::string>{"flights"});
}

TEST_F(WorkFolderTest, RefusesTheRoot) {
  output_.path = "/";
  EXPECT_EQ(open().status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::data
