#include <cstring>

#include "comm/test_members.h"

namespace howdah::comm {
namespace {

void expect_bits(std::span<const float> got, const std::vector<float>& expected,
                 const std::string& what) {
  ASSERT_EQ(got.size(), expected.size());
  if (expected.empty()) return;
  EXPECT_EQ(std::memcmp(got.data(), expected.data(), got.size_bytes()), 0) << what;
}

// What differs between the ways that payload can take.
struct Way {
  std::vector<bool> shared_memory;  // by member
  bool allocate = true;             // buffers from the Endpoint
  bool in_place = true;             // the sum over the first part
};

std::string name_of(const Way& way) {
  std::string name = way.allocate ? "allocated" : "own";
  name += way.in_place ? " in place:" : " apart:";
  for (const bool shared : way.shared_memory) name += shared ? " shm" : " tcp";
  return name;
}

void sum_all_assignments(int streams, int members, const Way& way,
                         const std::vector<size_t>& counts) {
  TestMembers test(static_cast<size_t>(members), way.shared_memory);
  uint64_t generation = 0;
  std::map<size_t, std::vector<float>> expected;
  for (const size_t count : counts) expected[count] = test_total(streams, count);
  for (const auto& ranges : all_assignments(streams, members)) {
    test.join(ranges, ++generation);
    TestMembers::in_threads(ranges.size(), [&](size_t rank) {
      Group& group = *test.groups[rank];
      for (const size_t count : counts) {
        TestParts mine(*test.endpoints[rank], group.plan(), count, 0, way.allocate, way.in_place);
        const auto ticket = group.start_allreduce(mine.parts, mine.sum);
        const Status status = group.wait(ticket, soon());
        ASSERT_TRUE(status.is_ok()) << status.to_string();
        expect_bits(mine.sum, expected[count],
                    name_of(way) + " V=" + std::to_string(streams) +
                        " P=" + std::to_string(members) + " n=" + std::to_string(count));
      }
    });
  }
}

class EveryAssignment : public testing::TestWithParam<int> {};

TEST_P(EveryAssignment, sums_to_the_bits_of_the_tree_over_shared_memory) {
  const int streams = GetParam();
  for (int members = 1; members <= streams; ++members)
    sum_all_assignments(streams, members, {}, {1, 100, 5000, 20001});
}

TEST_P(EveryAssignment, sums_to_the_bits_of_the_tree_over_tcp) {
  const int streams = GetParam();
  for (int members = 1; members <= streams; ++members)
    sum_all_assignments(streams, members, {std::vector<bool>(8, false)}, {1, 100, 5000, 20001});
}

INSTANTIATE_TEST_SUITE_P(Streams, EveryAssignment, testing::Values(1, 2, 3, 4, 5, 8),
                         [](const auto& info) { return "V" + std::to_string(info.param); });

TEST(Allreduce, sums_over_mixed_transports_and_all_kinds_of_buffers) {
  for (const bool allocate : {true, false})
    for (const bool in_place : {true, false}) {
      sum_all_assignments(4, 3, {{true, false, true}, allocate, in_place}, {3, 300000});
      sum_all_assignments(4, 4, {{true, true, true, false}, allocate, in_place}, {3, 300000});
      sum_all_assignments(3, 2, {{true, true}, allocate, in_place}, {3, 300000});
    }
}

TEST(Allreduce, members_without_streams_get_the_sum) {
  TestMembers test(3);
  test.join({{0, 2}, {2, 2}, {2, 4}});
  TestMembers::in_threads(3, [&](size_t rank) {
    for (const size_t count : {size_t{10}, size_t{100000}}) {
      TestParts mine(*test.endpoints[rank], test.groups[rank]->plan(), count);
      const auto ticket = test.groups[rank]->start_allreduce(mine.parts, mine.sum);
      ASSERT_TRUE(test.groups[rank]->wait(ticket, soon()).is_ok());
      expect_bits(mine.sum, test_total(4, count), "");
    }
  });
}

TEST(Allreduce, lengths_around_the_limits_of_slices_and_frames) {
  for (const bool shared : {true, false}) {
    TestMembers test(3, std::vector<bool>(3, shared));
    test.join({{0, 1}, {1, 3}, {3, 4}});
    TestMembers::in_threads(3, [&](size_t rank) {
      for (const size_t count : {0ul, 1ul, 15ul, 16ul, 17ul, 1023ul, 1024ul, 1025ul, 2047ul, 2048ul,
                                 2049ul, 65536ul * 3 - 1, 65536ul * 3, 65536ul * 3 + 1}) {
        TestParts mine(*test.endpoints[rank], test.groups[rank]->plan(), count);
        const auto ticket = test.groups[rank]->start_allreduce(mine.parts, mine.sum);
        ASSERT_TRUE(test.groups[rank]->wait(ticket, soon()).is_ok());
        expect_bits(mine.sum, test_total(4, count), std::to_string(count));
      }
    });
  }
}

TEST(Allreduce, many_buckets_under_way_are_waited_for_in_any_order) {
  for (const bool shared : {true, false}) {
    TestMembers test(4, std::vector<bool>(4, shared));
    test.join({{0, 1}, {1, 2}, {2, 4}, {4, 5}});
    const std::vector<size_t> counts = {200000, 10, 70000, 1, 3000, 150000, 20, 999};
    TestMembers::in_threads(4, [&](size_t rank) {
      Group& group = *test.groups[rank];
      std::vector<std::unique_ptr<TestParts>> buckets;
      std::vector<Group::Ticket> tickets;
      for (size_t i = 0; i < counts.size(); ++i) {
        buckets.push_back(std::make_unique<TestParts>(*test.endpoints[rank], group.plan(),
                                                      counts[i], static_cast<int>(i)));
        tickets.push_back(group.start_allreduce(buckets.back()->parts, buckets.back()->sum));
      }
      for (size_t k = 0; k < counts.size(); ++k) {
        const size_t i = (k * 3 + rank) % counts.size();
        ASSERT_TRUE(group.wait(tickets[i], soon()).is_ok());
        expect_bits(buckets[i]->sum, test_total(5, counts[i], static_cast<int>(i)), "");
      }
    });
  }
}

TEST(Allreduce, a_member_that_starts_hundreds_of_sums_ahead_is_held_back_not_refused) {
  TestMembers test(2);
  test.join({{0, 1}, {1, 2}});
  constexpr size_t kSums = 900;
  TestMembers::in_threads(2, [&](size_t rank) {
    Group& group = *test.groups[rank];
    std::vector<float> values(kSums, static_cast<float>(rank + 1));
    if (rank == 1) {
      ASSERT_TRUE(group.all_gather("first", soon()));
    }
    std::vector<Group::Ticket> tickets;
    for (size_t i = 0; i < kSums; ++i) {
      const std::span<float> value(&values[i], 1);
      tickets.push_back(group.start_allreduce(std::span(&value, 1), value));
    }
    if (rank == 0) {
      ASSERT_TRUE(group.all_gather("first", soon()));
    }
    for (const auto ticket : tickets) ASSERT_TRUE(group.wait(ticket, soon()).is_ok());
    for (const float value : values) ASSERT_EQ(value, 3.0f);
  });
}

TEST(Allreduce, goes_on_while_nobody_waits) {
  for (const bool shared : {true, false}) {
    TestMembers test(2, {shared, shared});
    test.join({{0, 1}, {1, 2}});
    TestParts first(*test.endpoints[0], test.groups[0]->plan(), 500000);
    TestParts second(*test.endpoints[1], test.groups[1]->plan(), 500000);
    (void)test.groups[0]->start_allreduce(first.parts, first.sum);
    const auto ticket = test.groups[1]->start_allreduce(second.parts, second.sum);
    // Only the second waits; the first's part is done behind its caller's back.
    ASSERT_TRUE(test.groups[1]->wait(ticket, soon()).is_ok());
    expect_bits(second.sum, test_total(2, 500000), "");
    ASSERT_TRUE(test.groups[0]->wait(ticket, soon()).is_ok());
  }
}

// Who waits takes the event loop over from the group's thread, again and again.
TEST(Allreduce, no_wake_is_lost_when_the_loop_changes_hands) {
  EndpointOptions options = test_options();
  options.heartbeat_every = std::chrono::seconds(5);  // a lost wake costs as much
  options.silence_limit = std::chrono::seconds(60);
  TestMembers test(0);
  for (int i = 0; i < 2; ++i) test.endpoints.push_back(Endpoint::open(options).value());
  test.join({{0, 1}, {1, 2}});
  const auto begin = std::chrono::steady_clock::now();
  TestMembers::in_threads(2, [&](size_t rank) {
    Group& group = *test.groups[rank];
    TestParts small(*test.endpoints[rank], group.plan(), 10);
    TestParts large(*test.endpoints[rank], group.plan(), 300000);
    for (int round = 0; round < 60; ++round) {
      const auto first = group.start_allreduce(large.parts, large.sum);
      const auto second = group.start_allreduce(small.parts, small.sum);
      // Computes for up to 12 ms, so that the thread drives now and then.
      const auto until = Deadline::after(std::chrono::milliseconds(round * 7 % 13));
      while (!until.expired()) {
      }
      ASSERT_TRUE(group.wait(second, soon()).is_ok());
      ASSERT_TRUE(group.wait(first, soon()).is_ok());
    }
  });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(4900));
}

TEST(Allreduce, threads_may_wait_for_several_sums_at_once) {
  TestMembers test(2);
  test.join({{0, 1}, {1, 2}});
  TestMembers::in_threads(2, [&](size_t rank) {
    Group& group = *test.groups[rank];
    std::vector<std::unique_ptr<TestParts>> buckets;
    std::vector<Group::Ticket> tickets;
    for (size_t i = 0; i < 3; ++i) {
      buckets.push_back(std::make_unique<TestParts>(*test.endpoints[rank], group.plan(),
                                                    size_t{100000}, static_cast<int>(i)));
      tickets.push_back(group.start_allreduce(buckets.back()->parts, buckets.back()->sum));
    }
    TestMembers::in_threads(3, [&](size_t i) {
      EXPECT_TRUE(group.wait(tickets[i], soon()).is_ok());
      expect_bits(buckets[i]->sum, test_total(2, 100000, static_cast<int>(i)), "");
    });
  });
}

TEST(Allreduce, a_wait_that_ends_early_leaves_the_sum_under_way) {
  TestMembers test(2);
  test.join({{0, 1}, {1, 2}});
  TestParts first(*test.endpoints[0], test.groups[0]->plan(), 1000);
  TestParts second(*test.endpoints[1], test.groups[1]->plan(), 1000);
  const auto ticket = test.groups[0]->start_allreduce(first.parts, first.sum);
  EXPECT_EQ(test.groups[0]->wait(ticket, Deadline::after(std::chrono::milliseconds(10))).code(),
            Code::kDeadlineExceeded);
  (void)test.groups[1]->start_allreduce(second.parts, second.sum);
  EXPECT_TRUE(test.groups[0]->wait(ticket, soon()).is_ok());
  EXPECT_TRUE(test.groups[1]->wait(ticket, soon()).is_ok());
}

TEST(Allreduce, members_that_disagree_about_the_length_abort) {
  TestMembers test(2);
  test.join({{0, 1}, {1, 2}});
  TestMembers::in_threads(2, [&](size_t rank) {
    TestParts mine(*test.endpoints[rank], test.groups[rank]->plan(), 1000 + rank);
    const auto ticket = test.groups[rank]->start_allreduce(mine.parts, mine.sum);
    EXPECT_EQ(test.groups[rank]->wait(ticket, soon()).code(), Code::kAborted);
  });
}

}  // namespace
}  // namespace howdah::comm
