#include "yarn/scheduler_client.h"

#include <gtest/gtest.h>

#include "yarn/scripted_scheduler.h"

namespace howdah::yarn {
namespace {

Deadline soon() {
  return Deadline::after(std::chrono::seconds(20));
}

class SchedulerClientTest : public testing::Test {
 protected:
  void SetUp() override {
    auto client =
        SchedulerClient::create(scheduler_.configuration(), ScriptedScheduler::credentials());
    ASSERT_TRUE(client) << client.status().to_string();
    client_ = *std::move(client);
    const auto registered = client_->register_master({"host", 1, "url"}, soon());
    ASSERT_TRUE(registered) << registered.status().to_string();
    EXPECT_EQ(registered->maximum, (Resource{4096, 4, 0}));
    EXPECT_EQ(registered->queue, "default");
  }
  Result<Allocation> allocate(const std::vector<Ask>& asks = {}) {
    return client_->allocate(asks, {}, 0.5F, soon());
  }
  ScriptedScheduler scheduler_;
  std::unique_ptr<SchedulerClient> client_;
};

TEST_F(SchedulerClientTest, counts_its_responses_and_says_what_it_asks) {
  scheduler_.then([](const auto& request) {
    EXPECT_EQ(request.response_id(), 0);
    EXPECT_EQ(request.progress(), 0.5F);
    EXPECT_EQ(request.ask_size(), 1);
    EXPECT_EQ(request.ask(0).resource_name(), "*");
    EXPECT_EQ(request.ask(0).num_containers(), 3);
    EXPECT_EQ(request.ask(0).capability().memory(), 1024);
    EXPECT_EQ(request.ask(0).allocation_request_id(), 7);
    EXPECT_EQ(request.ask(0).node_label_expression(), "fast");
    return ScriptedScheduler::answer(granting(request, {2}, 7));
  });
  scheduler_.then([](const auto& request) {
    EXPECT_EQ(request.response_id(), 1);
    return ScriptedScheduler::answer(granting(request, {}, 7));
  });
  const auto first = allocate({{7, 3, {1024, 1, 0}, "fast"}});
  ASSERT_TRUE(first) << first.status().to_string();
  ASSERT_EQ(first->granted.size(), 1U);
  EXPECT_EQ(first->granted[0].ask_id, 7);
  EXPECT_TRUE(allocate());
}

TEST_F(SchedulerClientTest, asks_with_the_same_number_after_a_lost_answer) {
  for (int i = 0; i < 2; ++i) {
    scheduler_.then([i](const auto& request) {
      EXPECT_EQ(request.response_id(), 0);
      return i == 0 ? ScriptedScheduler::break_off()
                    : ScriptedScheduler::answer(granting(request, {2}, 1));
    });
  }
  const auto allocation = allocate();
  ASSERT_TRUE(allocation) << allocation.status().to_string();
  EXPECT_EQ(allocation->granted.size(), 1U);
}

TEST_F(SchedulerClientTest, registers_again_and_counts_from_zero_when_it_was_forgotten) {
  ASSERT_TRUE(allocate());
  scheduler_.then([](const auto& request) {
    EXPECT_EQ(request.response_id(), 1);
    return ScriptedScheduler::exception(
        "org.apache.hadoop.yarn.exceptions.ApplicationMasterNotRegisteredException");
  });
  const auto allocation = allocate();
  ASSERT_TRUE(allocation) << allocation.status().to_string();
  EXPECT_TRUE(allocation->forgotten);
  EXPECT_EQ(scheduler_.registrations(), 2);
  scheduler_.then([](const auto& request) {
    EXPECT_EQ(request.response_id(), 0);
    return ScriptedScheduler::answer(granting(request, {}, 1));
  });
  const auto next = allocate();
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->forgotten);
}

TEST_F(SchedulerClientTest, obeys_commands_and_takes_their_absence_for_none) {
  const auto commanding = [](proto::AMCommandProto command) {
    return [command](const proto::AllocateRequestProto& request) {
      auto response = granting(request, {}, 1);
      response.set_a_m_command(command);
      return ScriptedScheduler::answer(response);
    };
  };
  ASSERT_TRUE(allocate());
  EXPECT_EQ(scheduler_.registrations(), 1);
  scheduler_.then(commanding(proto::AM_RESYNC));
  EXPECT_TRUE(allocate()->forgotten);
  scheduler_.then(commanding(proto::AM_SHUTDOWN));
  EXPECT_EQ(allocate().status().code(), Code::kAborted);
}

TEST_F(SchedulerClientTest, ends_when_another_attempt_took_over) {
  scheduler_.then([](const auto&) {
    return ScriptedScheduler::exception(
        "org.apache.hadoop.yarn.exceptions.ApplicationAttemptNotFoundException");
  });
  const auto allocation = allocate();
  EXPECT_EQ(allocation.status().code(), Code::kAborted);
  EXPECT_NE(allocation.status().message().find("another attempt"), std::string::npos);
}

TEST_F(SchedulerClientTest, keeps_the_newest_token_of_each_node) {
  for (const char* password : {"old", "new"}) {
    scheduler_.then([password](const auto& request) {
      auto response = granting(request, {}, 1);
      auto* entry = response.add_nm_tokens();
      entry->mutable_nodeid()->set_host("node");
      entry->mutable_nodeid()->set_port(1);
      entry->mutable_token()->set_password(password);
      return ScriptedScheduler::answer(response);
    });
    ASSERT_TRUE(allocate());
    EXPECT_EQ(client_->node_token({"node", 1})->password, password);
  }
  EXPECT_FALSE(client_->node_token({"node", 2}));
}

TEST_F(SchedulerClientTest, finishes_until_it_is_noted) {
  EXPECT_TRUE(client_->finish(FinalStatus::kSucceeded, "done", "", soon()));
}

TEST(SchedulerClient, without_a_masters_token_says_so) {
  hadoop::Configuration configuration;
  configuration.set("yarn.resourcemanager.scheduler.address", "127.0.0.1:1");
  EXPECT_EQ(SchedulerClient::create(configuration, {}).status().code(), Code::kUnauthenticated);
}

}  // namespace
}  // namespace howdah::yarn
