#include <sys/socket.h>

#include <atomic>
#include <cstring>

#include "comm/handshake.h"
#include "comm/message.h"
#include "comm/test_members.h"
#include "net/socket.h"

namespace howdah::comm {
namespace {

using std::chrono::milliseconds;

TEST(Group, gathers_values_by_rank_also_empty_and_large_ones) {
  for (const bool shared : {true, false}) {
    TestMembers test(3, std::vector<bool>(3, shared));
    test.join({{0, 1}, {1, 2}, {2, 3}});
    TestMembers::in_threads(3, [&](size_t rank) {
      for (int round = 0; round < 20; ++round) {
        const std::string mine(rank * 500000 / static_cast<size_t>(round + 1),
                               static_cast<char>('a' + round));
        const auto values = test.groups[rank]->all_gather(mine, soon());
        ASSERT_TRUE(values.is_ok()) << values.status().to_string();
        for (size_t other = 0; other < 3; ++other)
          EXPECT_EQ((*values)[other], std::string(other * 500000 / static_cast<size_t>(round + 1),
                                                  static_cast<char>('a' + round)));
      }
      EXPECT_EQ(
          test.groups[rank]->all_gather(std::string((1 << 20) + 1, 'x'), soon()).status().code(),
          Code::kInvalidArgument);
    });
  }
}

TEST(Group, a_gather_that_ends_early_names_the_missing_worker) {
  TestMembers test(2);
  test.join({{0, 1}, {1, 2}});
  const auto values = test.groups[0]->all_gather("x", Deadline::after(milliseconds(20)));
  EXPECT_EQ(values.status().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(values.status().peer(), "worker 11");
}

TEST(Group, broadcasts_to_the_receivers_only) {
  for (const bool shared : {true, false}) {
    TestMembers test(4, std::vector<bool>(4, shared));
    test.join({{0, 1}, {1, 2}, {2, 3}, {3, 4}});
    const std::vector<int> receivers = {0, 3};
    TestMembers::in_threads(4, [&](size_t rank) {
      for (const size_t length : {size_t{0}, size_t{5}, size_t{3'000'001}}) {
        std::vector<std::byte> bytes(length, std::byte(rank));
        const Status status = test.groups[rank]->broadcast(2, receivers, bytes, soon());
        ASSERT_TRUE(status.is_ok()) << status.to_string();
        const auto expected = std::byte(rank == 1 ? 1 : 2);
        for (const std::byte byte : bytes) ASSERT_EQ(byte, expected);
      }
    });
  }
}

TEST(Group, an_abort_by_another_thread_ends_every_members_wait_at_once) {
  TestMembers test(3);
  test.join({{0, 1}, {1, 2}, {2, 3}});
  std::atomic<int> waiting = 0;
  std::jthread aborter([&] {
    while (waiting < 2) std::this_thread::yield();
    test.groups[0]->abort(Status(Code::kCancelled, "the user said stop"));
  });
  TestMembers::in_threads(2, [&](size_t rank) {
    TestParts mine(*test.endpoints[rank], test.groups[rank]->plan(), 100000);
    const auto ticket = test.groups[rank]->start_allreduce(mine.parts, mine.sum);
    ++waiting;
    const Status status = test.groups[rank]->wait(ticket, soon());
    EXPECT_EQ(status.code(), Code::kAborted);
    EXPECT_NE(status.to_string().find("the user said stop"), std::string::npos);
  });
  // The third did not even call; what it begins now ends too.
  TestParts third(*test.endpoints[2], test.groups[2]->plan(), 10);
  const auto ticket = test.groups[2]->start_allreduce(third.parts, third.sum);
  EXPECT_EQ(test.groups[2]->wait(ticket, soon()).code(), Code::kAborted);
  EXPECT_EQ(test.groups[2]->all_gather("x", soon()).status().code(), Code::kAborted);
  EXPECT_EQ(test.groups[0]->suspect(), std::nullopt);
  EXPECT_EQ(test.groups[1]->suspect(), std::nullopt);
}

TEST(Group, a_member_that_leaves_after_the_last_sum_harms_nobody) {
  for (const bool shared : {true, false})
    for (int round = 0; round < 10; ++round) {
      TestMembers test(3, std::vector<bool>(3, shared));
      test.join({{0, 1}, {1, 2}, {2, 3}});
      TestMembers::in_threads(3, [&](size_t rank) {
        for (const size_t count : {size_t{4}, size_t{100000}}) {
          TestParts mine(*test.endpoints[rank], test.groups[rank]->plan(), count);
          const auto ticket = test.groups[rank]->start_allreduce(mine.parts, mine.sum);
          const Status status = test.groups[rank]->wait(ticket, soon());
          ASSERT_TRUE(status.is_ok()) << status.to_string();
        }
        ASSERT_TRUE(test.groups[rank]->all_gather("bye", soon()));
        test.groups[rank].reset();
      });
    }
}

TEST(Group, a_sum_with_a_member_that_left_is_aborted) {
  TestMembers test(2);
  test.join({{0, 1}, {1, 2}});
  test.groups[1].reset();
  TestParts mine(*test.endpoints[0], test.groups[0]->plan(), 1000);
  const auto ticket = test.groups[0]->start_allreduce(mine.parts, mine.sum);
  const Status status = test.groups[0]->wait(ticket, soon());
  EXPECT_EQ(status.code(), Code::kAborted);
  EXPECT_EQ(status.peer(), "worker 11");
}

TEST(Group, the_next_generation_follows_an_abort_on_the_same_endpoints) {
  for (const bool shared : {true, false}) {
    TestMembers test(3, std::vector<bool>(3, shared));
    for (uint64_t generation = 1; generation <= 5; ++generation) {
      test.join({{0, 1}, {1, 2}, {2, 4}}, generation);
      TestMembers::in_threads(3, [&](size_t rank) {
        TestParts mine(*test.endpoints[rank], test.groups[rank]->plan(), 100000);
        auto ticket = test.groups[rank]->start_allreduce(mine.parts, mine.sum);
        ASSERT_TRUE(test.groups[rank]->wait(ticket, soon()).is_ok());
        EXPECT_EQ(std::memcmp(mine.sum.data(), test_total(4, 100000).data(), 400000), 0);
        ticket = test.groups[rank]->start_allreduce(mine.parts, mine.sum);
        if (rank == 1) test.groups[rank]->abort(Status(Code::kAborted, "next"));
        (void)test.groups[rank]->wait(ticket, soon());
      });
    }
  }
}

TEST(Endpoint, a_join_names_the_worker_that_does_not_come) {
  TestMembers test(3);
  const std::vector<StreamRange> ranges = {{0, 1}, {1, 2}, {2, 3}};
  TestMembers::in_threads(2, [&](size_t rank) {
    const auto joined =
        test.endpoints[rank]->join(test.plan(rank, ranges), Deadline::after(milliseconds(300)));
    EXPECT_EQ(joined.status().code(), Code::kDeadlineExceeded);
    EXPECT_EQ(joined.status().peer(), "worker 12");
  });
  // The same when the one who would be dialed by the others is first.
  const auto joined =
      test.endpoints[2]->join(test.plan(2, ranges, 2), Deadline::after(milliseconds(100)));
  EXPECT_EQ(joined.status().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(joined.status().peer(), "worker 10");
}

TEST(Endpoint, a_join_is_cancelled_whether_it_began_or_not) {
  TestMembers test(2);
  for (size_t rank = 0; rank < 2; ++rank) {
    std::jthread joiner([&] {
      const auto joined = test.endpoints[rank]->join(test.plan(rank, {{0, 1}, {1, 2}}, 5), soon());
      EXPECT_EQ(joined.status().code(), Code::kCancelled);
    });
    test.endpoints[rank]->cancel_join(5);
  }
  test.join({{0, 1}, {1, 2}}, 6);  // a later generation is not concerned
}

TEST(Endpoint, a_member_of_an_earlier_generation_is_told_that_it_is_stale) {
  TestMembers test(3);
  test.join({{0, 1}, {1, 2}}, 5);
  GroupPlan stale = test.plan(0, {{0, 1}, {1, 2}, {2, 3}}, 4);
  std::swap(stale.members[0], stale.members[2]);  // the third endpoint dials the others
  std::swap(stale.members[0].streams, stale.members[2].streams);
  const auto joined = test.endpoints[2]->join(stale, soon());
  EXPECT_EQ(joined.status().code(), Code::kAborted);
  // And the group of generation 5 did not notice.
  TestMembers::in_threads(
      2, [&](size_t rank) { EXPECT_TRUE(test.groups[rank]->all_gather("still here", soon())); });
}

TEST(Endpoint, a_stranger_is_refused_and_the_members_join_meanwhile) {
  TestMembers test(2);
  // One says nothing, one speaks another protocol, one has another secret.
  auto silent = net::Socket::connect(test.endpoints[1]->address(), soon()).value();
  auto noisy = net::Socket::connect(test.endpoints[1]->address(), soon()).value();
  const std::string noise(4096, 'G');
  ASSERT_TRUE(noisy.write_all(as_bytes(noise), soon()).is_ok());
  EndpointOptions options = test_options();
  options.secret = "another secret, of the same size";
  auto stranger = Endpoint::open(options).value();
  GroupPlan plan = test.plan(0, {{0, 1}, {1, 2}});
  plan.members[0].address = stranger->address();
  std::jthread intruder([&] {
    EXPECT_EQ(stranger->join(plan, Deadline::after(milliseconds(300))).status().code(),
              Code::kDeadlineExceeded);
  });
  test.join({{0, 1}, {1, 2}});
  TestMembers::in_threads(
      2, [&](size_t rank) { EXPECT_TRUE(test.groups[rank]->all_gather("x", soon())); });
}

// A peer that knows the secret, and then breaks the protocol.
class Rogue {
 public:
  // Joins as rank 0 of 2, against the Endpoint under test.
  explicit Rogue(const net::Address& address) {
    for (size_t plane = 0; plane < kPlanes; ++plane) {
      sockets_[plane] = net::Socket::connect(address, soon()).value();
      std::array<std::byte, kGreetingBytes> greeting{};
      EXPECT_TRUE(sockets_[plane].read_all(greeting, soon()).is_ok());
      const JobKey key{test_options().job_id, test_options().secret};
      const Claim claim{1, 0, 1, 10, 11, static_cast<Plane>(plane)};
      EXPECT_TRUE(
          sockets_[plane]
              .write_all(encode(introduce(key, claim, decode_greeting(greeting)->nonce)), soon())
              .is_ok());
      std::array<std::byte, kVerdictBytes> verdict{};
      EXPECT_TRUE(sockets_[plane].read_all(verdict, soon()).is_ok());
    }
    send(Plane::kControl, {.type = MessageType::kJoined, .generation = 1});
  }
  void send(Plane plane, const Header& header) {
    ASSERT_TRUE(sockets_[static_cast<size_t>(plane)].write_all(encode(header), soon()).is_ok());
  }

 private:
  std::array<net::Socket, kPlanes> sockets_;
};

TEST(Group, a_member_that_breaks_the_protocol_is_suspected_and_nothing_is_allocated) {
  struct Case {
    Plane plane;
    Header header;
  };
  constexpr uint64_t kHuge = ~uint64_t{0};
  const std::vector<Case> cases = {
      {Plane::kData, {.type = MessageType::kResult, .generation = 1, .length = 0xffffffff}},
      {Plane::kData, {.type = MessageType::kGather, .generation = 1, .length = 0x80000000}},
      {Plane::kData, {.type = MessageType::kInput, .generation = 1, .sequence = 7, .length = 64}},
      {Plane::kData, {.type = MessageType::kGather, .generation = 1, .sequence = kHuge}},
      {Plane::kData, {.type = MessageType::kBroadcast, .generation = 1, .length = 8}},
      {Plane::kData, {.type = MessageType::kGather, .generation = 0}},
      {Plane::kControl, {.type = MessageType::kStart, .generation = 1, .offset = kHuge}},
      {Plane::kControl, {.type = MessageType::kEager, .generation = 1, .offset = kHuge}},
      {Plane::kControl,
       {.type = MessageType::kEager, .generation = 1, .offset = 1ull << 62, .length = 0}},
      {Plane::kControl, {.type = MessageType::kStart, .generation = 1, .sequence = 9}},
      {Plane::kControl, {.type = MessageType::kSummed, .generation = 1, .offset = kHuge}},
      {Plane::kControl, {.type = MessageType::kTaken, .generation = 1}},
      {Plane::kControl, {.type = MessageType::kSegment, .generation = 1, .sequence = 1}},
      {Plane::kControl, {.type = MessageType::kWant, .generation = 1, .sequence = kHuge}},
      {Plane::kControl, {.type = static_cast<MessageType>(77), .generation = 1}},
  };
  for (const Case& broken : cases) {
    auto endpoint = Endpoint::open(test_options()).value();
    GroupPlan plan;
    plan.generation = 1;
    plan.rank = 1;
    plan.streams = 2;
    plan.members = {{10, {"127.0.0.1", 1}, {0, 1}}, {11, endpoint->address(), {1, 2}}};
    std::unique_ptr<Group> group;
    std::jthread joiner([&] { group = endpoint->join(plan, soon()).value(); });
    Rogue rogue(endpoint->address());
    joiner.join();
    rogue.send(broken.plane, broken.header);
    std::vector<float> values(1000);
    const std::span<float> span(values);
    (void)group->start_allreduce(std::span(&span, 1), span);
    const Status status = group->wait(0, soon());
    EXPECT_EQ(status.code(), Code::kAborted) << static_cast<int>(broken.header.type);
    EXPECT_EQ(status.peer(), "worker 10");
    EXPECT_EQ(group->suspect(), std::optional<int>(0));
  }
}

}  // namespace
}  // namespace howdah::comm
