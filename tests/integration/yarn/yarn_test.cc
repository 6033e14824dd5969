// Applications on a real cluster, whose master is am_probe.
#include <algorithm>

#include "real_yarn.h"

namespace howdah::yarn {
namespace {
using std::chrono::seconds;
using testing::HasSubstr;

TEST_F(RealYarn, tells_how_each_container_ended) {
  run_scene({"ends"});
}
TEST_F(RealYarn, brings_every_argument_variable_secret_and_file_to_a_container) {
  run_scene({"gifts"});
}
TEST_F(RealYarn, grants_and_takes_back) {
  run_scene({"two"});
}
TEST_F(RealYarn, says_why_an_ask_waits) {
  run_scene({"refusals"});
}
TEST_F(RealYarn, finds_running_containers_again_after_a_killed_master) {
  run_scene({"survive"});
}

TEST_F(RealYarn, reports_an_application_and_its_logs) {
  const Submission submitted = submission({"two"});
  ASSERT_TRUE(client_->submit_application(submitted, soon()));
  const ApplicationReport running = follow(
      submitted.id, [](const auto& report) { return report.state == ApplicationState::kRunning; });
  EXPECT_EQ(running.host, "localhost");
  EXPECT_EQ(running.rpc_port, 4711);
  EXPECT_EQ(running.original_tracking_url, "http://localhost:4712/");
  EXPECT_EQ(running.attempt, 1);
  const ApplicationReport report = follow(submitted.id);
  EXPECT_EQ(report.type, kApplicationType);
  EXPECT_EQ(report.name, submitted.name);
  EXPECT_EQ(report.user, user_.name);
  EXPECT_GT(report.finished_ms, report.submitted_ms);
  const auto listed = client_->get_applications(
      {{kApplicationType}, {user_.name}, {ApplicationState::kFinished}}, soon());
  ASSERT_TRUE(listed) << listed.status().to_string();
  EXPECT_TRUE(std::any_of(listed->begin(), listed->end(),
                          [&](const auto& entry) { return entry.id == submitted.id; }));
  EXPECT_THAT(master_log(submitted.id), HasSubstr("ok release ends it\n"));
  EXPECT_EQ(client_->get_application_report({1, 1}, soon()).status().code(), Code::kNotFound);
}

TEST_F(RealYarn, reads_the_log_of_a_running_container) {
  Submission submitted = submission({"unused"});
  submitted.master.command = {"sh", "-c", "echo here I am >&2; exec tail -f /dev/null"};
  submitted.max_attempts = 1;
  ASSERT_TRUE(client_->submit_application(submitted, soon()));
  std::string log;
  for (const Deadline deadline = soon(); log.empty() && !deadline.expired();) {
    const auto containers = client_->get_containers({submitted.id, 1}, soon());
    if (containers && !containers->empty() && !containers->front().node_http.empty()) {
      const auto read =
          read_container_log(configuration_, containers->front().node_http,
                             containers->front().id.to_string(), "stderr", kLogBytes, soon());
      if (read) log = *read;
    }
    pause(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(log, "here I am\n");
  EXPECT_TRUE(client_->force_kill_application(submitted.id, "enough seen", soon()));
  const ApplicationReport report = follow(submitted.id);
  EXPECT_EQ(report.state, ApplicationState::kKilled);
  EXPECT_EQ(failure_of(report).code(), Code::kCancelled);
  EXPECT_THAT(report.diagnostics, HasSubstr("enough seen"));
  EXPECT_TRUE(client_->force_kill_application(submitted.id, "twice", soon()));
}

TEST_F(RealYarn, lists_queues_and_nodes) {
  const auto root = client_->get_queue_info("root", soon());
  ASSERT_TRUE(root) << root.status().to_string();
  EXPECT_FALSE(root->children.empty());
  const auto queue = client_->get_queue_info("default", soon());
  ASSERT_TRUE(queue) << queue.status().to_string();
  EXPECT_EQ(queue->path, "root.default");
  EXPECT_TRUE(queue->running);
  const auto nodes = client_->get_cluster_nodes(soon());
  ASSERT_TRUE(nodes) << nodes.status().to_string();
  ASSERT_FALSE(nodes->empty());
  EXPECT_GT(nodes->front().capability.memory_mib, 0);
}

TEST_F(RealYarn, finds_fault_with_a_request_before_it_is_submitted) {
  EXPECT_TRUE(client_->check_request("default", {256, 1, 0}, soon()));
  const Status unknown = client_->check_request("defualt", {256, 1, 0}, soon());
  EXPECT_EQ(unknown.code(), Code::kNotFound);
  EXPECT_THAT(unknown.to_string(), HasSubstr("no queue 'defualt'; did you mean 'default'?"));
  const Status parent = client_->check_request("root", {256, 1, 0}, soon());
  EXPECT_EQ(parent.code(), Code::kNotFound);
  EXPECT_THAT(parent.to_string(), HasSubstr("default"));
  const Status large = client_->check_request("default", {1 << 20, 1, 0}, soon());
  EXPECT_EQ(large.code(), Code::kInvalidArgument);
  EXPECT_THAT(large.message(), HasSubstr("1048576 MiB"));
  EXPECT_THAT(large.message(), HasSubstr("at most"));
  const Status above_queue = client_->check_request("small", {2048, 1, 0}, soon());
  EXPECT_EQ(above_queue.code(), Code::kInvalidArgument);
  EXPECT_THAT(above_queue.message(), HasSubstr("queue 'small' gives at most 1024 MiB"));
  EXPECT_EQ(client_->check_request("default", {256, 1, 1}, soon()).code(), Code::kInvalidArgument);
}

TEST_F(RealYarn, types_the_failure_of_an_application_in_an_unknown_queue) {
  Submission submitted = submission({"two"});
  submitted.queue = "no-such-queue";
  const Status status = client_->submit_application(submitted, soon());
  const Status failure = status ? failure_of(follow(submitted.id)) : status;
  EXPECT_EQ(failure.code(), Code::kNotFound) << failure.to_string();
  EXPECT_THAT(failure.message(), HasSubstr("no-such-queue"));
}

TEST_F(RealYarn, types_the_refusal_of_a_master_that_is_too_large) {
  Submission submitted = submission({"two"});
  submitted.resource = {1 << 20, 1, 0};
  const Status status = client_->submit_application(submitted, soon());
  EXPECT_EQ(status.code(), Code::kInvalidArgument) << status.to_string();
}

TEST_F(RealYarn, names_the_key_of_a_resource_manager_that_is_not_there) {
  configuration_.set("yarn.resourcemanager.address", "127.0.0.1:1");
  const auto client = connect("anybody");
  const auto report = client->get_application_report({1, 1}, Deadline::after(seconds(2)));
  EXPECT_EQ(report.status().code(), Code::kUnavailable) << report.status().to_string();
  EXPECT_THAT(report.status().to_string(), HasSubstr("yarn.resourcemanager.address"));
  EXPECT_EQ(report.status().peer(), "127.0.0.1:1");
}

}  // namespace
}  // namespace howdah::yarn
