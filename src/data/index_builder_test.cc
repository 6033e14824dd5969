#include "data/index_builder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "base/digest.h"
#include "formats/idx_sample.h"
#include "fs/local_file_system.h"

namespace howdah::data {
namespace {

using formats::be32;
using formats::gzip;
using formats::idx_images;
using formats::idx_labels;
using formats::store;

// Counts what is opened, and fails the n-th change.
class WatchedFiles : public fs::MemoryFileSystem {
 public:
  using fs::MemoryFileSystem::MemoryFileSystem;
  std::atomic<int> opened = 0;
  std::atomic<int> changes_until_failure = -1;

  Result<std::unique_ptr<fs::InputFile>> open(const std::string& path, Deadline deadline) override {
    ++opened;
    return fs::MemoryFileSystem::open(path, deadline);
  }
  Result<std::unique_ptr<fs::OutputFile>> create(const std::string& path,
                                                 const fs::CreateOptions& options,
                                                 Deadline deadline) override {
    HOWDAH_TRY(change());
    return std::unique_ptr<fs::OutputFile>(
        new WatchedFile(*this, HOWDAH_TRY(fs::MemoryFileSystem::create(path, options, deadline))));
  }
  Status mkdir(const std::string& path, uint16_t permission, Deadline deadline) override {
    HOWDAH_TRY(change());
    return fs::MemoryFileSystem::mkdir(path, permission, deadline);
  }
  Status rename(const std::string& from, const std::string& to, bool overwrite,
                Deadline deadline) override {
    HOWDAH_TRY(change());
    return fs::MemoryFileSystem::rename(from, to, overwrite, deadline);
  }

 private:
  class WatchedFile : public fs::OutputFile {
   public:
    WatchedFile(WatchedFiles& files, std::unique_ptr<fs::OutputFile> file)
        : files_(files), file_(std::move(file)) {}
    Status write(Bytes bytes, Deadline deadline) override {
      HOWDAH_TRY(files_.change());
      return file_->write(bytes, deadline);
    }
    Status flush(Deadline deadline) override { return file_->flush(deadline); }
    Status close(Deadline deadline) override {
      HOWDAH_TRY(files_.change());
      return file_->close(deadline);
    }
    int64_t position() const override { return file_->position(); }

   private:
    WatchedFiles& files_;
    std::unique_ptr<fs::OutputFile> file_;
  };
  Status change() {
    if (changes_until_failure < 0 || changes_until_failure-- > 0) return Status::ok();
    return Status(Code::kDiskFull, "no space left");
  }
};

class IndexBuilderTest : public testing::Test {
 protected:
  std::shared_ptr<WatchedFiles> files_ = std::make_shared<WatchedFiles>("m");
  const fs::Location source_{files_, "/source"}, output_{files_, "/out/set"};
  std::stop_source stop_;

