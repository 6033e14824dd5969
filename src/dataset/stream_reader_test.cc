#include "dataset/stream_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <thread>

#include "base/mutex.h"
#include "fs/memory_file_system.h"

namespace howdah::dataset {
namespace {

constexpr int64_t kFeatures = 6;
constexpr int64_t kRecord = kFeatures + 4;
constexpr auto kNoWait = std::chrono::seconds(30);

// A file system in memory whose reads a test can watch, hold up and break.
class ObservedFiles : public fs::MemoryFileSystem {
 public:
  using fs::MemoryFileSystem::MemoryFileSystem;

  // Called before each read; its error becomes the read's.
  std::function<Status(int64_t offset, size_t length, Deadline)> before_read = nullptr;
  std::vector<fs::BlockLocation> blocks;

  Result<std::unique_ptr<fs::InputFile>> open(const std::string& path, Deadline deadline) override {
    auto file = HOWDAH_TRY(fs::MemoryFileSystem::open(path, deadline));
    return std::unique_ptr<fs::InputFile>(new ObservedFile(*this, std::move(file)));
  }
  Result<std::vector<fs::BlockLocation>> block_locations(const std::string& path,
                                                         Deadline deadline) override {
    if (!blocks.empty()) return blocks;
    return fs::MemoryFileSystem::block_locations(path, deadline);
  }

 private:
  class ObservedFile : public fs::InputFile {
   public:
    ObservedFile(ObservedFiles& files, std::unique_ptr<fs::InputFile> file)
        : files_(files), file_(std::move(file)) {}
    int64_t length_bytes() const override { return file_->length_bytes(); }
    Result<size_t> read_at(int64_t offset, MutableBytes into, Deadline deadline) override {
      if (files_.before_read) HOWDAH_TRY(files_.before_read(offset, into.size(), deadline));
      return file_->read_at(offset, into, deadline);
    }

   private:
    ObservedFiles& files_;
    std::unique_ptr<fs::InputFile> file_;
  };
};

std::byte feature_of(int64_t identity, int64_t position) {
  return static_cast<std::byte>(identity * 7 + position);
}
int32_t label_of(int64_t identity) {
  return static_cast<int32_t>(identity % 10);
}

class StreamReaderTest : public testing::Test {
 protected:
  // Two files a partition, so that a plan crosses files.
  void write(int64_t records, int64_t records_a_chunk) {
    Partition train;
    train.name = "train";
    train.records = records;
    train.records_by_class.resize(10);
    for (int64_t first = 0; first < records; first += (records + 1) / 2) {
      const int64_t end = std::min(records, first + (records + 1) / 2);
      std::string bytes;
      const int number = static_cast<int>(train.files.size());
      for (int64_t identity = first; identity < end; ++identity) {
        if ((identity - first) % records_a_chunk == 0) {
          train.chunks.push_back({.file = number,
                                  .offset_bytes = static_cast<int64_t>(bytes.size()),
                                  .records = std::min(records_a_chunk, end - identity),
                                  .first_record = identity,
                                  .hosts = {}});
        }
        for (int64_t i = 0; i < kFeatures; ++i) {
          bytes += static_cast<char>(feature_of(identity, i));
        }
        const int32_t label = label_of(identity);
        bytes.append(reinterpret_cast<const char*>(&label), sizeof label);
        ++train.records_by_class[static_cast<size_t>(label)];
      }
      train.files.push_back("train-" + std::to_string(number));
      train.file_bytes.push_back(static_cast<int64_t>(bytes.size()));
      train.file_sha256.push_back(std::string(64, '0'));
      store("/set/" + train.files.back(), bytes);
    }
    index_.fingerprint = std::string(64, 'f');
    index_.shape = {1, 2, 3};
    index_.classes = 10;
    index_.partitions = {train};
  }
  void store(const std::string& path, const std::string& bytes) {
    ASSERT_TRUE(
        fs::write_file(*files_, path, as_bytes(bytes), {.overwrite = true}, Deadline::never())
            .is_ok());
  }
  std::unique_ptr<StreamReader> open(const PlanOptions& options, int stream, int64_t epoch = 0,
                                     int64_t step = 0, const ReaderOptions& reader = {}) {
    auto opened = StreamReader::open(index_, fs::Location{files_, "/set"}, options, stream, epoch,
                                     step, reader);
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return std::move(*opened);
  }
  static PlanOptions whole(int streams, int64_t batch) {
    PlanOptions options;
    options.split = {.train = 1, .validation = 0};
    options.streams = streams;
    options.batch = batch;
    return options;
  }
  // The identities of a step, after checking that features and labels are theirs.
  static std::vector<int64_t> take(StreamReader& reader) {
    RecordBatch batch;
    const Status status = reader.next(batch, Deadline::after(kNoWait));
    EXPECT_TRUE(status.is_ok()) << status.to_string();
    if (!status.is_ok()) return {};
    const auto records = static_cast<size_t>(batch.records);
    EXPECT_EQ(batch.features.size(), records * kFeatures);
    EXPECT_EQ(batch.labels.size(), records);
    EXPECT_EQ(batch.identities.size(), records);
    for (size_t i = 0; i < records; ++i) {
      EXPECT_EQ(batch.labels[i], label_of(batch.identities[i]));
      for (size_t j = 0; j < kFeatures; ++j) {
        EXPECT_EQ(batch.features[i * kFeatures + j],
                  feature_of(batch.identities[i], static_cast<int64_t>(j)));
      }
    }
    return batch.identities;
  }

