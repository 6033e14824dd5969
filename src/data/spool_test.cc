#include "data/spool.h"

#include <gtest/gtest.h>

#include "base/temporary_file.h"
#include "data/test_records.h"

namespace howdah::data {
namespace {

void fill(Spool& spool, int chunks) {
  for (int32_t c = chunks - 1; c >= 0; --c) {
    auto records = records_of({0, c}, c * 1000, 1000);
    records.parts.assign(1000, static_cast<uint8_t>(c % 3));
    records.partitions = {std::vector<uint32_t>(1000, 1), {"a", "b" + std::to_string(c)}};
    ASSERT_TRUE(spool.put(static_cast<size_t>(c), std::move(records)).is_ok());
  }
}

void expect_chunk(const transform::Records& records, int32_t c) {
  const auto due = records_of({0, c}, c * 1000, 1000);
  EXPECT_EQ(records.chunk, due.chunk);
  EXPECT_TRUE(records.batch->Equals(*due.batch));
  EXPECT_EQ(records.rows, due.rows);
  EXPECT_EQ(records.identities, due.identities);
  EXPECT_EQ(records.parts, std::vector<uint8_t>(1000, static_cast<uint8_t>(c % 3)));
  ASSERT_EQ(records.partitions.names.size(), 2u);
  EXPECT_EQ(records.partitions.names[1], "b" + std::to_string(c));
}

TEST(Spool, GivesBackWhatWasPutThroughMemoryAndDisk) {
  for (const int64_t limit : {int64_t{0}, int64_t{200'000}, int64_t{1} << 30}) {
    Spool spool(limit, temporary_folder());
    fill(spool, 20);
    ASSERT_EQ(spool.size(), 20u);
    EXPECT_LE(spool.memory_bytes(), limit);
    EXPECT_EQ(spool.file_bytes() > 0, limit < (int64_t{1} << 30));
    for (const bool keep : {true, false})
      for (int32_t c = 0; c < 20; ++c) {
        auto records = spool.get(static_cast<size_t>(c), keep);
        ASSERT_TRUE(records.is_ok()) << records.status().to_string();
        expect_chunk(*records, c);
      }
    EXPECT_EQ(spool.memory_bytes(), 0);
  }
}

TEST(Spool, SaysWhichFolderCannotBeWritten) {
  Spool spool(0, "/proc/nowhere");
  const Status status = spool.put(0, records_of({0, 0}, 0, 10));
  EXPECT_FALSE(status.is_ok());
  EXPECT_NE(status.to_string().find("/proc/nowhere"), std::string::npos) << status.to_string();
}

}  // namespace
}  // namespace howdah::data
