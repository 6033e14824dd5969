#include "data/chunk_records.h"

#include <gtest/gtest.h>

#include "data/read_filter.h"
#include "formats/arrow_status.h"

namespace howdah::data {
namespace {

class ChunkRecords : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(formats::load_arrow_functions().is_ok()); }
  ChunkRecords() {
    const auto at = systems_.resolve("mem://t/a.csv");
    EXPECT_TRUE(fs::write_file(*at->files, at->path, as_bytes("a,b\n1,x\n2,y\nbad\n,z\n4,u\n"), {},
                               Deadline::never())
                    .is_ok());
    spec_.uris = {"mem://t/a.csv"};
  }
  // The first chunk's.
  Result<transform::Records> records() {
    const auto source = HOWDAH_TRY(formats::Source::open(systems_, spec_, Deadline::never()));
    const auto schema = HOWDAH_TRY(source->survey(Deadline::never()));
    HOWDAH_TRY(check_filter(spec_, *schema.to_arrow()));
    const auto portions = HOWDAH_TRY(source->portions(1, Deadline::never()));
    const auto reader = HOWDAH_TRY(source->read(portions.at(0), Deadline::never()));
    const auto chunk = HOWDAH_TRY(reader->next(Deadline::never()));
    return *HOWDAH_TRY(parse_chunk(*source, schema, *chunk, results_, true));
  }

  fs::FileSystems systems_{hadoop::Configuration(), hadoop::User{}, hadoop::Credentials()};
  prepare::SourceSpec spec_;
  RoundResults results_;
};

TEST_F(ChunkRecords, leave_out_what_the_filter_does_and_count_it) {
  const auto all = records();
  ASSERT_TRUE(all.is_ok()) << all.status().to_string();
  spec_.filter = "a >= 2";
  results_ = RoundResults();
  const auto some = records();
  ASSERT_TRUE(some.is_ok()) << some.status().to_string();
  // The places and identities of those that stay are what they were.
  EXPECT_EQ(some->rows, (std::vector<uint32_t>{1, 4}));
  EXPECT_EQ(some->identities[0], all->identities[1]);
  EXPECT_EQ(some->identities.size(), 2U);
  EXPECT_EQ(results_.tally.rows_read, 5);
  EXPECT_EQ(results_.tally.bad_records["filter"], 2);
  EXPECT_EQ(results_.tally.bad_records["ragged_row"], 1);
}

TEST_F(ChunkRecords, are_not_bad_because_the_filter_leaves_them_out) {
  spec_.filter = "b != 'x'";
  spec_.bad_records = prepare::BadRecordAction::kFail;
  const auto failed = records();
  EXPECT_EQ(failed.status().code(), Code::kInvalidArgument);  // for the ragged row alone
  EXPECT_NE(failed.status().to_string().find("at byte 12"), std::string::npos)
      << failed.status().to_string();
}

TEST_F(ChunkRecords, need_a_filter_that_is_a_condition_on_columns_that_are_there) {
  spec_.filter = "a + 1";
  EXPECT_EQ(records().status().code(), Code::kInvalidArgument);
  spec_.filter = "c > 1";
  EXPECT_EQ(records().status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::data
