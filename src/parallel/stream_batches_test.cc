#include "parallel/stream_batches.h"

#include <gtest/gtest.h>

#include <set>

#include "fs/memory_file_system.h"
#include "parallel/test_workers.h"

namespace howdah::parallel {
namespace {

constexpr auto kSoon = std::chrono::seconds(60);
constexpr auto kNow = std::chrono::milliseconds(0);

// Files in memory whose reads a test can hold up and break.
class HeldFiles : public fs::MemoryFileSystem {
 public:
  using fs::MemoryFileSystem::MemoryFileSystem;
  std::function<Status()> before_read = nullptr;

  Result<std::unique_ptr<fs::InputFile>> open(const std::string& path, Deadline deadline) override {
    auto file = HOWDAH_TRY(fs::MemoryFileSystem::open(path, deadline));
    return std::unique_ptr<fs::InputFile>(new HeldFile(*this, std::move(file)));
  }

 private:
  class HeldFile : public fs::InputFile {
   public:
    HeldFile(HeldFiles& files, std::unique_ptr<fs::InputFile> file)
        : files_(files), file_(std::move(file)) {}
    int64_t length_bytes() const override { return file_->length_bytes(); }
    Result<size_t> read_at(int64_t offset, MutableBytes into, Deadline deadline) override {
      if (files_.before_read) HOWDAH_TRY(files_.before_read());
      return file_->read_at(offset, into, deadline);
    }

   private:
    HeldFiles& files_;
    const std::unique_ptr<fs::InputFile> file_;
  };
};

// What was prepared, in order: (step, stream).
class Preparations {
 public:
  using Done = std::pair<int64_t, int>;

  StreamBatches::Prepare hook() {
    return [this](const dataset::RecordBatch&, int stream,
                  int64_t step) -> Result<std::shared_ptr<const train::PreparedBatch>> {
      const MutexLock lock(mutex_);
      done_.emplace_back(step, stream);
      changed_.notify_all();
      if (broken_.contains({step, stream})) return Status(Code::kOutOfMemory, "no room");
      return std::shared_ptr<const train::PreparedBatch>();
    };
  }
  void break_at(int64_t step, int stream) { broken_.insert({step, stream}); }
  // Waits for so many at the least.
  std::vector<Done> done(size_t count) {
    const Deadline deadline = Deadline::after(kSoon);
    const MutexLock lock(mutex_);
    while (done_.size() < count && changed_.wait(mutex_, deadline)) {
    }
    EXPECT_GE(done_.size(), count);
    return done_;
  }

 private:
  Mutex mutex_;
  Condition changed_;
  std::vector<Done> done_ HOWDAH_GUARDED_BY(mutex_);
  std::set<Done> broken_;
};

class StreamBatchesTest : public testing::Test {
 protected:
  StreamBatches batches(Preparations& preparations) {
    return {data_.index(), folder_, plan(), {}, kSteps, preparations.hook()};
  }
  static dataset::PlanOptions plan() {
    return {.split = {.train = 1, .validation = 0}, .streams = 2, .batch = 50};
  }
  std::vector<int64_t> take(StreamBatches& batches, int stream, Deadline deadline) {
    const auto batch = batches.batch(stream, interrupted_, deadline);
    EXPECT_TRUE(batch.is_ok()) << batch.status().to_string();
    return batch.is_ok() ? (*batch)->records.identities : std::vector<int64_t>();
  }
  std::vector<int64_t> take(StreamBatches& batches, int stream) {
    return take(batches, stream, Deadline::after(kSoon));
  }