  std::shared_ptr<ObservedFiles> files_ = std::make_shared<ObservedFiles>("test");
  Index index_;
};

TEST_F(StreamReaderTest, what_is_cached_is_read_once) {
  write(400, 20);
  ReaderOptions reader;
  reader.cache = std::make_shared<RangeCache>(CacheBudget{.memory_bytes = 1 << 20});
  std::atomic<int64_t> read_bytes = 0;
  files_->before_read = [&](int64_t, size_t length, Deadline) {
    read_bytes += static_cast<int64_t>(length);
    return Status::ok();
  };
  // Two streams of one part, over two epochs, one reader after the other.
  for (int stream = 0; stream < 2; ++stream) {
    const auto reader_of = open(whole(2, 40), stream, 0, 0, reader);
    for (int step = 0; step < 20; ++step) take(*reader_of);
  }
  // Although an epoch cuts a chunk where a stream ends, elsewhere than the last one did.
  EXPECT_EQ(read_bytes, 400 * kRecord);
  EXPECT_GE(reader.cache->found_bytes(), 400 * kRecord);
}

TEST_F(StreamReaderTest, delivers_each_record_once_an_epoch_over_all_streams) {
  write(203, 10);
  for (const int64_t batch : {1, 16, 50, 1000}) {
    const PlanOptions options = whole(3, batch);
    for (int64_t epoch = 0; epoch < 2; ++epoch) {
      const auto plan = EpochPlan::make(index_, options, epoch);
      std::map<int64_t, int> seen;
      for (int stream = 0; stream < 3; ++stream) {
        const auto reader = open(options, stream, epoch);
        for (int64_t step = 0; step < plan->steps(); ++step) {
          const auto identities = take(*reader);
          const auto [begin, end] = plan->records_at(stream, step);
          ASSERT_EQ(static_cast<int64_t>(identities.size()), end - begin);
          for (const int64_t identity : identities) ++seen[identity];
        }
      }
      ASSERT_EQ(seen.size(), 203U);
      for (const auto& [identity, times] : seen) ASSERT_EQ(times, 1) << identity;
    }
  }
}

TEST_F(StreamReaderTest, delivers_in_the_order_of_the_plan) {
  write(100, 10);
  const PlanOptions options = whole(2, 100);
  const auto plan = EpochPlan::make(index_, options, 0);
  std::vector<int64_t> expected;
  for (int number = 0; number < plan->window_count(1); ++number) {
    const auto window = plan->window(1, number);
    std::vector<int64_t> inside;
    for (const ChunkUse& use : window.uses) {
      for (const int32_t record : use.records) {
        inside.push_back(index_.partitions[0].chunks[static_cast<size_t>(use.chunk)].first_record +
                         record);
      }
    }
    for (const int32_t at : window.order) expected.push_back(inside[static_cast<size_t>(at)]);
  }
  EXPECT_EQ(take(*open(options, 1)), expected);
}

TEST_F(StreamReaderTest, resumes_at_any_step_with_what_an_unbroken_reader_delivers) {
  write(120, 7);
  PlanOptions options = whole(2, 16);
  options.split = {.train = 0.8, .validation = 0.2, .seed = 3};
  options.window_chunks = 2;
  const int64_t steps = EpochPlan::make(index_, options, 0)->steps();
  const int64_t steps_after = EpochPlan::make(index_, options, 1)->steps();
  ASSERT_EQ(steps, steps_after);
  for (int stream = 0; stream < 2; ++stream) {
    std::vector<std::vector<int64_t>> unbroken;
    const auto reader = open(options, stream);
    for (int64_t step = 0; step < 3 * steps; ++step) unbroken.push_back(take(*reader));
    for (int64_t from = 0; from < 2 * steps; ++from) {
      const auto resumed = open(options, stream, from / steps, from % steps);
      for (int64_t step = from; step < from + steps; ++step) {
        ASSERT_EQ(take(*resumed), unbroken[static_cast<size_t>(step)]) << from << " " << step;
      }
    }
    // The end of an epoch and the beginning of the next one are the same place.
    EXPECT_EQ(take(*open(options, stream, 0, steps)), unbroken[static_cast<size_t>(steps)]);
  }
}

TEST_F(StreamReaderTest, ends_after_the_validation_part_and_delivers_it_in_order) {
  write(200, 10);
  PlanOptions options = whole(1, 32);
  options.part = Part::kValidation;
  options.split = {.train = 0.7, .validation = 0.3};
  options.shuffle = false;
  const auto reader = open(options, 0);
  const int64_t steps = EpochPlan::make(index_, options, 0)->steps();
  std::vector<int64_t> all;
  for (int64_t step = 0; step < steps; ++step) {
    const auto identities = take(*reader);
    all.insert(all.end(), identities.begin(), identities.end());
  }
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [&](int64_t identity) {
    return is_member(options, index_.partitions[0], identity);
  }));
  RecordBatch batch;
  for (int i = 0; i < 2; ++i) {
    const Status end = reader->next(batch, Deadline::after(kNoWait));
    EXPECT_EQ(end.code(), Code::kNotFound);
    EXPECT_EQ(end.message(), "end of the part");
  }
}

