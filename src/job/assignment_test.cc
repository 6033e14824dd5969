#include "job/assignment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah::job {
namespace {

std::vector<int> sizes(int streams, int workers) {
  std::vector<int> sizes;
  for (const StreamShare& share : assign_streams(streams, workers)) sizes.push_back(share.size());
  return sizes;
}

using testing::ElementsAre;

TEST(Assignment, gives_each_worker_one_node_of_the_tree) {
  EXPECT_THAT(sizes(4, 1), ElementsAre(4));
  EXPECT_THAT(sizes(4, 2), ElementsAre(2, 2));
  EXPECT_THAT(sizes(4, 3), ElementsAre(2, 1, 1));
  EXPECT_THAT(sizes(4, 4), ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(sizes(8, 3), ElementsAre(4, 2, 2));
  EXPECT_THAT(sizes(8, 5), ElementsAre(2, 2, 2, 1, 1));
  EXPECT_THAT(sizes(6, 2), ElementsAre(4, 2));
  EXPECT_THAT(sizes(6, 3), ElementsAre(2, 2, 2));
}

TEST(Assignment, deals_blocks_where_the_tree_is_too_lopsided) {
  EXPECT_THAT(sizes(9, 2), ElementsAre(6, 3));
  EXPECT_THAT(sizes(10, 2), ElementsAre(6, 4));
  EXPECT_THAT(sizes(64, 7), ElementsAre(12, 12, 8, 8, 8, 8, 8));
}

TEST(Assignment, covers_every_stream_once_and_stays_fair) {
  for (int streams = 1; streams <= 130; ++streams) {
    for (int workers = 1; workers <= streams; ++workers) {
      const auto shares = assign_streams(streams, workers);
      ASSERT_EQ(static_cast<int>(shares.size()), workers);
      int next = 0;
      for (const StreamShare& share : shares) {
        ASSERT_EQ(share.begin, next) << streams << " streams, " << workers << " workers";
        ASSERT_GE(share.size(), 1) << streams << " streams, " << workers << " workers";
        ASSERT_LE(2 * share.size(), 3 * ((streams + workers - 1) / workers))
            << streams << " streams, " << workers << " workers";
        next = share.end;
      }
      ASSERT_EQ(next, streams);
    }
  }
}

}  // namespace
}  // namespace howdah::job
