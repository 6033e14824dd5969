#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>

#include "roles/control_client.h"
#include "roles/control_server.h"

namespace howdah::roles {
namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint32_t kAttempt = 7;

control::Hello hello(uint32_t worker) {
  control::Hello message;
  message.set_worker(worker);
  message.set_container("local-" + std::to_string(worker));
  return message;
}

control::FromWorker progress(int64_t applied) {
  control::FromWorker message;
  message.mutable_progress()->set_applied(applied);
  return message;
}

control::JobEvent announcement(const std::string& text) {
  control::JobEvent event;
  event.mutable_announcement()->set_text(text);
  return event;
}

control::JobEvent step_event(int64_t applied) {
  control::JobEvent event;
  event.mutable_progress()->set_applied(applied);
  return event;
}

class Control : public ::testing::Test {
 protected:
  void SetUp() override {
    secrets_ = *JobSecrets::create("test");
    server_ = *ControlServer::start(
        secrets_, kAttempt, [this](ControlEvent event) { mailbox_.post(std::move(event)); });
  }
  net::Address address() const { return {"127.0.0.1", static_cast<uint16_t>(server_->port())}; }
  static Deadline soon() { return Deadline::after(seconds(30)); }
  std::unique_ptr<WorkerSession> open(uint32_t worker) {
    auto session = WorkerSession::open(address(), secrets_, hello(worker), soon());
    EXPECT_TRUE(session) << session.status().to_string();
    return session ? std::move(*session) : nullptr;
  }
  template <typename T>
  T next() {
    auto event = mailbox_.take(soon());
    EXPECT_TRUE(event && std::holds_alternative<T>(*event));
    return event && std::holds_alternative<T>(*event) ? std::get<T>(*event) : T{};
  }
  // Everything that a follower who comes now is told until the server stops.
  std::vector<control::JobEvent> follow_to_the_end() {
    std::vector<control::JobEvent> events;
    EXPECT_TRUE(follow_job(
        address(), secrets_,
        [&](const control::JobEvent& event) {
          events.push_back(event);
          return !event.has_ended();
        },
        {}, soon()));
    return events;
  }

  JobSecrets secrets_;
  Mailbox<ControlEvent> mailbox_;
  std::unique_ptr<ControlServer> server_;
};

TEST_F(Control, a_session_begins_with_hello_and_the_attempt_of_the_master) {
  const auto session = open(3);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->attempt(), kAttempt);
  const auto event = next<FromWorkerEvent>();
  EXPECT_EQ(event.worker, 3U);
  EXPECT_EQ(event.message.hello().container(), "local-3");
}

TEST_F(Control, messages_go_both_ways_in_order) {
  const auto session = open(0);
  ASSERT_TRUE(session);
  next<FromWorkerEvent>();
  constexpr int kCount = 300;
  for (int i = 0; i < kCount; ++i) {
    EXPECT_TRUE(session->send(progress(i)));
    control::ToWorker halt;
    halt.mutable_halt()->set_generation(static_cast<uint64_t>(i));
    server_->send(0, halt);
  }
  for (int i = 0; i < kCount; ++i)
    EXPECT_EQ(next<FromWorkerEvent>().message.progress().applied(), i);
  for (int i = 0; i < kCount; ++i) {
    control::ToWorker message;
    ASSERT_TRUE(session->read(message));
    EXPECT_EQ(message.halt().generation(), static_cast<uint64_t>(i));
  }
}

TEST_F(Control, the_end_of_a_session_is_told_after_its_last_message) {
  const auto session = open(2);
  ASSERT_TRUE(session);
  next<FromWorkerEvent>();
  session->send(progress(5));
  session->finish_sending();
  control::ToWorker message;
  EXPECT_FALSE(session->read(message));
  EXPECT_EQ(next<FromWorkerEvent>().message.progress().applied(), 5);
  EXPECT_EQ(next<SessionEnded>().worker, 2U);
}

TEST_F(Control, a_cancelled_session_ends_too) {
  const auto session = open(2);
  ASSERT_TRUE(session);
  next<FromWorkerEvent>();
  session->cancel();
  EXPECT_EQ(next<SessionEnded>().worker, 2U);
}

TEST_F(Control, a_worker_that_dials_again_replaces_its_session_silently) {
  const auto first = open(4);
  ASSERT_TRUE(first);
  next<FromWorkerEvent>();
  const auto second = open(4);
  ASSERT_TRUE(second);
  next<FromWorkerEvent>();
  control::ToWorker message;
  EXPECT_FALSE(first->read(message)) << "the former session stays open";
  second->send(progress(1));
  EXPECT_EQ(next<FromWorkerEvent>().message.progress().applied(), 1);
}

