// Applications on a real cluster, whose master is am_probe.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/mutex.h"
#include "yarn/application_client.h"
#include "yarn/container_logs.h"

namespace howdah::yarn {
namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr size_t kLogBytes = 1 << 20;

Deadline soon() {
  return Deadline::after(seconds(100));
}

class RealYarn : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("HADOOP_CONF_DIR");
    if (!folder) GTEST_SKIP() << "HADOOP_CONF_DIR is not set: ./dev cluster up, ./dev cluster env";
    conf_dir_ = folder;
    auto configuration = hadoop::Configuration::load_default();
    ASSERT_TRUE(configuration) << configuration.status().to_string();
    configuration_ = *std::move(configuration);
    user_ = *hadoop::User::current();
    client_ = connect(user_.name);
  }

  std::unique_ptr<ApplicationClient> connect(const std::string& user) {
    auto client = ApplicationClient::create(configuration_, {user, ""}, {});
    EXPECT_TRUE(client) << client.status().to_string();
    return std::make_unique<ApplicationClient>(*std::move(client));
  }

  Submission submission(const std::vector<std::string>& scene) {
    Submission result;
    auto fresh = client_->get_new_application(soon());
    EXPECT_TRUE(fresh) << fresh.status().to_string();
    if (fresh) result.id = fresh->id;
    result.name = "yarn_test " + scene[0];
    result.resource = {256, 1, 0};
    result.master.command = {"./probe"};
    result.master.command.insert(result.master.command.end(), scene.begin(), scene.end());
    result.master.environment["HADOOP_CONF_DIR"] = conf_dir_;
    struct stat found {};
    EXPECT_EQ(stat(AM_PROBE, &found), 0);
    result.master.resources = {{"probe", std::string("file://") + AM_PROBE, found.st_size,
                                found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1'000'000,
                                false}};
    return result;
  }

  // Asks again at an interval, until the application is over or `enough` says so.
  template <typename Enough>
  ApplicationReport follow(const ApplicationId& id, Enough enough) {
    Mutex mutex;
    Condition never;
    for (const Deadline deadline = soon();;) {
      const auto report = client_->get_application_report(id, soon());
      EXPECT_TRUE(report) << report.status().to_string();
      if (!report || is_over(report->state) || enough(*report))
        return report ? *report : ApplicationReport{};
      EXPECT_FALSE(deadline.expired()) << state_name(report->state) << ": " << report->diagnostics;
      if (deadline.expired()) return *report;
      const MutexLock lock(mutex);
      never.wait(mutex, Deadline::after(milliseconds(100)));
    }
  }
  ApplicationReport follow(const ApplicationId& id) {
    return follow(id, [](const auto&) { return false; });
  }

  // The log of the last attempt's master; waits until it is aggregated.
  std::string master_log(const ApplicationId& id, const std::string& file = "stderr") {
    const auto attempts = client_->get_application_attempts(id, soon());
    EXPECT_TRUE(attempts) << attempts.status().to_string();
    if (!attempts || attempts->empty()) return {};
    Mutex mutex;
    Condition never;
    for (const Deadline deadline = Deadline::after(seconds(60));;) {
      const auto log = read_aggregated_log(configuration_, attempts->back().master.to_string(),
                                           file, kLogBytes, soon());
      if (log) return *log;
      EXPECT_EQ(log.status().code(), Code::kNotFound) << log.status().to_string();
      if (deadline.expired()) return {};
      const MutexLock lock(mutex);
      never.wait(mutex, Deadline::after(milliseconds(200)));
    }
  }

  void run_scene(const std::vector<std::string>& scene) {
    const Submission submitted = submission(scene);
    ASSERT_TRUE(client_->submit_application(submitted, soon()));
    const ApplicationReport report = follow(submitted.id);
    EXPECT_EQ(report.final_status, FinalStatus::kSucceeded)
        << state_name(report.state) << ": " << report.diagnostics << "\n"
        << master_log(submitted.id);
    EXPECT_TRUE(failure_of(report)) << failure_of(report).to_string();
    EXPECT_THAT(report.diagnostics, HasSubstr("all as promised"));
  }

  std::string conf_dir_;
  hadoop::Configuration configuration_;
  hadoop::User user_;
  std::unique_ptr<ApplicationClient> client_;
};

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
  Mutex mutex;
  Condition never;
  for (const Deadline deadline = soon(); log.empty() && !deadline.expired();) {
    const auto containers = client_->get_containers({submitted.id, 1}, soon());
    if (containers && !containers->empty() && !containers->front().node_http.empty()) {
      const auto read =
          read_container_log(configuration_, containers->front().node_http,
                             containers->front().id.to_string(), "stderr", kLogBytes, soon());
      if (read) log = *read;
    }
    const MutexLock lock(mutex);
    never.wait(mutex, Deadline::after(milliseconds(100)));
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