// Counts what is read, and waits for it.
class ReadAheadTest : public StreamReaderTest {
 protected:
  ReadAheadTest() {
    write(400, 10);
    files_->before_read = [this](int64_t, size_t length, Deadline) {
      MutexLock lock(mutex_);
      read_bytes_ += static_cast<int64_t>(length);
      changed_.notify_all();
      return Status::ok();
    };
  }
  // One window is 10 records.
  std::unique_ptr<StreamReader> open_windows(int64_t prefetch_bytes) {
    PlanOptions options = whole(1, 10);
    options.window_chunks = 1;
    return open(options, 0, 0, 0, {.prefetch_bytes = prefetch_bytes});
  }
  // So many are read, and no more.
  void wait_for(int64_t windows) {
    MutexLock lock(mutex_);
    while (read_bytes_ < windows * 10 * kRecord)
      if (!changed_.wait(mutex_, Deadline::after(kNoWait))) break;
    EXPECT_EQ(read_bytes_, windows * 10 * kRecord);
  }

 private:
  Mutex mutex_;
  Condition changed_;
  int64_t read_bytes_ HOWDAH_GUARDED_BY(mutex_) = 0;
};

TEST_F(ReadAheadTest, goes_no_further_than_its_limit) {
  // The present one and three ahead fit.
  const auto reader = open_windows(3 * 10 * kRecord + 50);
  wait_for(4);
  for (int64_t step = 0; step < 30; ++step) {
    take(*reader);
    wait_for(std::min<int64_t>(40, step + 5));
  }
}

TEST_F(ReadAheadTest, goes_no_further_than_so_many_windows_where_these_are_small) {
  const auto reader = open_windows(64 << 20);
  for (int64_t step = 0; step < 30; ++step) {
    wait_for(step + 1 + StreamReader::kMostWindowsAhead);
    take(*reader);
  }
}

TEST_F(StreamReaderTest, needs_no_read_ahead_to_make_a_step_of_many_windows) {
  write(400, 10);
  PlanOptions options = whole(1, 200);
  options.window_chunks = 1;
  const auto reader = open(options, 0, 0, 0, {.prefetch_bytes = 0});
  for (int step = 0; step < 4; ++step) EXPECT_EQ(take(*reader).size(), 200U);
}

TEST_F(StreamReaderTest, gives_up_at_the_deadline_and_delivers_the_same_step_later) {
  write(100, 10);
  Mutex mutex;
  Condition changed;
  bool held = true;
  files_->before_read = [&](int64_t, size_t, Deadline) {
    MutexLock lock(mutex);
    while (held) changed.wait(mutex, Deadline::never());
    return Status::ok();
  };
  const PlanOptions options = whole(2, 10);
  auto reader = open(options, 0);
  RecordBatch batch;
  EXPECT_EQ(reader->next(batch, Deadline::after(std::chrono::milliseconds(5))).code(),
            Code::kDeadlineExceeded);
  EXPECT_GE(reader->waited(), std::chrono::milliseconds(5));
  {
    MutexLock lock(mutex);
    held = false;
  }
  changed.notify_all();
  const auto first = take(*reader);
  reader.reset();
  files_->before_read = nullptr;
  EXPECT_EQ(first, take(*open(options, 0)));
}

