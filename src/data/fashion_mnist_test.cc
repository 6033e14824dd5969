// The real Fashion-MNIST of the Debian package dataset-fashion-mnist. The figures were counted by
// other means (Python's gzip and struct) from the same files.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "data/index_builder.h"
#include "dataset/stream_reader.h"
#include "fs/local_file_system.h"
#include "fs/memory_file_system.h"

namespace howdah::data {
namespace {

constexpr const char* kFolder = "/usr/share/datasets/fashion-mnist";

TEST(FashionMnist, is_indexed_and_delivered_whole) {
  if (!std::filesystem::exists(kFolder)) GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const fs::Location output{std::make_shared<fs::MemoryFileSystem>("m"), "/set"};
  const auto built = build_index({std::make_shared<fs::LocalFileSystem>(), kFolder}, output, {},
                                 Deadline::never());
  ASSERT_TRUE(built.is_ok()) << built.status().to_string();
  const dataset::Index& index = built->index;
  EXPECT_EQ(index.shape, (std::vector<int64_t>{1, 28, 28}));
  EXPECT_EQ(index.classes, 10);
  ASSERT_EQ(index.mean.size(), 1U);
  EXPECT_DOUBLE_EQ(index.mean[0], 72.94035223214286);
  EXPECT_DOUBLE_EQ(index.stddev[0], 90.02118235130526);
  const dataset::Partition& train = *index.partition("train");
  EXPECT_EQ(train.records, 60'000);
  EXPECT_EQ(train.records_by_class, std::vector<int64_t>(10, 6000));
  EXPECT_EQ(train.chunks.size(), 46U);
  EXPECT_EQ(train.file_sha256[0],
            "ca52346b6781d83c800dbcb18d75569d79a7489684b5dba410002e422c272aba");
  const dataset::Partition& test = *index.partition("test");
  EXPECT_EQ(test.records, 10'000);
  EXPECT_EQ(test.records_by_class, std::vector<int64_t>(10, 1000));
  EXPECT_EQ(test.file_sha256[0],
            "68fd91e5bf81ffb65ded9324ba0bed0a2c11a3af15c5af5697294730c82db490");

  dataset::PlanOptions options;
  options.split = {.train = 0.9, .validation = 0.1, .seed = 7};
  options.streams = 4;
  options.batch = 128;
  const auto plan = dataset::EpochPlan::make(index, options, 0);
  ASSERT_TRUE(plan.is_ok());
  std::set<int64_t> seen;
  for (int stream = 0; stream < 4; ++stream) {
    auto reader = dataset::StreamReader::open(index, output, options, stream, 0, 0, {});
    ASSERT_TRUE(reader.is_ok());
    dataset::RecordBatch batch;
    for (int64_t step = 0; step < plan->steps(); ++step) {
      const Status status = (*reader)->next(batch, Deadline::after(std::chrono::seconds(60)));
      ASSERT_TRUE(status.is_ok()) << status.to_string();
      seen.insert(batch.identities.begin(), batch.identities.end());
    }
    EXPECT_EQ((*reader)->remote_bytes(), 0);
  }
  EXPECT_EQ(static_cast<int64_t>(seen.size()), plan->records());
}

}  // namespace
}  // namespace howdah::data
