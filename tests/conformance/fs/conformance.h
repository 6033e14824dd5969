// The fixture of the suite, and what its files share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "backends.h"
#include "fs/path.h"

namespace howdah::fs {

inline std::string pattern(size_t length) {
  std::string bytes(length, '\0');
  uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

class FileSystemConformance : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    auto folder = GetParam().make_folder();
    if (!folder && folder.status().code() == Code::kUnsupported)
      GTEST_SKIP() << folder.status().message();
    ASSERT_TRUE(folder) << folder.status().to_string();
    folder_ = std::move(*folder);
  }
  void TearDown() override {
    if (folder_.files) (void)folder_.files->remove(folder_.path, true, soon());
  }

  static Deadline soon() { return Deadline::after(std::chrono::seconds(60)); }
  FileSystem& files() { return *folder_.files; }
  std::string path(const std::string& name) const {
    return name.empty() ? folder_.path : join_path(folder_.path, name);
  }

  void write(const std::string& name, const std::string& content) {
    CreateOptions options;
    options.overwrite = true;
    const Status outcome = write_file(files(), path(name), as_bytes(content), options, soon());
    ASSERT_TRUE(outcome.is_ok()) << outcome.to_string();
  }
  std::string read(const std::string& name) {
    const auto content = read_file(files(), path(name), 64 << 20, soon());
    EXPECT_TRUE(content) << content.status().to_string();
    return content ? *content : "";
  }
  Code stat_code(const std::string& name) {
    return files().stat(path(name), soon()).status().code();
  }
  std::vector<std::string> names(const std::string& name) {
    const auto entries = files().list(path(name), soon());
    EXPECT_TRUE(entries) << entries.status().to_string();
    std::vector<std::string> found;
    if (entries)
      for (const FileInfo& entry : *entries) found.push_back(entry.name());
    return found;
  }

  Location folder_;
};

}  // namespace howdah::fs
