#include "cli/prepare_verb.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/prepare_plan.h"
#include "cli/run_verb.h"
#include "job/job_spec.h"

namespace howdah::cli {
namespace {

const std::string kFlights =
    "name: flights\n"
    "prepare:\n"
    "  source: [hdfs:///raw/*.csv]\n"
    "  format: csv\n"
    "  steps:\n"
    "    - clean: {drop_missing: [dep_delay], drop_duplicates: true}\n"
    "    - normalize: {columns: [dep_delay, distance]}\n"
    "  split: {train: 0.8, validation: 0.1, test: 0.1, seed: 7, stratify: carrier}\n"
    "  partition: {by: [carrier, year(time_hour)], hash: tailnum, buckets: 16}\n"
    "  output: {uri: hdfs:///data/flights, target_file: 128 MiB}\n";

// A folder to work in, with a howdah-data that writes down what it was asked.
class PrepareVerb : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "prepare_verb_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    former_ = std::filesystem::current_path();
    std::filesystem::current_path(folder_);
    write("howdah-data", "#!/bin/sh\nprintf '%s\\n' \"$@\" > asked\ncat \"$3\" > spec\nexit 3\n");
    chmod("howdah-data", 0700);
    write("prep.yaml", kFlights);
    request_.job = "prep.yaml";
  }
  void TearDown() override {
    std::filesystem::current_path(former_);
    std::filesystem::remove_all(folder_);
  }
  static void write(const std::string& name, const std::string& text) {
    std::ofstream(name) << text;
  }
  static std::string read(const std::string& name) {
    std::ifstream file(name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // The exit code, and what came to standard output and standard error.
  int run() {
    Context context;
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = prepare(request_, context);
    std::fflush(stdout);
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }

  std::string folder_, out_, err_;
  std::filesystem::path former_;
  PrepareRequest request_;
};

using PrepareVerbDeathTest = PrepareVerb;

TEST_F(PrepareVerbDeathTest, becomes_howdah_data_with_the_specification) {
  request_.set = {"prepare.split.seed=9"};
  request_.overwrite = true;
  Context context;
  context.conf_dir = "/etc/hadoop";
  EXPECT_EXIT(std::exit(prepare(request_, context)), testing::ExitedWithCode(3), "");
  const std::string asked = read("asked");
  EXPECT_EQ(asked.rfind("prepare\n--spec\n/proc/self/fd/", 0), 0U) << asked;
  EXPECT_EQ(asked.substr(asked.find("--on")),
            "--on\nlocal\n--memory\n1073741824\n--overwrite\n--conf\n/etc/hadoop\n");
  const auto spec = prepare::PrepareSpec::from_json(read("spec"));
  ASSERT_TRUE(spec) << spec.status().to_string();
  EXPECT_EQ(spec->split.seed, 9U);
  EXPECT_EQ(spec->steps.size(), 3U);
}

TEST_F(PrepareVerbDeathTest, hands_the_wishes_for_mapreduce_on) {
  request_.on = "mapreduce";
  request_.json = true;
  request_.memory = "1.5GiB";
  request_.maps = 4;
  request_.reduces = 2;
  request_.queue = "etl";
  Context context;
  EXPECT_EXIT(std::exit(prepare(request_, context)), testing::ExitedWithCode(3), "");
  const std::string asked = read("asked");
  EXPECT_EQ(
      asked.substr(asked.find("--on")),
      "--on\nmapreduce\n--memory\n1610612736\n--json\n--maps\n4\n--reduces\n2\n--queue\netl\n");
}

TEST_F(PrepareVerbDeathTest, is_what_run_does_with_a_file_that_only_prepares) {
  Context context;
  JobRequest run;
  run.verb = "run";
  run.job = "prep.yaml";
  run.on = "yarn";
  EXPECT_EXIT(std::exit(run_and_follow(run, context, 0)), testing::ExitedWithCode(3), "");
  EXPECT_NE(read("asked").find("--on\nmapreduce\n"), std::string::npos);
}

TEST_F(PrepareVerb, checks_without_doing_anything) {
  request_.check = true;
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(out_,
            "flights\n"
            "  source     hdfs:///raw/*.csv (csv); bad records are dropped and counted\n"
            "  steps      1. clean.drop_missing(dep_delay)\n"
            "             2. clean.drop_duplicates\n"
            "             3. normalize.standard(dep_delay, distance)\n"
            "  split      train 80%, validation 10%, test 10%; stratified by carrier, seed 7\n"
            "  partition  carrier, then year=year(time_hour), then tailnum_bucket=16 buckets of "
            "tailnum; times in UTC, at most 10000 partitions\n"
            "  output     hdfs:///data/flights (parquet, compression zstd, files of 128 MiB)\n");
  EXPECT_FALSE(std::filesystem::exists("asked"));
  request_.json = true;
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["split"]["seed"], 7);
}

TEST_F(PrepareVerb, refuses_a_wrong_file_with_its_place) {
  write("prep.yaml", "name: a\nprepare: {source: /a, output: /b, formt: csv}\n");
  EXPECT_EQ(run(), 2);
  EXPECT_EQ(err_, "howdah: prep.yaml:2:35: unknown key 'prepare.formt'; did you mean 'format'?\n");
  write("prep.yaml",
        "name: a\ndata: {source: /d}\nmodel: {layers: [flatten, {dense: {units: 2}}]}\n");
  EXPECT_EQ(run(), 2);
  EXPECT_EQ(err_,
            "howdah: prep.yaml: the job file has no section 'prepare'; a training starts "
            "with: howdah run prep.yaml\n");
  request_.job = "none.yaml";
  EXPECT_EQ(run(), 2);
  EXPECT_FALSE(std::filesystem::exists("asked"));
}

TEST_F(PrepareVerb, refuses_wishes_that_do_not_go_together) {
  request_.maps = 3;
  EXPECT_EQ(run(), 2);
  EXPECT_EQ(err_, "howdah: prepare: --maps is for MapReduce; add --on mapreduce\n");
  request_.maps = 0;
  request_.memory = "1 MiB";
  EXPECT_EQ(run(), 2);
  EXPECT_EQ(err_, "howdah: prepare: '--memory' must be at least 64 MiB, not 1 MiB\n");
  request_.memory = "lots";
  EXPECT_EQ(run(), 2);
  EXPECT_EQ(err_,
            "howdah: prepare: '--memory' must be a size, not 'lots'; write it as 512 MiB or 2 "
            "GiB\n");
}

TEST_F(PrepareVerb, says_what_is_missing_where_howdah_data_is) {
  std::filesystem::remove("howdah-data");
  EXPECT_NE(run(), 0);
  EXPECT_NE(err_.find("a part of Howdah is missing"), std::string::npos) << err_;
}

TEST(PreparePlan, tells_the_less_usual_in_the_same_manner) {
  prepare::PrepareSpec spec;
  spec.name = "p";
  spec.source.uris = {"/a", "/b", "/c", "/d", "/e", "/f", "/g"};
  spec.transform = "/t/transform.json";
  spec.split.parts = {{"train", 0.5}, {"test", 0.5}};
  spec.split.by = prepare::SplitSpec::By::kTime;
  spec.split.column = "day";
  spec.split.until = {"2013-10-01"};
  spec.output.uri = "/o";
  spec.quarantine = true;
  EXPECT_EQ(plan_text(spec),
            "p\n"
            "  source     /a, /b, /c, /d, /e, and 2 more (format by the files); bad records are "
            "dropped and counted\n"
            "  steps      those of /t/transform.json\n"
            "  split      train until 2013-10-01, test; by time of day\n"
            "  partition  none\n"
            "  output     /o (parquet, compression zstd, files of 128 MiB)\n"
            "  dropped    to /o/_quarantine, with the reason\n");
}

}  // namespace
}  // namespace howdah::cli