TEST_F(Control, a_stranger_with_an_authority_of_his_own_is_refused) {
  const JobSecrets stranger = *JobSecrets::create("test");
  JobSecrets trusting = stranger;
  trusting.authority = secrets_.authority;
  const Deadline deadline = Deadline::after(seconds(2));
  for (const JobSecrets* secrets : {&stranger, static_cast<const JobSecrets*>(&trusting)})
    EXPECT_FALSE(WorkerSession::open(address(), *secrets, hello(0), deadline));
  EXPECT_FALSE(mailbox_.take(Deadline::after(milliseconds(0))));
}

TEST_F(Control, a_users_certificate_opens_no_session) {
  JobSecrets user = secrets_;
  user.worker = user.user;
  EXPECT_FALSE(WorkerSession::open(address(), user, hello(0), soon()));
  EXPECT_FALSE(mailbox_.take(Deadline::after(milliseconds(0))));
}

TEST_F(Control, a_workers_certificate_neither_follows_nor_stops) {
  JobSecrets worker = secrets_;
  worker.user = worker.worker;
  server_->publish(announcement("secret"));
  const Status followed = follow_job(
      address(), worker, [](const control::JobEvent&) { return ADD_FAILURE(), false; }, {}, soon());
  EXPECT_EQ(followed.code(), Code::kPermissionDenied);
  EXPECT_EQ(stop_job(address(), worker, "worker", soon()).code(), Code::kPermissionDenied);
  EXPECT_FALSE(mailbox_.take(Deadline::after(milliseconds(0))));
}

TEST_F(Control, the_user_may_stop_the_job) {
  EXPECT_TRUE(stop_job(address(), secrets_, "alice", soon()));
  EXPECT_EQ(next<StopAsked>().who, "alice");
}

TEST_F(Control, a_late_follower_gets_every_announcement_and_the_latest_of_the_rest) {
  server_->publish(announcement("first"));
  server_->publish(step_event(1));
  server_->publish(announcement("second"));
  server_->publish(step_event(2));
  control::JobEvent ended;
  ended.mutable_ended()->set_summary_json("{}");
  server_->publish(ended);
  const auto events = follow_to_the_end();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].announcement().text(), "first");
  EXPECT_EQ(events[1].announcement().text(), "second");
  EXPECT_EQ(events[2].progress().applied(), 2);
  EXPECT_TRUE(events[3].has_ended());
}

TEST_F(Control, stop_ends_all_calls_after_what_is_queued) {
  const auto session = open(1);
  ASSERT_TRUE(session);
  std::vector<int64_t> told;
  std::latch follows(1);
  std::jthread follower([&] {
    const Status end = follow_job(
        address(), secrets_,
        [&](const control::JobEvent& event) {
          if (event.has_announcement()) follows.count_down();
          if (event.has_progress()) told.push_back(event.progress().applied());
          return true;
        },
        {}, soon());
    EXPECT_TRUE(end) << end.to_string();
  });
  server_->publish(announcement("come"));
  follows.wait();
  for (int i = 0; i < 100; ++i) server_->publish(step_event(i));
  server_->stop(soon());
  follower.join();
  ASSERT_EQ(told.size(), 100U);
  EXPECT_EQ(told.back(), 99);
  control::ToWorker message;
  EXPECT_FALSE(session->read(message));
  server_->stop(soon());
}

TEST_F(Control, a_follower_who_asks_no_more_is_let_go) {
  server_->publish(announcement("come"));
  std::stop_source stop;
  EXPECT_TRUE(follow_job(
      address(), secrets_,
      [&](const control::JobEvent&) {
        stop.request_stop();
        return true;
      },
      stop.get_token(), soon()));
}

TEST_F(Control, a_follower_who_does_not_read_is_ended_instead_of_kept_in_memory) {
  std::latch reads(1), full(1);
  Status followed;
  int64_t last = -1;
  std::jthread follower([&] {
    followed = follow_job(
        address(), secrets_,
        [&](const control::JobEvent& event) {
          if (event.has_announcement()) {
            reads.count_down();
            full.wait();
          }
          if (event.has_checkpointed()) last = event.checkpointed().step();
          return true;
        },
        {}, soon());
  });
  server_->publish(announcement("come"));
  reads.wait();
  constexpr int kCount = 400;
  control::JobEvent event;
  event.mutable_checkpointed()->set_uri(std::string(200'000, 'x'));
  for (int i = 0; i < kCount; ++i) {
    event.mutable_checkpointed()->set_step(i);
    server_->publish(event);
  }
  full.count_down();
  follower.join();
  EXPECT_FALSE(followed);
  EXPECT_LT(last, kCount - 1);
}

TEST_F(Control, words_that_are_no_utf_8_reach_a_follower) {
  server_->publish(announcement("worker 0: caf\xe9"));
  control::JobEvent ended;
  ended.mutable_ended();
  server_->publish(ended);
  const auto events = follow_to_the_end();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].announcement().text(), "worker 0: caf\xef\xbf\xbd");
}

}  // namespace
}  // namespace howdah::roles
