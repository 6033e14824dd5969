#include "real_jobs.h"

namespace howdah::mapreduce {
namespace {

using testing::HasSubstr;

class FailingMapReduce : public RealJobs {
 protected:
  yarn::ApplicationReport report_of(const std::string& application) {
    auto client = yarn::ApplicationClient::create(configuration_, user_, {});
    EXPECT_TRUE(client);
    const auto report =
        client->get_application_report(*yarn::ApplicationId::parse(application), soon());
    EXPECT_TRUE(report) << report.status().to_string();
    return report ? *report : yarn::ApplicationReport{};
  }
};

TEST_F(FailingMapReduce, a_mapper_that_fails_shows_its_stderr_and_leaves_no_output) {
  write("in/a", "good\n");
  write("in/b", "bad\n");
  StreamingJob job = job_over({"in"});
  job.mapper = "if grep -q bad; then echo 'cannot stand this' >&2; exit 3; fi";
  job.max_attempts = 1;
  const size_t staged_before = staged();
  const auto end = run(job);
  ASSERT_TRUE(end) << end.status().to_string();
  EXPECT_FALSE(end->succeeded);
  ASSERT_EQ(end->failures.size(), 1u);
  const TaskFailure& failure = end->failures.front();
  EXPECT_THAT(failure.attempt, testing::MatchesRegex("attempt_.*_m_00000[01]_0"));
  EXPECT_THAT(failure.diagnostics, HasSubstr("failed with code 3"));
  EXPECT_THAT(failure.stderr_tail, HasSubstr("cannot stand this"));
  EXPECT_FALSE(failure.node.empty());
  EXPECT_THAT(end->diagnostics, HasSubstr(failure.task));
  EXPECT_FALSE(exists(path("out")));
  EXPECT_EQ(staged(), staged_before);
}

// Each map writes into the output folder and to its output, before its first attempt fails.
TEST_F(FailingMapReduce, a_failed_first_attempt_leaves_no_doubles) {
  write("in/a", "a\n");
  write("in/b", "b\n");
  StreamingJob job = job_over({"in"});
  job.environment = {{"HADOOP_CONF_DIR", configuration_.folder()}};
  job.mapper =
      "tee own && " HOWDAH
      " fs put own $mapreduce_task_output_dir/own-$mapreduce_task_partition >&2 || exit 7\n"
      "case $mapreduce_task_attempt_id in *_0) exit 1;; esac";
  const JobEnd end = run_well(job);
  EXPECT_EQ(end.failures.size(), 2u);
  EXPECT_EQ(read_parts("out"), "a\t\nb\t\n");
  for (const auto& [name, content] : {std::pair("out/own-0", "a\n"), {"out/own-1", "b\n"}}) {
    const auto own = fs::read_file(*files_, path(name), 100, soon());
    ASSERT_TRUE(own) << own.status().to_string();
    EXPECT_EQ(*own, content);
  }
}

TEST_F(FailingMapReduce, what_failed_within_the_master_gets_containers_of_its_own) {
  write("in", "a\n");
  StreamingJob job = job_over({"in"});
  job.mapper = "cat; [ \"$mapreduce_job_ubertask_enable\" = false ]";
  const JobEnd end = run_well(job);
  ASSERT_EQ(end.failures.size(), 1u);
  EXPECT_NE(end.failures[0].diagnostics.find("failed with code 1"), std::string::npos);
  EXPECT_EQ(read_parts("out"), "a\t\n");
}

TEST_F(FailingMapReduce, stop_kills_the_application_and_leaves_nothing) {
  write("in/a", "a\n");
  write("in/b", "a\n");
  StreamingJob job = job_over({"in"});
  job.mapper = "echo begun; sleep 1000";
  const size_t staged_before = staged();
  std::stop_source stop;
  std::string application;
  const auto end = jobs_->run(
      job,
      [&](const JobProgress& progress) {
        application = progress.application_id;
        if (progress.maps_running > 0) stop.request_stop();
      },
      stop.get_token());
  EXPECT_EQ(end.status().code(), Code::kCancelled) << end.status().to_string();
  EXPECT_TRUE(yarn::is_over(report_of(application).state));
  EXPECT_EQ(report_of(application).final_status, yarn::FinalStatus::kKilled);
  EXPECT_FALSE(exists(path("out")));
  EXPECT_EQ(staged(), staged_before);
}

TEST_F(FailingMapReduce, somebody_elses_kill_is_told_as_such) {
  write("in", "a\n");
  StreamingJob job = job_over({"in"});
  job.mapper = "sleep 1000";
  auto client = yarn::ApplicationClient::create(configuration_, user_, {});
  ASSERT_TRUE(client);
  bool killed = false;
  const auto end = jobs_->run(
      job,
      [&](const JobProgress& progress) {
        if (progress.state != JobProgress::State::kRunning || std::exchange(killed, true)) return;
        EXPECT_TRUE(client->force_kill_application(
            *yarn::ApplicationId::parse(progress.application_id), "no more", soon()));
      },
      {});
  EXPECT_EQ(end.status().code(), Code::kCancelled) << end.status().to_string();
  EXPECT_FALSE(exists(path("out")));
}

TEST_F(FailingMapReduce, what_cannot_be_is_refused_before_anything_runs) {
  write("in", "a\n");
  const size_t staged_before = staged();
  StreamingJob job = job_over({"in"});
  job.mapper = "cat";
  StreamingJob other = job;
  other.queue = "defualt";
  EXPECT_EQ(run(other).status().code(), Code::kNotFound);
  other = job;
  other.output_uri = root_;
  EXPECT_EQ(run(other).status().code(), Code::kAlreadyExists);
  other = job;
  other.files = {{path("nowhere"), ""}};
  EXPECT_EQ(run(other).status().code(), Code::kNotFound);
  other = job;
  other.map_memory_mib = 1'000'000;
  EXPECT_EQ(run(other).status().code(), Code::kInvalidArgument);
  other = job;
  other.files = {{path("in"), "x"}, {path("in"), "x"}};
  EXPECT_EQ(run(other).status().code(), Code::kInvalidArgument);
  EXPECT_TRUE(exists(root_));
  EXPECT_EQ(staged(), staged_before);
}

}  // namespace
}  // namespace howdah::mapreduce