  static constexpr int64_t kSteps = 12;  // an epoch
  const std::shared_ptr<HeldFiles> files_ = std::make_shared<HeldFiles>("test");
  const fs::Location folder_{files_, "/data"};
  const SmallDataset data_{folder_};
  std::atomic<bool> interrupted_ = false;
};

TEST_F(StreamBatchesTest, prepares_ahead_in_the_order_of_use_and_each_once) {
  Preparations preparations;
  std::multiset<int64_t> seen;
  {
    StreamBatches batches = this->batches(preparations);
    ASSERT_TRUE(batches.carry(0, 2, 0).is_ok());
    for (int64_t step = 0; step < kSteps; ++step) {
      for (const int stream : {0, 1}) {
        // By the time that it is asked for it is there, and no more than two others are.
        const auto asked = static_cast<size_t>(2 * step + stream);
        preparations.done(asked + 1);
        EXPECT_LE(preparations.done(0).size(), asked + 2);
        for (const int64_t identity : take(batches, stream, Deadline::after(kSoon)))
          seen.insert(identity);
        preparations.done(asked + 3);
      }
      batches.commit();
    }
  }
  EXPECT_EQ(seen.size(), 600U);
  EXPECT_EQ(std::set<int64_t>(seen.begin(), seen.end()).size(), 600U);
  std::vector<Preparations::Done> due;
  for (int64_t step = 0; step <= kSteps; ++step)
    for (const int stream : {0, 1}) due.emplace_back(step, stream);
  EXPECT_EQ(preparations.done(0), due);
}

TEST_F(StreamBatchesTest, has_at_hand_what_was_prepared_ahead) {
  Preparations preparations;
  StreamBatches batches = this->batches(preparations);
  ASSERT_TRUE(batches.carry(0, 2, 0).is_ok());
  take(batches, 0);
  take(batches, 1);
  preparations.done(4);
  batches.commit();
  EXPECT_FALSE(take(batches, 0, Deadline::after(kNow)).empty());
}

TEST_F(StreamBatchesTest, gives_the_records_of_a_broken_step_again_and_prepares_them_once) {
  Preparations preparations;
  StreamBatches batches = this->batches(preparations);
  ASSERT_TRUE(batches.carry(0, 2, 5).is_ok());
  const auto first = take(batches, 0), second = take(batches, 1);
  preparations.done(4);
  ASSERT_TRUE(batches.carry(0, 2, 5).is_ok());
  EXPECT_EQ(take(batches, 0), first);
  EXPECT_EQ(take(batches, 1), second);
  EXPECT_EQ(preparations.done(0).size(), 4U);
  // One goes to another worker, and comes back: it is read anew, the same.
  ASSERT_TRUE(batches.carry(0, 1, 5).is_ok());
  EXPECT_EQ(take(batches, 0), first);
  ASSERT_TRUE(batches.carry(0, 2, 5).is_ok());
  EXPECT_EQ(take(batches, 1), second);
  // Back to an earlier step, and on to where it was.
  ASSERT_TRUE(batches.carry(0, 2, 4).is_ok());
  EXPECT_NE(take(batches, 0), first);
  batches.commit();
  EXPECT_EQ(take(batches, 0), first);
}

TEST_F(StreamBatchesTest, tells_of_an_error_and_goes_on_where_it_was) {
  Preparations preparations;
  std::vector<int64_t> due;
  {
    StreamBatches batches = this->batches(preparations);
    ASSERT_TRUE(batches.carry(0, 1, 0).is_ok());
    due = take(batches, 0);
  }
  std::atomic<int> faults = 1;
  files_->before_read = [&faults] {
    return faults-- > 0 ? Status(Code::kIo, "a broken disk") : Status::ok();
  };
  StreamBatches batches = this->batches(preparations);
  ASSERT_TRUE(batches.carry(0, 1, 0).is_ok());
  const auto failed = batches.batch(0, interrupted_, Deadline::after(kSoon));
  EXPECT_EQ(failed.status().code(), Code::kIo);
  EXPECT_EQ(take(batches, 0), due);
}

TEST_F(StreamBatchesTest, never_passes_over_records_that_could_not_be_prepared) {
  Preparations preparations;
  preparations.break_at(1, 0);
  StreamBatches batches = this->batches(preparations);
  ASSERT_TRUE(batches.carry(0, 1, 0).is_ok());
  take(batches, 0);
  batches.commit();
  for (int time = 0; time < 2; ++time)
    EXPECT_EQ(batches.batch(0, interrupted_, Deadline::after(kSoon)).status().code(),
              Code::kOutOfMemory);
}

TEST_F(StreamBatchesTest, ends_while_the_source_holds_back) {
  Mutex mutex;
  Condition changed;
  bool asked = false, open = false;
  files_->before_read = [&] {
    const MutexLock lock(mutex);
    asked = true;
    changed.notify_all();
    while (!open) changed.wait(mutex, Deadline::never());
    return Status::ok();
  };
  Preparations preparations;
  std::optional<StreamBatches> batches(std::in_place, data_.index(), folder_, plan(),
                                       dataset::ReaderOptions{}, kSteps, preparations.hook());
  ASSERT_TRUE(batches->carry(0, 2, 0).is_ok());
  {
    const MutexLock lock(mutex);
    while (!asked) changed.wait(mutex, Deadline::never());
  }
  EXPECT_EQ(batches->batch(0, interrupted_, Deadline::after(kNow)).status().code(),
            Code::kDeadlineExceeded);
  interrupted_ = true;
  EXPECT_EQ(batches->batch(0, interrupted_, Deadline::after(kSoon)).status().code(),
            Code::kAborted);
  interrupted_ = false;
  {
    const MutexLock lock(mutex);
    open = true;
    changed.notify_all();
  }
  EXPECT_FALSE(take(*batches, 0).empty());
  batches.reset();  // with others under way
}

// The share of a step that a training waits for data.
double waiting_share(const std::shared_ptr<HeldFiles>& files) {
  const fs::Location folder{files, "/data"};
  const auto hold = std::exchange(files->before_read, nullptr);
  const SmallDataset data(folder);
  files->before_read = hold;
  const model::Training job = small_job(2);
  TestWorkers workers(job, data.index(), folder);
  const size_t only = workers.add();
  std::chrono::nanoseconds waited{}, all{};
  workers.generation({{only, {0, 2}}}, {}, [&](size_t, const auto&) {
    for (int64_t step = 0; step < workers[only].steps_per_epoch(); ++step) {
      const auto report = workers[only].step(test_deadline());
      ASSERT_TRUE(report.is_ok()) << report.status().to_string();
      const auto& time = report->time;
      // The first step waits for the source, however fast it is.
      if (step == 0 && !hold) continue;
      waited += time.wait;
      all += time.wait + time.compute + time.communicate + time.update;
    }
  });
  return std::chrono::duration<double>(waited) / std::chrono::duration<double>(all);
}

TEST(WaitingForData, is_seen_where_the_source_is_slow_and_nowhere_else) {
  Mutex mutex;
  Condition never;
  const auto slow = std::make_shared<HeldFiles>("slow");
  slow->before_read = [&] {
    const MutexLock lock(mutex);
    const Deadline late = Deadline::after(std::chrono::milliseconds(100));
    while (never.wait(mutex, late)) {
    }
    return Status::ok();
  };
  const double share = waiting_share(slow);
  EXPECT_GT(share, 0.2);
  EXPECT_LT(waiting_share(std::make_shared<HeldFiles>("fast")), share / 2);
}

}  // namespace
}  // namespace howdah::parallel
