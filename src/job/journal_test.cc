#include "job/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "fs/local_file_system.h"
#include "fs/memory_file_system.h"

namespace howdah::job {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Deadline (*never)() = Deadline::never;

class JournalTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      std::string folder = testing::TempDir() + "/howdah-journal-XXXXXX";
      ASSERT_NE(::mkdtemp(folder.data()), nullptr);
      temporary_ = folder;
      folder_ = {std::make_shared<fs::LocalFileSystem>(), folder + "/journal"};
    } else {
      folder_ = {std::make_shared<fs::MemoryFileSystem>("test"), "/job/journal"};
    }
  }
  void TearDown() override {
    if (!temporary_.empty()) std::filesystem::remove_all(temporary_);
  }
  std::unique_ptr<Journal> open(uint32_t attempt) {
    auto journal = Journal::open(folder_, attempt, &former_, never());
    EXPECT_TRUE(journal.is_ok()) << journal.status().to_string();
    return journal ? std::move(*journal) : nullptr;
  }
  std::string path(int attempt) const {
    return folder_.path + "/attempt-" + std::to_string(attempt) + ".jsonl";
  }
  void write_raw(int attempt, std::string_view text) {
    ASSERT_TRUE(fs::write_file(*folder_.files, path(attempt), as_bytes(text), {}, never()));
  }

  fs::Location folder_;
  std::string temporary_;
  JournalSummary former_;
};

INSTANTIATE_TEST_SUITE_P(Files, JournalTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "local" : "memory"; });

TEST_P(JournalTest, tells_the_next_attempt_what_the_former_ones_decided) {
  auto first = open(1);
  EXPECT_EQ(former_.attempts, 0U);
  ASSERT_TRUE(first->append(R"({"t":"launch","container":"a","worker":0})", never()));
  ASSERT_TRUE(first->append(R"({"t":"launch","container":"b","worker":1})", never()));
  ASSERT_TRUE(first->append(R"({"t":"generation","generation":3})", never()));
  ASSERT_TRUE(first->append(R"({"t":"finished","container":"a","worker":0})", never()));
  auto second = open(2);  // the first was killed: it never closed
  EXPECT_EQ(former_.attempts, 1U);
  EXPECT_EQ(former_.last_generation, 3U);
  EXPECT_EQ(former_.next_worker, 2U);
  EXPECT_THAT(former_.containers, ElementsAre("b"));
  EXPECT_FALSE(former_.ended);
  ASSERT_TRUE(second->append(R"({"t":"launch","container":"c","worker":2})", never()));
  ASSERT_TRUE(second->append(R"({"t":"end","outcome":"SUCCEEDED"})", never()));
  ASSERT_TRUE(second->close(never()));
  open(5);
  EXPECT_EQ(former_.attempts, 2U);
  EXPECT_EQ(former_.next_worker, 3U);
  EXPECT_THAT(former_.containers, ElementsAre("b", "c"));
  EXPECT_TRUE(former_.ended);
}

TEST_P(JournalTest, shows_a_line_as_soon_as_it_was_appended) {
  auto journal = open(1);
  ASSERT_TRUE(journal->append(R"({"t":"attempt"})", never()));
  EXPECT_EQ(*fs::read_file(*folder_.files, path(1), 1000, never()), "{\"t\":\"attempt\"}\n");
}

TEST_P(JournalTest, drops_a_torn_last_line) {
  write_raw(1, "{\"t\":\"generation\",\"generation\":3}\n{\"t\":\"generation\",\"generation\":4}");
  open(2);
  EXPECT_EQ(former_.last_generation, 3U);
}

TEST_P(JournalTest, reads_lines_across_blocks) {
  std::string text;
  for (int worker = 0; worker < 5000; ++worker)
    text += "{\"t\":\"launch\",\"container\":\"container_" + std::to_string(worker) +
            "\",\"worker\":" + std::to_string(worker) + "}\n";
  write_raw(1, text);
  open(2);
  EXPECT_EQ(former_.next_worker, 5000U);
  EXPECT_EQ(former_.containers.size(), 5000U);
}

