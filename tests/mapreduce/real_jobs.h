// Streaming jobs on a real cluster, in a folder of HDFS of the test's own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <sstream>

#include "fs/path.h"
#include "mapreduce/jobs.h"
#include "mapreduce/splits.h"

namespace howdah::mapreduce {

inline Deadline soon() {
  return Deadline::after(std::chrono::seconds(100));
}

class RealJobs : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::getenv("HADOOP_CONF_DIR"))
      GTEST_SKIP() << "HADOOP_CONF_DIR is not set: ./dev cluster up, ./dev cluster env";
    auto configuration = hadoop::Configuration::load_default();
    ASSERT_TRUE(configuration) << configuration.status().to_string();
    configuration_ = *std::move(configuration);
    user_ = *hadoop::User::current();
    auto jobs = Jobs::create(configuration_, user_, {});
    ASSERT_TRUE(jobs) << jobs.status().to_string();
    jobs_.emplace(*std::move(jobs));
    root_ = "/tmp/mapreduce-test-" + std::to_string(::getpid());
    files_ = jobs_->files().resolve(root_)->files;
  }
  void TearDown() override {
    if (files_) [[maybe_unused]]
      const Status removed = files_->remove(root_, true, soon());
  }

  std::string path(const std::string& name) const { return root_ + "/" + name; }
  void write(const std::string& name, const std::string& content) {
    const Status written = fs::write_file(*files_, path(name), as_bytes(content), {}, soon());
    ASSERT_TRUE(written) << written.to_string();
  }
  // The parts' contents, one after another.
  std::string read_parts(const std::string& folder) {
    const auto entries = files_->list(path(folder), soon());
    EXPECT_TRUE(entries) << entries.status().to_string();
    std::string content;
    if (!entries) return content;
    for (const auto& entry : *entries)
      if (entry.name().starts_with("part-"))
        content += *fs::read_file(*files_, entry.path, 10 << 20, soon());
    return content;
  }
  bool exists(const std::string& where) { return files_->stat(where, soon()).is_ok(); }
  // This user's staging folders.
  size_t staged() {
    const std::string home =
        configuration_.get("yarn.app.mapreduce.am.staging-dir", "/tmp/hadoop-yarn/staging");
    const auto entries = files_->list(fs::join_path(home, user_.name) + "/.staging", soon());
    return entries ? entries->size() : 0;
  }

  StreamingJob job_over(const std::vector<std::string>& inputs, const SplitLimits& limits = {}) {
    StreamingJob job;
    std::vector<std::string> uris;
    for (const std::string& input : inputs) uris.push_back(path(input));
    auto splits = plan_splits(jobs_->files(), uris, limits, soon());
    EXPECT_TRUE(splits) << splits.status().to_string();
    if (splits) job.splits = *std::move(splits);
    job.name = testing::UnitTest::GetInstance()->current_test_info()->name();
    job.output_uri = path("out");
    return job;
  }
  Result<JobEnd> run(const StreamingJob& job) {
    return jobs_->run(job, [this](const JobProgress& progress) { heard_.push_back(progress); }, {});
  }
  JobEnd run_well(const StreamingJob& job) {
    auto end = run(job);
    EXPECT_TRUE(end) << end.status().to_string();
    if (!end) return {};
    EXPECT_TRUE(end->succeeded) << end->diagnostics;
    for (const TaskFailure& failure : end->failures)
      if (!end->succeeded) ADD_FAILURE() << failure.diagnostics << failure.stderr_tail;
    return *std::move(end);
  }

  hadoop::Configuration configuration_;
  hadoop::User user_;
  std::optional<Jobs> jobs_;
  std::string root_;
  std::shared_ptr<fs::FileSystem> files_;
  std::vector<JobProgress> heard_;
};

}  // namespace howdah::mapreduce
