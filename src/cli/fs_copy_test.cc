#include "cli/fs_copy.h"

#include <gtest/gtest.h>

#include "fs/memory_file_system.h"

namespace howdah::cli {
namespace {

Deadline soon() {
  return Deadline::after(std::chrono::seconds(30));
}

// Its files end before their content does.
class Failing : public fs::MemoryFileSystem {
 public:
  Failing() : MemoryFileSystem("failing") {}
  Result<std::unique_ptr<fs::InputFile>> open(const std::string& path, Deadline deadline) override {
    return std::unique_ptr<fs::InputFile>(
        new Broken(HOWDAH_TRY(MemoryFileSystem::open(path, deadline))));
  }

 private:
  struct Broken : fs::InputFile {
    explicit Broken(std::unique_ptr<fs::InputFile> file) : inner(std::move(file)) {}
    int64_t length_bytes() const override { return inner->length_bytes(); }
    Result<size_t> read_at(int64_t offset, MutableBytes into, Deadline deadline) override {
      if (offset > 0) return Status(Code::kChecksum, "every replica is corrupt");
      return inner->read_at(offset, into.first(4), deadline);
    }
    std::unique_ptr<fs::InputFile> inner;
  };
};

class FsCopy : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fs::write_file(*from_, "/data/a", as_bytes("letters"), {}, soon()));
    ASSERT_TRUE(fs::write_file(*from_, "/data/in/b", as_bytes("more"), {}, soon()));
  }
  std::string at(const std::string& path) {
    const auto text = fs::read_file(*to_, path, 1 << 20, soon());
    return text ? *text : text.status().to_string();
  }
  Status copy(const std::string& from, const std::string& to, bool overwrite = false) {
    return copy_tree({from_, from}, {to_, to}, overwrite, {});
  }
  std::shared_ptr<fs::MemoryFileSystem> from_ = std::make_shared<fs::MemoryFileSystem>("from");
  std::shared_ptr<fs::MemoryFileSystem> to_ = std::make_shared<fs::MemoryFileSystem>("to");
};

TEST_F(FsCopy, copies_a_folder_with_its_content) {
  ASSERT_TRUE(copy("/data", "/there"));
  EXPECT_EQ(at("/there/a"), "letters");
  EXPECT_EQ(at("/there/in/b"), "more");
}

TEST_F(FsCopy, copies_into_a_folder_that_is_there) {
  ASSERT_TRUE(to_->mkdir("/there", 0755, soon()));
  ASSERT_TRUE(copy("/data/a", "/there"));
  EXPECT_EQ(at("/there/a"), "letters");
}

TEST_F(FsCopy, replaces_a_file_only_when_told) {
  ASSERT_TRUE(fs::write_file(*to_, "/a", as_bytes("old"), {}, soon()));
  EXPECT_EQ(copy("/data/a", "/a").code(), Code::kAlreadyExists);
  EXPECT_EQ(at("/a"), "old");
  ASSERT_TRUE(copy("/data/a", "/a", true));
  EXPECT_EQ(at("/a"), "letters");
}

TEST_F(FsCopy, leaves_nothing_of_a_file_that_could_not_be_read_to_its_end) {
  from_ = std::make_shared<Failing>();
  SetUp();
  EXPECT_EQ(copy("/data/a", "/a").code(), Code::kChecksum);
  EXPECT_TRUE(to_->list("/", soon())->empty());
}

}  // namespace
}  // namespace howdah::cli
