#include "data/ordered_flow.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <random>

namespace howdah::data {
namespace {

using Flow = OrderedFlow<int, int>;

Flow::Next counting(int to) {
  return [at = std::make_shared<int>(0), to]() -> Result<std::optional<int>> {
    if (*at == to) return std::optional<int>();
    return std::optional<int>((*at)++);
  };
}

TEST(OrderedFlow, DeliversInTheOrderOfTheSequence) {
  std::vector<int> delivered;
  std::atomic<unsigned> turn = 0;
  const auto work = [&](int item, int) -> Result<int> {
    std::mt19937 random(turn++);
    for (auto n = random() % 2000; n > 0; --n) std::this_thread::yield();
    return item * 2;
  };
  const auto deliver = [&](int result) {
    delivered.push_back(result);
    return Status::ok();
  };
  ASSERT_TRUE(Flow::run({.threads = 4, .window = 7}, counting(500), work, deliver).is_ok());
  ASSERT_EQ(delivered.size(), 500u);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(delivered[static_cast<size_t>(i)], 2 * i);
}

TEST(OrderedFlow, NeverHoldsMoreThanItsWindow) {
  std::atomic<int> read = 0, delivered = 0, most = 0;
  const auto next = [&]() -> Result<std::optional<int>> {
    if (read == 200) return std::optional<int>();
    const int held = ++read - delivered;
    if (held > most) most = held;
    return std::optional<int>(read - 1);
  };
  const auto deliver = [&](int) {
    ++delivered;
    return Status::ok();
  };
  ASSERT_TRUE(Flow::run(
                  {.threads = 3, .window = 5}, next,
                  [](int item, int) -> Result<int> { return item; }, deliver)
                  .is_ok());
  EXPECT_LE(most, 6);  // the window, and what is being delivered
}

TEST(OrderedFlow, StopsAtTheFirstError) {
  std::vector<int> delivered;
  const auto work = [](int item, int) -> Result<int> {
    if (item == 20) return Status(Code::kCorrupt, "the twentieth");
    return item;
  };
  const auto deliver = [&](int result) {
    delivered.push_back(result);
    return Status::ok();
  };
  const Status status = Flow::run({.threads = 2, .window = 4}, counting(1'000'000), work, deliver);
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_LE(delivered.size(), 20u);
}

TEST(OrderedFlow, ErrorsOfReadingAndOfDeliveringEndItToo) {
  const auto bad_next = []() -> Result<std::optional<int>> { return Status(Code::kIo, "gone"); };
  const auto same = [](int item, int) -> Result<int> { return item; };
  const auto fine = [](int) { return Status::ok(); };
  EXPECT_EQ(Flow::run({.threads = 2}, bad_next, same, fine).code(), Code::kIo);
  const auto full = [](int) { return Status(Code::kDiskFull, "full"); };
  EXPECT_EQ(Flow::run({.threads = 2}, counting(100), same, full).code(), Code::kDiskFull);
}

TEST(OrderedFlow, EndsWhenItIsToldToStop) {
  std::stop_source source;
  const auto work = [&](int item, int) -> Result<int> {
    if (item == 10) source.request_stop();
    return item;
  };
  const auto endless = [at = std::make_shared<int>(0)]() -> Result<std::optional<int>> {
    return std::optional<int>((*at)++);
  };
  const Status status = Flow::run({.threads = 2, .window = 4, .stop = source.get_token()}, endless,
                                  work, [](int) { return Status::ok(); });
  EXPECT_EQ(status.code(), Code::kCancelled);
}

}  // namespace
}  // namespace howdah::data
