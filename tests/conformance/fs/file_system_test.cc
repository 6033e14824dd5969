// What every FileSystem promises (src/fs/file_system.h), over each backend of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "backends.h"
#include "fs/path.h"

namespace howdah::fs {
namespace {

using std::chrono::seconds;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string pattern(size_t length) {
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

  static Deadline soon() { return Deadline::after(seconds(60)); }
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

TEST_P(FileSystemConformance, reads_back_what_was_written_for_every_length_near_a_border) {
  for (const size_t length :
       {0ul, 1ul, 511ul, 512ul, 513ul, 65535ul, 65536ul, 65537ul, 1000000ul}) {
    const std::string content = pattern(length);
    write("file", content);
    EXPECT_TRUE(read("file") == content) << length;
    EXPECT_EQ(files().stat(path("file"), soon())->length_bytes, static_cast<int64_t>(length));
  }
}

TEST_P(FileSystemConformance, joins_many_small_writes) {
  const std::string content = pattern(300'000);
  auto file = files().create(path("file"), {}, soon());
  ASSERT_TRUE(file) << file.status().to_string();
  size_t at = 0, step = 1;
  while (at < content.size()) {
    const size_t count = std::min(step, content.size() - at);
    ASSERT_TRUE((*file)->write(as_bytes(content).subspan(at, count), soon()).is_ok());
    at += count;
    step = step * 3 % 4099 + 1;
    EXPECT_EQ((*file)->position(), static_cast<int64_t>(at));
  }
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  EXPECT_TRUE(read("file") == content);
}

TEST_P(FileSystemConformance, reads_at_any_offset_and_stops_at_the_end) {
  const std::string content = pattern(200'000);
  write("file", content);
  auto file = files().open(path("file"), soon());
  ASSERT_TRUE(file) << file.status().to_string();
  EXPECT_EQ((*file)->length_bytes(), 200'000);
  for (const int64_t offset : {0l, 1l, 511l, 512l, 513l, 65'535l, 131'072l, 199'999l}) {
    for (const size_t length : {1ul, 2ul, 512ul, 70'000ul}) {
      std::string into(length, '\0');
      const auto count = (*file)->read_at(offset, std::as_writable_bytes(std::span(into)), soon());
      ASSERT_TRUE(count) << count.status().to_string();
      const std::string expected = content.substr(static_cast<size_t>(offset), length);
      ASSERT_EQ(*count, expected.size()) << offset << " " << length;
      EXPECT_TRUE(into.substr(0, *count) == expected) << offset << " " << length;
    }
  }
  std::byte one{};
  EXPECT_EQ(*(*file)->read_at(200'000, {&one, 1}, soon()), 0u);
  EXPECT_EQ(*(*file)->read_at(1'000'000, {&one, 1}, soon()), 0u);
  EXPECT_EQ((*file)->read_at(-1, {&one, 1}, soon()).status().code(), Code::kInvalidArgument);
}

TEST_P(FileSystemConformance, lets_several_threads_read_one_file) {
  const std::string content = pattern(1 << 20);
  write("file", content);
  auto file = files().open(path("file"), soon());
  ASSERT_TRUE(file) << file.status().to_string();
  std::vector<std::jthread> threads;
  for (size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (size_t turn = 0; turn < 30; ++turn) {
        const size_t offset = (thread * 7919 + turn * 104'729) % content.size();
        std::string into(10'000, '\0');
        const auto count = (*file)->read_at(static_cast<int64_t>(offset),
                                            std::as_writable_bytes(std::span(into)), soon());
        ASSERT_TRUE(count) << count.status().to_string();
        EXPECT_TRUE(into.substr(0, *count) == content.substr(offset, into.size()));
      }
    });
  }
}

TEST_P(FileSystemConformance, shows_flushed_bytes_to_who_opens_the_file_while_it_is_written) {
  auto file = files().create(path("file"), {}, soon());
  ASSERT_TRUE(file) << file.status().to_string();
  std::string content;
  for (const std::string& piece : {std::string("first line\n"), pattern(600), pattern(70'000)}) {
    content += piece;
    ASSERT_TRUE((*file)->write(as_bytes(piece), soon()).is_ok());
    const Status flushed = (*file)->flush(soon());
    ASSERT_TRUE(flushed.is_ok()) << flushed.to_string();
    EXPECT_TRUE(read("file") == content);
  }
  ASSERT_TRUE((*file)->flush(soon()).is_ok());
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  EXPECT_TRUE(read("file") == content);
}

TEST_P(FileSystemConformance, a_reader_keeps_to_the_length_at_the_time_of_opening) {
  auto file = files().create(path("file"), {}, soon());
  ASSERT_TRUE(file) << file.status().to_string();
  ASSERT_TRUE((*file)->write(as_bytes("seen"), soon()).is_ok());
  ASSERT_TRUE((*file)->flush(soon()).is_ok());
  auto reader = files().open(path("file"), soon());
  ASSERT_TRUE(reader) << reader.status().to_string();
  ASSERT_TRUE((*file)->write(as_bytes(" not seen"), soon()).is_ok());
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  EXPECT_EQ((*reader)->length_bytes(), 4);
  std::string into(100, '\0');
  EXPECT_EQ(*(*reader)->read_at(0, std::as_writable_bytes(std::span(into)), soon()), 4u);
}

TEST_P(FileSystemConformance, keeps_what_was_flushed_of_an_abandoned_file) {
  {
    auto file = files().create(path("file"), {}, soon());
    ASSERT_TRUE(file) << file.status().to_string();
    ASSERT_TRUE((*file)->write(as_bytes("kept"), soon()).is_ok());
    ASSERT_TRUE((*file)->flush(soon()).is_ok());
  }
  EXPECT_EQ(read("file"), "kept");
  const Status recovered = files().recover_lease(path("file"), soon());
  ASSERT_TRUE(recovered.is_ok()) << recovered.to_string();
  EXPECT_EQ(read("file"), "kept");
}

TEST_P(FileSystemConformance, recovers_the_lease_of_a_file_that_nobody_writes_at_once) {
  write("file", "content");
  EXPECT_TRUE(files().recover_lease(path("file"), soon()).is_ok());
  EXPECT_EQ(files().recover_lease(path("missing"), soon()).code(), Code::kNotFound);
}

TEST_P(FileSystemConformance, appends_to_what_is_there) {
  std::string content;
  write("file", content);
  for (const size_t length : {1ul, 510ul, 2ul, 511ul, 65'536ul, 100ul}) {
    const std::string piece = pattern(length);
    auto file = files().append(path("file"), soon());
    ASSERT_TRUE(file) << file.status().to_string();
    EXPECT_EQ((*file)->position(), static_cast<int64_t>(content.size()));
    ASSERT_TRUE((*file)->write(as_bytes(piece), soon()).is_ok());
    const Status closed = (*file)->close(soon());
    ASSERT_TRUE(closed.is_ok()) << closed.to_string();
    content += piece;
    EXPECT_TRUE(read("file") == content) << length;
  }
}

TEST_P(FileSystemConformance, flushes_inside_the_chunk_that_an_append_fills) {
  write("file", pattern(100));
  auto file = files().append(path("file"), soon());
  ASSERT_TRUE(file) << file.status().to_string();
  std::string content = pattern(100);
  for (const size_t length : {10ul, 20ul, 500ul, 1000ul, 1ul}) {
    ASSERT_TRUE((*file)->write(as_bytes(pattern(length)), soon()).is_ok());
    const Status flushed = (*file)->flush(soon());
    ASSERT_TRUE(flushed.is_ok()) << flushed.to_string();
    content += pattern(length);
    EXPECT_TRUE(read("file") == content) << length;
  }
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  EXPECT_TRUE(read("file") == content);
}

TEST_P(FileSystemConformance, create_tells_what_stands_in_its_way) {
  write("file", "old");
  ASSERT_TRUE(files().mkdir(path("folder"), 0755, soon()).is_ok());
  CreateOptions plain, overwrite, no_parents;
  overwrite.overwrite = true;
  no_parents.create_parents = false;
  const auto code = [&](const std::string& name, const CreateOptions& options) {
    return files().create(path(name), options, soon()).status().code();
  };
  EXPECT_EQ(code("file", plain), Code::kAlreadyExists);
  EXPECT_EQ(code("folder", plain), Code::kFailedPrecondition);
  EXPECT_EQ(code("folder", overwrite), Code::kFailedPrecondition);
  EXPECT_EQ(code("missing/file", no_parents), Code::kNotFound);
  EXPECT_EQ(code("file/below", plain), Code::kFailedPrecondition);
  EXPECT_EQ(read("file"), "old");
}

TEST_P(FileSystemConformance, creates_missing_parents_and_keeps_the_permission) {
  CreateOptions options;
  options.permission = 0640;
  ASSERT_TRUE(write_file(files(), path("a/b/file"), as_bytes("x"), options, soon()).is_ok());
  EXPECT_EQ(files().stat(path("a/b/file"), soon())->permission, 0640);
  EXPECT_TRUE(files().stat(path("a"), soon())->is_directory);
}

TEST_P(FileSystemConformance, a_reader_of_an_overwritten_file_is_not_given_the_new_bytes) {
  write("file", "old content");
  auto reader = files().open(path("file"), soon());
  ASSERT_TRUE(reader) << reader.status().to_string();
  write("file", "NEW CONTENT");
  std::string into(100, '\0');
  const auto count = (*reader)->read_at(0, std::as_writable_bytes(std::span(into)), soon());
  if (count) {
    EXPECT_EQ(into.substr(0, *count), "old content");
  }
  EXPECT_EQ(read("file"), "NEW CONTENT");
}

TEST_P(FileSystemConformance, opens_only_files) {
  write("file", "x");
  EXPECT_EQ(files().open(path("missing"), soon()).status().code(), Code::kNotFound);
  EXPECT_EQ(files().open(folder_.path, soon()).status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(files().append(path("missing"), soon()).status().code(), Code::kNotFound);
  EXPECT_EQ(files().append(folder_.path, soon()).status().code(), Code::kFailedPrecondition);
}

TEST_P(FileSystemConformance, names_the_path_in_its_errors) {
  const Status missing = files().stat(path("missing"), soon()).status();
  EXPECT_NE(missing.to_string().find(path("missing")), std::string::npos) << missing.to_string();
}

TEST_P(FileSystemConformance, stat_tells_files_from_directories) {
  write("folder/file", "12345");
  const auto file = files().stat(path("folder/file"), soon());
  ASSERT_TRUE(file) << file.status().to_string();
  EXPECT_EQ(file->path, path("folder/file"));
  EXPECT_EQ(file->name(), "file");
  EXPECT_FALSE(file->is_directory);
  EXPECT_EQ(file->length_bytes, 5);
  EXPECT_GT(file->block_size_bytes, 0);
  EXPECT_GE(file->replication, 1);
  EXPECT_FALSE(file->owner.empty());
  const int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  EXPECT_NEAR(static_cast<double>(file->modified_ms), static_cast<double>(now_ms), 60'000.0);
  const auto folder = files().stat(path("folder"), soon());
  ASSERT_TRUE(folder) << folder.status().to_string();
  EXPECT_TRUE(folder->is_directory);
  EXPECT_EQ(folder->length_bytes, 0);
  EXPECT_EQ(folder->replication, 0);
  EXPECT_EQ(stat_code("missing"), Code::kNotFound);
  EXPECT_EQ(stat_code("folder/file/below"), Code::kNotFound);
  EXPECT_EQ(files().open(path("folder/file/below"), soon()).status().code(), Code::kNotFound);
  EXPECT_EQ(files().list(path("folder/file/below"), soon()).status().code(), Code::kNotFound);
  EXPECT_TRUE(files().stat("/", soon())->is_directory);
}

TEST_P(FileSystemConformance, lists_a_directory_by_name_and_a_file_as_itself) {
  write("b", "1");
  write("a/deep", "2");
  write("c", "3");
  write("a.txt", "4");
  EXPECT_THAT(names(""), ElementsAre("a", "a.txt", "b", "c"));
  EXPECT_THAT(names("a"), ElementsAre("deep"));
  EXPECT_THAT(names("b"), ElementsAre("b"));
  const auto entries = files().list(path("a"), soon());
  EXPECT_EQ((*entries)[0].path, path("a/deep"));
  EXPECT_EQ((*entries)[0].length_bytes, 1);
  EXPECT_EQ(files().list(path("missing"), soon()).status().code(), Code::kNotFound);
  ASSERT_TRUE(files().mkdir(path("empty"), 0755, soon()).is_ok());
  EXPECT_THAT(names("empty"), IsEmpty());
}

TEST_P(FileSystemConformance, lists_names_of_all_sorts_of_characters) {
  for (const std::string name : {"with space", "100%", "a=b,c;d", "#hash?", "größe", "日本"})
    write(name, name);
  EXPECT_THAT(names(""), SizeIs(6));
  EXPECT_EQ(read("größe"), "größe");
  EXPECT_EQ(read("100%"), "100%");
}

TEST_P(FileSystemConformance, makes_directories_with_their_parents_and_again) {
  ASSERT_TRUE(files().mkdir(path("a/b/c"), 0750, soon()).is_ok());
  EXPECT_EQ(files().stat(path("a/b/c"), soon())->permission, 0750);
  EXPECT_TRUE(files().mkdir(path("a/b/c"), 0700, soon()).is_ok());
  EXPECT_EQ(files().stat(path("a/b/c"), soon())->permission, 0750);
  write("file", "x");
  EXPECT_EQ(files().mkdir(path("file"), 0755, soon()).code(), Code::kAlreadyExists);
  EXPECT_EQ(files().mkdir(path("file/below"), 0755, soon()).code(), Code::kFailedPrecondition);
}

TEST_P(FileSystemConformance, renames_files_and_directories_with_what_is_in_them) {
  write("a/one", "1");
  write("a/sub/two", "2");
  ASSERT_TRUE(files().rename(path("a"), path("b"), false, soon()).is_ok());
  EXPECT_EQ(stat_code("a"), Code::kNotFound);
  EXPECT_EQ(read("b/one"), "1");
  EXPECT_EQ(read("b/sub/two"), "2");
  ASSERT_TRUE(files().rename(path("b/one"), path("b/sub/one"), false, soon()).is_ok());
  EXPECT_EQ(read("b/sub/one"), "1");
}

TEST_P(FileSystemConformance, rename_replaces_only_when_it_is_told_to) {
  write("from", "new");
  write("to", "old");
  EXPECT_EQ(files().rename(path("from"), path("to"), false, soon()).code(), Code::kAlreadyExists);
  EXPECT_EQ(read("to"), "old");
  ASSERT_TRUE(files().rename(path("from"), path("to"), true, soon()).is_ok());
  EXPECT_EQ(read("to"), "new");
  EXPECT_EQ(stat_code("from"), Code::kNotFound);
}

TEST_P(FileSystemConformance, rename_refuses_what_cannot_be) {
  write("file", "x");
  write("full/file", "y");
  ASSERT_TRUE(files().mkdir(path("folder"), 0755, soon()).is_ok());
  const auto code = [&](const std::string& from, const std::string& to, bool overwrite) {
    return files().rename(path(from), path(to), overwrite, soon()).code();
  };
  EXPECT_EQ(code("missing", "to", false), Code::kNotFound);
  EXPECT_EQ(code("file", "missing/to", false), Code::kNotFound);
  EXPECT_EQ(code("file", "file", true), Code::kAlreadyExists);
  EXPECT_THAT(code("file", "folder", false),
              AnyOf(Code::kAlreadyExists, Code::kFailedPrecondition));
  EXPECT_EQ(code("folder", "full", true), Code::kFailedPrecondition);
  EXPECT_EQ(code("folder", "file", true), Code::kFailedPrecondition);
  EXPECT_EQ(code("file", "folder", true), Code::kFailedPrecondition);
  EXPECT_EQ(code("full", "full/inside", false), Code::kInvalidArgument);
  ASSERT_EQ(code("full", "folder", true), Code::kOk);
  EXPECT_EQ(read("folder/file"), "y");
}

TEST_P(FileSystemConformance, removes_a_full_directory_only_recursively) {
  write("folder/sub/file", "x");
  write("file", "y");
  EXPECT_EQ(files().remove(path("folder"), false, soon()).code(), Code::kFailedPrecondition);
  EXPECT_EQ(read("folder/sub/file"), "x");
  EXPECT_TRUE(files().remove(path("folder"), true, soon()).is_ok());
  EXPECT_EQ(stat_code("folder"), Code::kNotFound);
  EXPECT_TRUE(files().remove(path("file"), false, soon()).is_ok());
  EXPECT_EQ(files().remove(path("file"), true, soon()).code(), Code::kNotFound);
  EXPECT_EQ(files().remove("/", true, soon()).code(), Code::kInvalidArgument);
}

TEST_P(FileSystemConformance, changes_permissions) {
  write("file", "x");
  ASSERT_TRUE(files().set_permission(path("file"), 0600, soon()).is_ok());
  EXPECT_EQ(files().stat(path("file"), soon())->permission, 0600);
  EXPECT_EQ(files().set_permission(path("missing"), 0600, soon()).code(), Code::kNotFound);
}

TEST_P(FileSystemConformance, locates_the_blocks_of_a_file_without_gaps) {
  write("file", pattern(100'000));
  const auto blocks = files().block_locations(path("file"), soon());
  ASSERT_TRUE(blocks) << blocks.status().to_string();
  int64_t end = 0;
  for (const BlockLocation& block : *blocks) {
    EXPECT_EQ(block.offset_bytes, end);
    end += block.length_bytes;
  }
  EXPECT_EQ(end, 100'000);
  write("empty", "");
  EXPECT_THAT(*files().block_locations(path("empty"), soon()), IsEmpty());
  EXPECT_EQ(files().block_locations(path("missing"), soon()).status().code(), Code::kNotFound);
  EXPECT_EQ(files().block_locations(folder_.path, soon()).status().code(),
            Code::kFailedPrecondition);
}

TEST_P(FileSystemConformance, writes_a_whole_file_atomically_and_leaves_nothing_beside_it) {
  for (const std::string content : {"one", "two"}) {
    const Status written =
        write_file_atomically(files(), path("file"), as_bytes(content), {}, soon());
    ASSERT_TRUE(written.is_ok()) << written.to_string();
    EXPECT_EQ(read("file"), content);
  }
  EXPECT_THAT(names(""), ElementsAre("file"));
  ASSERT_TRUE(files().mkdir(path("folder"), 0755, soon()).is_ok());
  EXPECT_FALSE(write_file_atomically(files(), path("folder"), as_bytes("x"), {}, soon()).is_ok());
  EXPECT_THAT(names(""), ElementsAre("file", "folder"));
}

TEST_P(FileSystemConformance, reads_a_whole_file_within_its_limit_only) {
  write("file", "12345");
  EXPECT_EQ(*read_file(files(), path("file"), 5, soon()), "12345");
  EXPECT_EQ(read_file(files(), path("file"), 4, soon()).status().code(), Code::kCorrupt);
}

INSTANTIATE_TEST_SUITE_P(All, FileSystemConformance, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace howdah::fs
