// Applications on a real cluster, whose master is am_probe.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/mutex.h"
#include "yarn/application_client.h"
#include "yarn/container_logs.h"

namespace howdah::yarn {

inline constexpr size_t kLogBytes = 1 << 20;

inline Deadline soon() {
  return Deadline::after(std::chrono::seconds(100));
}

// Between two questions to a cluster that tells nothing of itself.
inline void pause(std::chrono::milliseconds time) {
  Mutex mutex;
  Condition never;
  const MutexLock lock(mutex);
  never.wait(mutex, Deadline::after(time));
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
    for (const Deadline deadline = soon();;) {
      const auto report = client_->get_application_report(id, soon());
      EXPECT_TRUE(report) << report.status().to_string();
      if (!report || is_over(report->state) || enough(*report))
        return report ? *report : ApplicationReport{};
      EXPECT_FALSE(deadline.expired()) << state_name(report->state) << ": " << report->diagnostics;
      if (deadline.expired()) return *report;
      pause(std::chrono::milliseconds(100));
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
    for (const Deadline deadline = Deadline::after(std::chrono::seconds(60));;) {
      const auto log = read_aggregated_log(configuration_, attempts->back().master.to_string(),
                                           file, kLogBytes, soon());
      if (log) return *log;
      EXPECT_EQ(log.status().code(), Code::kNotFound) << log.status().to_string();
      if (deadline.expired()) return {};
      pause(std::chrono::milliseconds(200));
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
    EXPECT_THAT(report.diagnostics, testing::HasSubstr("all as promised"));
  }

  std::string conf_dir_;
  hadoop::Configuration configuration_;
  hadoop::User user_;
  std::unique_ptr<ApplicationClient> client_;
};

}  // namespace howdah::yarn
