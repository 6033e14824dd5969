// What every FileSystem promises (src/fs/file_system.h) of its names: files, directories, errors.
#include "conformance.h"

namespace howdah::fs {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FileNames : public FileSystemConformance {};

TEST_P(FileNames, create_tells_what_stands_in_its_way) {
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

TEST_P(FileNames, creates_missing_parents_and_keeps_the_permission) {
  CreateOptions options;
  options.permission = 0640;
  ASSERT_TRUE(write_file(files(), path("a/b/file"), as_bytes("x"), options, soon()).is_ok());
  EXPECT_EQ(files().stat(path("a/b/file"), soon())->permission, 0640);
  EXPECT_TRUE(files().stat(path("a"), soon())->is_directory);
}

TEST_P(FileNames, opens_only_files) {
  write("file", "x");
  EXPECT_EQ(files().open(path("missing"), soon()).status().code(), Code::kNotFound);
  EXPECT_EQ(files().open(folder_.path, soon()).status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(files().append(path("missing"), soon()).status().code(), Code::kNotFound);
  EXPECT_EQ(files().append(folder_.path, soon()).status().code(), Code::kFailedPrecondition);
}

TEST_P(FileNames, names_the_path_in_its_errors) {
  const Status missing = files().stat(path("missing"), soon()).status();
  EXPECT_NE(missing.to_string().find(path("missing")), std::string::npos) << missing.to_string();
}

TEST_P(FileNames, stat_tells_files_from_directories) {
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

TEST_P(FileNames, lists_a_directory_by_name_and_a_file_as_itself) {
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

TEST_P(FileNames, lists_names_of_all_sorts_of_characters) {
  for (const std::string name : {"with space", "100%", "a=b,c;d", "#hash?", "größe", "日本"})
    write(name, name);
  EXPECT_THAT(names(""), SizeIs(6));
  EXPECT_EQ(read("größe"), "größe");
  EXPECT_EQ(read("100%"), "100%");
}

TEST_P(FileNames, makes_directories_with_their_parents_and_again) {
  ASSERT_TRUE(files().mkdir(path("a/b/c"), 0750, soon()).is_ok());
  EXPECT_EQ(files().stat(path("a/b/c"), soon())->permission, 0750);
  EXPECT_TRUE(files().mkdir(path("a/b/c"), 0700, soon()).is_ok());
  EXPECT_EQ(files().stat(path("a/b/c"), soon())->permission, 0750);
  write("file", "x");
  EXPECT_EQ(files().mkdir(path("file"), 0755, soon()).code(), Code::kAlreadyExists);
  EXPECT_EQ(files().mkdir(path("file/below"), 0755, soon()).code(), Code::kFailedPrecondition);
}

TEST_P(FileNames, renames_files_and_directories_with_what_is_in_them) {
  write("a/one", "1");
  write("a/sub/two", "2");
  ASSERT_TRUE(files().rename(path("a"), path("b"), false, soon()).is_ok());
  EXPECT_EQ(stat_code("a"), Code::kNotFound);
  EXPECT_EQ(read("b/one"), "1");
  EXPECT_EQ(read("b/sub/two"), "2");
  ASSERT_TRUE(files().rename(path("b/one"), path("b/sub/one"), false, soon()).is_ok());
  EXPECT_EQ(read("b/sub/one"), "1");
}

TEST_P(FileNames, rename_replaces_only_when_it_is_told_to) {
  write("from", "new");
  write("to", "old");
  EXPECT_EQ(files().rename(path("from"), path("to"), false, soon()).code(), Code::kAlreadyExists);
  EXPECT_EQ(read("to"), "old");
  ASSERT_TRUE(files().rename(path("from"), path("to"), true, soon()).is_ok());
  EXPECT_EQ(read("to"), "new");
  EXPECT_EQ(stat_code("from"), Code::kNotFound);
}

TEST_P(FileNames, rename_refuses_what_cannot_be) {
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

TEST_P(FileNames, removes_a_full_directory_only_recursively) {
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

TEST_P(FileNames, changes_permissions) {
  write("file", "x");
  ASSERT_TRUE(files().set_permission(path("file"), 0600, soon()).is_ok());
  EXPECT_EQ(files().stat(path("file"), soon())->permission, 0600);
  EXPECT_EQ(files().set_permission(path("missing"), 0600, soon()).code(), Code::kNotFound);
}

TEST_P(FileNames, locates_the_blocks_of_a_file_without_gaps) {
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

TEST_P(FileNames, writes_a_whole_file_atomically_and_leaves_nothing_beside_it) {
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

TEST_P(FileNames, reads_a_whole_file_within_its_limit_only) {
  write("file", "12345");
  EXPECT_EQ(*read_file(files(), path("file"), 5, soon()), "12345");
  EXPECT_EQ(read_file(files(), path("file"), 4, soon()).status().code(), Code::kCorrupt);
}

INSTANTIATE_TEST_SUITE_P(All, FileNames, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace howdah::fs
