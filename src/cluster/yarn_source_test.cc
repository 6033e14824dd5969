#include "cluster/yarn_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "yarn/scripted_scheduler.h"

namespace howdah::cluster {
namespace {
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using yarn::granting;
using yarn::ScriptedScheduler;
using yarn::proto::AllocateRequestProto;

constexpr int64_t kMib = 1 << 20;
const ContainerSize kSmall{256 * kMib, 1, 0, ""};

Deadline soon() {
  return Deadline::after(seconds(20));
}

// Containers' numbers in an allocate's releases.
std::vector<int64_t> released(const AllocateRequestProto& request) {
  std::vector<int64_t> numbers;
  for (const auto& id : request.release()) numbers.push_back(id.id());
  return numbers;
}

// The heartbeat is so slow that one is sent only when there is something to say.
class YarnSourceTest : public testing::Test {
 protected:
  void start() {
    YarnOptions options;
    options.configuration = scheduler_.configuration();
    options.credentials = ScriptedScheduler::credentials();
    options.registration = {"host", 1, ""};
    options.heartbeat = std::chrono::minutes(5);
    auto source = YarnSource::start(std::move(options), soon());
    ASSERT_TRUE(source) << source.status().to_string();
    source_ = std::move(*source);
  }
  void start_after_first_heartbeat() {
    auto heard = expect_heartbeat(
        [](const auto& request) { return ScriptedScheduler::answer(granting(request, {}, 0)); });
    start();
    heard.get();
  }
  // The next heartbeat's request, answered so.
  std::future<AllocateRequestProto> expect_heartbeat(ScriptedScheduler::Allocate answer) {
    auto heard = std::make_shared<std::promise<AllocateRequestProto>>();
    scheduler_.then([heard, answer = std::move(answer)](const auto& request) {
      auto result = answer(request);
      heard->set_value(request);
      return result;
    });
    return heard->get_future();
  }
  std::future<AllocateRequestProto> expect_heartbeat_granting(std::vector<int64_t> numbers) {
    return expect_heartbeat([numbers](const auto& request) {
      return ScriptedScheduler::answer(
          granting(request, numbers, request.ask(0).allocation_request_id()));
    });
  }
  std::future<AllocateRequestProto> expect_heartbeat_completing(int64_t number, int exit_status) {
    return expect_heartbeat([number, exit_status](const auto& request) {
      auto response = granting(request, {}, 0);
      auto* status = response.add_completed_container_statuses();
      status->mutable_container_id()->mutable_app_attempt_id()->set_attemptid(1);
      status->mutable_container_id()->set_id(number);
      status->set_exit_status(exit_status);
      status->set_diagnostics("words of YARN");
      return ScriptedScheduler::answer(response);
    });
  }
  template <typename E>
  E expect() {
    auto event = source_->next(soon());
    EXPECT_TRUE(event) << event.status().to_string();
    if (!event) return {};
    EXPECT_TRUE(std::holds_alternative<E>(*event)) << "event " << event->index();
    const E* found = std::get_if<E>(&*event);
    return found ? *found : E{};
  }