TEST_P(JournalTest, refuses_a_broken_line_and_says_where) {
  write_raw(1, "{\"t\":\"generation\",\"generation\":3}\nrubbish\n");
  const auto journal = Journal::open(folder_, 2, &former_, never());
  EXPECT_EQ(journal.status().code(), Code::kCorrupt);
  EXPECT_THAT(journal.status().to_string(), HasSubstr("line 2"));
  EXPECT_THAT(journal.status().to_string(), HasSubstr("attempt-1.jsonl"));
}

TEST_P(JournalTest, refuses_a_line_longer_than_the_limit) {
  write_raw(1, std::string(3 << 20, 'x'));
  EXPECT_EQ(Journal::open(folder_, 2, &former_, never()).status().code(), Code::kCorrupt);
}

TEST_P(JournalTest, refuses_to_open_beside_the_same_or_a_later_attempt) {
  open(2);
  EXPECT_EQ(Journal::open(folder_, 2, &former_, never()).status().code(), Code::kAborted);
  EXPECT_EQ(Journal::open(folder_, 1, &former_, never()).status().code(), Code::kAborted);
}

TEST_P(JournalTest, takes_one_line_at_a_time) {
  EXPECT_EQ(open(1)->append("{}\n{}", never()).code(), Code::kInvalidArgument);
}

TEST_P(JournalTest, passes_over_files_that_are_not_its_own) {
  write_raw(1, "{\"t\":\"generation\",\"generation\":3}\n");
  for (const char* name : {"/attempt-.jsonl", "/attempt-2x.jsonl", "/attempt-9.jsonl.tmp", "/x"})
    ASSERT_TRUE(fs::write_file(*folder_.files, folder_.path + name, as_bytes("x"), {}, never()));
  open(2);
  EXPECT_EQ(former_.attempts, 1U);
}

// A file system whose open writers can be cut off, as HDFS does when a lease is recovered.
class FencedFileSystem : public fs::MemoryFileSystem {
 public:
  using MemoryFileSystem::MemoryFileSystem;
  struct Writer : fs::OutputFile {
    explicit Writer(FencedFileSystem& owner, std::unique_ptr<fs::OutputFile> file)
        : owner_(owner), file_(std::move(file)) {}
    Status write(Bytes bytes, Deadline deadline) override { return file_->write(bytes, deadline); }
    Status flush(Deadline deadline) override {
      if (owner_.fault) return *owner_.fault;
      return file_->flush(deadline);
    }
    Status close(Deadline deadline) override { return file_->close(deadline); }
    int64_t position() const override { return file_->position(); }
    FencedFileSystem& owner_;
    std::unique_ptr<fs::OutputFile> file_;
  };
  Result<std::unique_ptr<fs::OutputFile>> create(const std::string& path,
                                                 const fs::CreateOptions& options,
                                                 Deadline deadline) override {
    auto file = HOWDAH_TRY(MemoryFileSystem::create(path, options, deadline));
    return std::unique_ptr<fs::OutputFile>(new Writer(*this, std::move(file)));
  }
  std::optional<Status> fault;
};

TEST(Journal, says_aborted_when_a_later_attempt_took_its_lease) {
  const auto files = std::make_shared<FencedFileSystem>("test");
  JournalSummary former;
  auto first = *Journal::open({files, "/journal"}, 1, &former, never());
  auto second = *Journal::open({files, "/journal"}, 2, &former, never());
  files->fault = Status(Code::kIo, "the pipeline broke");
  EXPECT_EQ(first->append("{}", never()).code(), Code::kAborted);
  files->fault.reset();
  EXPECT_EQ(first->append("{}", never()).code(), Code::kAborted);
}

TEST(Journal, writes_nothing_behind_a_line_that_failed) {
  const auto files = std::make_shared<FencedFileSystem>("test");
  JournalSummary former;
  auto journal = *Journal::open({files, "/journal"}, 1, &former, never());
  files->fault = Status(Code::kDiskFull, "no space");
  EXPECT_EQ(journal->append("{}", never()).code(), Code::kDiskFull);
  files->fault.reset();
  EXPECT_EQ(journal->append("{}", never()).code(), Code::kDiskFull);
  EXPECT_EQ(journal->close(never()).code(), Code::kDiskFull);
}

}  // namespace
}  // namespace howdah::job