TEST_F(StreamReaderTest, passes_a_read_error_on_and_tries_again_at_the_next_call) {
  write(100, 10);
  std::atomic<int> failures = 2;
  files_->before_read = [&](int64_t, size_t, Deadline) {
    return failures-- > 0 ? Status(Code::kUnavailable, "no DataNode") : Status::ok();
  };
  const PlanOptions options = whole(1, 10);
  const auto reader = open(options, 0);
  RecordBatch batch;
  for (int i = 0; i < 2; ++i) {
    const Status status = reader->next(batch, Deadline::after(kNoWait));
    EXPECT_EQ(status.code(), Code::kUnavailable);
    EXPECT_NE(status.to_string().find("mem://test/set/train-"), std::string::npos);
  }
  const auto first = take(*reader);
  EXPECT_EQ(first, take(*open(options, 0)));
}

TEST_F(StreamReaderTest, gives_each_read_its_time_limit) {
  write(20, 10);
  std::atomic<bool> limited = true;
  files_->before_read = [&](int64_t, size_t, Deadline deadline) {
    limited = limited && !deadline.is_never() && deadline.left() <= std::chrono::seconds(7);
    return Status::ok();
  };
  take(*open(whole(1, 20), 0, 0, 0, {.read_timeout = std::chrono::seconds(7)}));
  EXPECT_TRUE(limited);
}

TEST_F(StreamReaderTest, names_file_and_position_of_a_label_outside_the_classes) {
  write(20, 10);
  index_.classes = 9;
  for (auto& partition : index_.partitions) {
    partition.records_by_class = {20, 0, 0, 0, 0, 0, 0, 0, 0};
  }
  RecordBatch batch;
  const Status status = open(whole(1, 20), 0)->next(batch, Deadline::after(kNoWait));
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.to_string().find("mem://test/set/train-"), std::string::npos);
  EXPECT_NE(status.message().find("a label of 9 at byte 96, where 0 to 8 can be"),
            std::string::npos)
      << status.to_string();
}

TEST_F(StreamReaderTest, refuses_a_file_of_another_length_than_the_index_says) {
  write(20, 10);
  store("/set/train-0", std::string(99, '\0'));
  RecordBatch batch;
  const Status status = open(whole(1, 20), 0)->next(batch, Deadline::after(kNoWait));
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_EQ(status.peer(), "mem://test/set/train-0");
}

TEST_F(StreamReaderTest, tells_a_missing_file_from_a_corrupt_one) {
  write(20, 10);
  ASSERT_TRUE(files_->remove("/set/train-1", false, Deadline::never()).is_ok());
  RecordBatch batch;
  EXPECT_EQ(open(whole(1, 20), 0)->next(batch, Deadline::after(kNoWait)).code(), Code::kNotFound);
}

TEST_F(StreamReaderTest, counts_the_bytes_of_local_and_of_remote_blocks) {
  write(20, 10);
  // Validation has an end: no next epoch is read ahead while the bytes are counted.
  PlanOptions plan = whole(1, 20);
  plan.part = Part::kValidation;
  plan.split.train = 0;
  plan.split.validation = 1;
  const auto count = [&] {
    const auto reader = open(plan, 0, 0, 0, {.prefetch_bytes = 0});
    take(*reader);
    return std::pair(reader->local_bytes(), reader->remote_bytes());
  };
  EXPECT_EQ(count(), std::pair(20 * kRecord, int64_t{0}));
  files_->blocks = {{0, 30, {"elsewhere.example", "localhost"}}, {30, 70, {"elsewhere.example"}}};
  EXPECT_EQ(count(), std::pair(int64_t{60}, int64_t{140}));
}

TEST_F(StreamReaderTest, ends_at_once_while_it_waits_for_room) {
  write(400, 10);
  for (int i = 0; i < 20; ++i) open(whole(1, 10), 0, 0, 0, {.prefetch_bytes = 100});
}

TEST_F(StreamReaderTest, refuses_streams_and_steps_that_are_not_there) {
  write(100, 10);
  const auto code = [&](int stream, int64_t epoch, int64_t step) {
    return StreamReader::open(index_, fs::Location{files_, "/set"}, whole(2, 10), stream, epoch,
                              step, {})
        .status()
        .code();
  };
  EXPECT_EQ(code(1, 0, 10), Code::kOk);
  EXPECT_EQ(code(2, 0, 0), Code::kInvalidArgument);
  EXPECT_EQ(code(-1, 0, 0), Code::kInvalidArgument);
  EXPECT_EQ(code(0, 0, 11), Code::kInvalidArgument);
  EXPECT_EQ(code(0, 0, -1), Code::kInvalidArgument);
  EXPECT_EQ(code(0, -1, 0), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::dataset