  ScriptedScheduler scheduler_;
  std::unique_ptr<YarnSource> source_;
};

TEST_F(YarnSourceTest, asks_once_for_a_number_and_gives_back_what_is_more) {
  start_after_first_heartbeat();
  auto asked = expect_heartbeat_granting({2, 3, 4});
  source_->ask(2, kSmall);
  const auto request = asked.get();
  ASSERT_EQ(request.ask_size(), 1);
  EXPECT_EQ(request.ask(0).num_containers(), 2);
  EXPECT_EQ(request.ask(0).capability().memory(), 256);
  EXPECT_EQ(expect<Granted>().node, "node:1");
  EXPECT_THAT(expect<Granted>().container, HasSubstr("_000003"));
  EXPECT_EQ(source_->next(Deadline::after(seconds(0))).status().code(), Code::kDeadlineExceeded);
}

TEST_F(YarnSourceTest, gives_back_at_once_what_nobody_asked_for) {
  start_after_first_heartbeat();
  auto asked = expect_heartbeat_granting({2, 3, 4});
  auto returned = expect_heartbeat(
      [](const auto& request) { return ScriptedScheduler::answer(granting(request, {}, 0)); });
  source_->ask(1, kSmall);
  asked.get();
  EXPECT_THAT(released(returned.get()), ElementsAre(3, 4));
}

TEST_F(YarnSourceTest, gives_back_a_grant_of_a_size_asked_for_before) {
  start_after_first_heartbeat();
  auto small = expect_heartbeat(
      [](const auto& request) { return ScriptedScheduler::answer(granting(request, {}, 0)); });
  source_->ask(1, kSmall);
  const int64_t small_id = small.get().ask(0).allocation_request_id();
  auto large = expect_heartbeat([small_id](const auto& request) {
    return ScriptedScheduler::answer(granting(request, {2}, small_id));
  });
  auto returned = expect_heartbeat(
      [](const auto& request) { return ScriptedScheduler::answer(granting(request, {}, 0)); });
  source_->ask(1, {512 * kMib, 1, 0, ""});
  const auto request = large.get();
  ASSERT_EQ(request.ask_size(), 2);
  EXPECT_EQ(request.ask(0).allocation_request_id(), small_id);
  EXPECT_EQ(request.ask(0).num_containers(), 0);
  EXPECT_NE(request.ask(1).allocation_request_id(), small_id);
  EXPECT_EQ(request.ask(1).capability().memory(), 512);
  EXPECT_THAT(released(returned.get()), ElementsAre(2));
}

TEST_F(YarnSourceTest, counts_a_grant_that_nobody_has_seen_yet_and_takes_it_back) {
  start_after_first_heartbeat();
  auto asked = expect_heartbeat_granting({2, 3});
  source_->ask(2, kSmall);
  expect<Granted>();
  auto returned = expect_heartbeat(
      [](const auto& request) { return ScriptedScheduler::answer(granting(request, {}, 0)); });
  source_->ask(1, kSmall);  // that is the one in the queue: nothing is sent
  source_->ask(0, kSmall);
  const auto request = returned.get();
  EXPECT_EQ(request.ask_size(), 0);
  EXPECT_THAT(released(request), ElementsAre(3));
  EXPECT_EQ(source_->next(Deadline::after(seconds(0))).status().code(), Code::kDeadlineExceeded);
}

TEST_F(YarnSourceTest, asks_again_after_the_resource_manager_forgot_it) {
  start_after_first_heartbeat();
  auto forgotten = expect_heartbeat([](const auto&) {
    return ScriptedScheduler::exception(
        "org.apache.hadoop.yarn.exceptions.ApplicationMasterNotRegisteredException");
  });
  auto again = expect_heartbeat_granting({2});
  source_->ask(3, kSmall);
  forgotten.get();
  const auto request = again.get();
  EXPECT_EQ(request.response_id(), 0);
  ASSERT_EQ(request.ask_size(), 1);
  EXPECT_EQ(request.ask(0).num_containers(), 3);
  expect<Granted>();
  EXPECT_EQ(scheduler_.registrations(), 2);
}

TEST_F(YarnSourceTest, is_at_its_end_when_another_attempt_took_over) {
  scheduler_.then([](const auto&) {
    return ScriptedScheduler::exception(
        "org.apache.hadoop.yarn.exceptions.ApplicationAttemptNotFoundException");
  });
  start();
  EXPECT_EQ(expect<Ended>().why.code(), Code::kAborted);
  source_->ask(1, kSmall);
  EXPECT_EQ(source_->finish(true, "", soon()).code(), Code::kAborted);
}

TEST_F(YarnSourceTest, tells_a_preempted_and_a_lost_container_from_one_it_gave_back) {
  start_after_first_heartbeat();
  auto asked = expect_heartbeat_granting({2, 3, 4});
  source_->ask(3, kSmall);
  expect<Granted>();
  const std::string second = expect<Granted>().container;
  expect<Granted>();
  auto preempted = expect_heartbeat_completing(2, -102);
  source_->ask(1, kSmall);
  Finished finished = expect<Finished>();
  EXPECT_EQ(finished.cause, ExitCause::kPreempted);
  EXPECT_EQ(finished.diagnostics, "words of YARN");
  auto released_and_lost = expect_heartbeat_completing(4, -100);
  source_->release(second);
  finished = expect<Finished>();
  EXPECT_EQ(finished.container, second);
  EXPECT_EQ(finished.cause, ExitCause::kStopped);
  finished = expect<Finished>();
  EXPECT_THAT(finished.container, HasSubstr("_000004"));
  EXPECT_EQ(finished.cause, ExitCause::kNodeLost);
  EXPECT_THAT(released(released_and_lost.get()), ElementsAre(3));
}

TEST_F(YarnSourceTest, a_container_that_cannot_be_launched_is_finished_and_given_back) {
  start_after_first_heartbeat();
  auto asked = expect_heartbeat_granting({2});
  source_->ask(1, kSmall);
  const std::string container = expect<Granted>().container;
  auto returned = expect_heartbeat(
      [](const auto& request) { return ScriptedScheduler::answer(granting(request, {}, 0)); });
  source_->launch(container, {{"true"}, {}, {}, {}});
  const Finished finished = expect<Finished>();
  EXPECT_EQ(finished.container, container);
  EXPECT_EQ(finished.cause, ExitCause::kLaunch);
  EXPECT_THAT(finished.diagnostics, HasSubstr("NMToken"));
  EXPECT_THAT(released(returned.get()), ElementsAre(2));
}

TEST_F(YarnSourceTest, says_without_asking_that_a_container_is_too_large) {
  start_after_first_heartbeat();
  source_->ask(1, {8192 * kMib, 1, 0, ""});
  EXPECT_THAT(expect<Waiting>().reason, HasSubstr("queue default gives at most 4096 MiB"));
}

TEST_F(YarnSourceTest, finish_gives_back_what_it_holds_and_signs_off) {
  start_after_first_heartbeat();
  auto asked = expect_heartbeat_granting({2});
  source_->ask(1, kSmall);
  expect<Granted>();
  auto last = expect_heartbeat(
      [](const auto& request) { return ScriptedScheduler::answer(granting(request, {}, 0)); });
  EXPECT_TRUE(source_->finish(true, "done", soon()));
  EXPECT_THAT(released(last.get()), ElementsAre(2));
}

}  // namespace
}  // namespace howdah::cluster