  IndexBuilderTest() { put_source(20, 10); }
  void put_source(uint32_t train, uint32_t test) {
    put("train-images.gz", gzip(idx_images(train)));
    put("train-labels.gz", gzip(idx_labels(train, 4)));
    put("t10k-images", idx_images(test));
    put("t10k-labels", idx_labels(test, 3));
  }
  void put(const std::string& name, const std::string& bytes) {
    store(*files_, "/source/" + name, bytes);
  }
  static BuildOptions small_chunks() {
    BuildOptions options;
    options.chunk_bytes = 64;  // 6 records
    return options;
  }
  Result<BuildOutcome> build(const BuildOptions& options = small_chunks()) {
    return build_index(source_, output_, options, Deadline::never());
  }
  std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    const auto listed = files_->list(path, Deadline::never());
    if (!listed.is_ok()) return names;
    for (const fs::FileInfo& file : *listed) names.push_back(file.name());
    return names;
  }
  void expect_whole() {
    EXPECT_EQ(names_in("/out"), std::vector<std::string>{"set"});
    EXPECT_EQ(names_in("/out/set"),
              (std::vector<std::string>{"index.json", "test.records", "train.records"}));
    EXPECT_TRUE(dataset::Index::load(output_, Deadline::never()).is_ok());
  }
};

TEST_F(IndexBuilderTest, writes_records_and_what_the_index_says_of_them) {
  const auto built = build();
  ASSERT_TRUE(built.is_ok()) << built.status().to_string();
  EXPECT_FALSE(built->reused);
  expect_whole();
  const auto index = dataset::Index::load(output_, Deadline::never());
  EXPECT_EQ(index->to_json(), built->index.to_json());
  EXPECT_EQ(index->source, "mem://m/source");
  EXPECT_EQ(index->shape, (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(index->classes, 4);
  const dataset::Partition& train = *index->partition("train");
  const dataset::Partition& test = *index->partition("test");
  EXPECT_EQ(train.records, 20);
  EXPECT_EQ(train.records_by_class, (std::vector<int64_t>{5, 5, 5, 5}));
  EXPECT_EQ(test.records_by_class, (std::vector<int64_t>{4, 3, 3, 0}));
  ASSERT_EQ(train.chunks.size(), 4U);
  EXPECT_EQ(train.chunks[3].records, 2);
  EXPECT_EQ(train.chunks[3].first_record, 18);
  EXPECT_EQ(train.chunks[3].offset_bytes, 180);
  const auto bytes = fs::read_file(*files_, "/out/set/train.records", 1000, Deadline::never());
  EXPECT_EQ(train.file_bytes[0], 200);
  EXPECT_EQ(Sha256::hex_of(as_bytes(*bytes)), train.file_sha256[0]);
  EXPECT_EQ(bytes->substr(190), std::string("\x30\x31\x32\x33\x34\x35\x03\0\0\0", 10));
}

TEST_F(IndexBuilderTest, counts_mean_and_deviation_of_the_train_partition) {
  put("train-images.gz", be32(0x803) + be32(2) + be32(1) + be32(2) + "\x01\x02\x03\x06");
  ASSERT_TRUE(
      files_->rename("/source/train-images.gz", "/source/train-images", false, Deadline::never())
          .is_ok());
  put("train-labels.gz", gzip(idx_labels(2, 2)));
  ASSERT_TRUE(files_->remove("/source/t10k-images", false, Deadline::never()).is_ok());
  ASSERT_TRUE(files_->remove("/source/t10k-labels", false, Deadline::never()).is_ok());
  const auto built = build();
  ASSERT_TRUE(built.is_ok()) << built.status().to_string();
  EXPECT_EQ(built->index.mean, std::vector<double>{3.0});
  EXPECT_DOUBLE_EQ(built->index.stddev[0], std::sqrt(3.5));
  EXPECT_EQ(built->index.partitions.size(), 1U);
}

TEST_F(IndexBuilderTest, reuses_what_is_there_without_opening_a_source_file) {
  const auto first = build();
  files_->opened = 0;
  const auto second = build();
  ASSERT_TRUE(second.is_ok());
  EXPECT_TRUE(second->reused);
  EXPECT_EQ(files_->opened, 1) << "the index";
  EXPECT_EQ(second->index.to_json(), first->index.to_json());
  EXPECT_EQ(*fingerprint_of(source_, small_chunks(), Deadline::never()), first->index.fingerprint);
}

TEST_F(IndexBuilderTest, replaces_what_was_made_of_another_source_or_with_other_options) {
  ASSERT_TRUE(build().is_ok());
  put_source(300, 10);
  auto built = build();
  ASSERT_TRUE(built.is_ok()) << built.status().to_string();
  EXPECT_FALSE(built->reused);
  EXPECT_EQ(built->index.partition("train")->records, 300);
  BuildOptions options = small_chunks();
  options.classes = 7;
  built = build(options);
  ASSERT_TRUE(built.is_ok());
  EXPECT_FALSE(built->reused);
  EXPECT_EQ(built->index.classes, 7);
  expect_whole();
}

TEST_F(IndexBuilderTest, takes_an_empty_folder_and_refuses_one_that_is_somebody_elses) {
  ASSERT_TRUE(files_->mkdir("/out/set", 0755, Deadline::never()).is_ok());
  EXPECT_TRUE(build().is_ok());
  expect_whole();

  ASSERT_TRUE(files_->remove("/out/set", true, Deadline::never()).is_ok());
  store(*files_, "/out/set/thesis.tex", "years");
  Status status = build().status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status.peer(), "mem://m/out/set");
  EXPECT_EQ(names_in("/out/set"), std::vector<std::string>{"thesis.tex"});

  ASSERT_TRUE(files_->remove("/out/set", true, Deadline::never()).is_ok());
  store(*files_, "/out/set", "a file");
  EXPECT_EQ(build().status().code(), Code::kInvalidArgument);
  EXPECT_EQ(build_index(source_, source_, small_chunks(), Deadline::never()).status().code(),
            Code::kInvalidArgument);
}

TEST_F(IndexBuilderTest, leaves_nothing_behind_wherever_it_fails) {
  int failures = 0;
  for (int changes = 0;; ++changes) {
    ASSERT_LT(changes, 100);
    files_->changes_until_failure = changes;
    const auto built = build();
    files_->changes_until_failure = -1;
    if (built.is_ok()) break;
    ++failures;
    EXPECT_EQ(built.status().code(), Code::kDiskFull) << built.status().to_string();
    EXPECT_EQ(names_in("/out"), std::vector<std::string>{});
  }
  EXPECT_GT(failures, 10);
  expect_whole();
}

TEST_F(IndexBuilderTest, keeps_the_old_index_wherever_a_replacement_fails) {
  ASSERT_TRUE(build().is_ok());
  put_source(300, 10);
  for (int changes = 0;; ++changes) {
    ASSERT_LT(changes, 100);
    files_->changes_until_failure = changes;
    const auto built = build();
    files_->changes_until_failure = -1;
    if (built.is_ok()) break;
    expect_whole();
  }
  expect_whole();
}

TEST_F(IndexBuilderTest, leaves_nothing_behind_of_a_damaged_source) {
  std::string images = gzip(idx_images(20));
  images[images.size() - 8] ^= 1;
  put("train-images.gz", images);
  const Status status = build().status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_EQ(status.peer(), "mem://m/source/train-images.gz");
  EXPECT_EQ(names_in("/out"), std::vector<std::string>{});

  put_source(20, 10);
  BuildOptions options = small_chunks();
  options.classes = 3;
  EXPECT_EQ(build(options).status().code(), Code::kCorrupt);
  EXPECT_EQ(names_in("/out"), std::vector<std::string>{});
}

TEST_F(IndexBuilderTest, refuses_images_of_different_sizes) {
  put("t10k-images", be32(0x803) + be32(10) + be32(3) + be32(2) + std::string(60, 'x'));
  EXPECT_EQ(build().status().peer(), "mem://m/source/t10k-images");
}

TEST_F(IndexBuilderTest, notices_that_the_source_changed_meanwhile) {
  BuildOptions options = small_chunks();
  options.progress = [&](const BuildProgress& progress) {
    if (progress.partition == "test") put("train-labels.gz", gzip(idx_labels(2000, 4)));
  };
  EXPECT_EQ(build(options).status().code(), Code::kAborted);
  EXPECT_EQ(names_in("/out"), std::vector<std::string>{});
}

TEST_F(IndexBuilderTest, stops_when_asked_and_leaves_nothing_behind) {
  BuildOptions options = small_chunks();
  options.stop = stop_.get_token();
  std::vector<int64_t> told;
  options.progress = [&](const BuildProgress& progress) {
    told.push_back(progress.records);
    if (progress.records == 12) stop_.request_stop();
  };
  EXPECT_EQ(build(options).status().code(), Code::kCancelled);
  EXPECT_EQ(told, (std::vector<int64_t>{6, 12}));
  EXPECT_EQ(names_in("/out"), std::vector<std::string>{});
}

TEST_F(IndexBuilderTest, lets_racing_builders_all_end_well) {
  for (const bool stale : {false, true}) {
    if (stale) put_source(200, 10);
    std::atomic<int> made = 0, reused = 0;
    std::vector<std::jthread> builders;
    for (int i = 0; i < 4; ++i) {
      builders.emplace_back([&] {
        const auto built = build();
        EXPECT_TRUE(built.is_ok()) << built.status().to_string();
        if (built.is_ok()) ++(built->reused ? reused : made);
      });
    }
    builders.clear();
    EXPECT_GE(made, 1);
    EXPECT_EQ(made + reused, 4);
    expect_whole();
  }
}

TEST_F(IndexBuilderTest, refuses_options_outside_their_limits) {
  BuildOptions options;
  options.classes = 0;
  EXPECT_EQ(build(options).status().code(), Code::kInvalidArgument);
  options.classes = 10;
  options.chunk_bytes = int64_t{1} << 40;
  EXPECT_EQ(build(options).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(build_index(source_, {files_, "/"}, {}, Deadline::never()).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::data
