#include "mapreduce/job_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapreduce/master_launch.h"

namespace howdah::mapreduce {
namespace {

using testing::HasSubstr;
using testing::Not;

StreamingJob small_job() {
  StreamingJob job;
  job.splits = {{"hdfs://n:1/a", 0, 10, {}}, {"hdfs://n:1/b", 0, 10, {}}};
  job.output_uri = "hdfs://n:1/out";
  job.mapper = "cat";
  job.reducer = "uniq -c";
  job.reduces = 2;
  return job;
}

Surroundings around() {
  Surroundings around;
  around.user = "me";
  around.staging_dir = "hdfs://n:1/user";
  around.staging_uri = "hdfs://n:1/user/me/.staging/job_1_0001";
  around.output_uri = "hdfs://n:1/out";
  return around;
}

// As the nodes read it.
hadoop::Configuration written(const StreamingJob& job, const hadoop::Configuration& cluster = {},
                              const Surroundings& surroundings = around()) {
  const auto settings = job_settings(*apply_settings(job), cluster, surroundings);
  EXPECT_TRUE(settings) << settings.status().to_string();
  hadoop::Configuration read;
  EXPECT_TRUE(read.add_xml(settings->to_xml(), "job.xml"));
  return read;
}

TEST(JobSettings, hold_what_a_job_cannot_run_without) {
  const auto settings = written(small_job());
  EXPECT_EQ(settings.get("mapred.mapper.class", ""), "org.apache.hadoop.streaming.PipeMapper");
  EXPECT_EQ(settings.get("mapred.map.runner.class", ""),
            "org.apache.hadoop.streaming.PipeMapRunner");
  EXPECT_EQ(settings.get("mapred.reducer.class", ""), "org.apache.hadoop.streaming.PipeReducer");
  EXPECT_EQ(settings.get("mapreduce.job.output.key.class", ""), "org.apache.hadoop.io.Text");
  EXPECT_EQ(settings.get("mapreduce.job.dir", ""), "hdfs://n:1/user/me/.staging/job_1_0001");
  EXPECT_EQ(settings.get("mapreduce.output.fileoutputformat.outputdir", ""), "hdfs://n:1/out");
  EXPECT_EQ(settings.get("mapreduce.job.maps", ""), "2");
  EXPECT_EQ(settings.get("mapreduce.job.reduces", ""), "2");
  EXPECT_EQ(settings.get("mapreduce.fileoutputcommitter.algorithm.version", ""), "1");
  EXPECT_THAT(settings.get("stream.map.streamprocessor", ""), HasSubstr("howdah_mapper"));
  EXPECT_THAT(settings.get("stream.reduce.streamprocessor", ""), HasSubstr("howdah_reducer"));
  EXPECT_THAT(settings.get("howdah.reducer", ""), HasSubstr("exec uniq -c"));
}

TEST(JobSettings, the_users_word_is_the_last_and_the_clusters_the_first) {
  hadoop::Configuration cluster;
  cluster.set("mapreduce.job.name", "no");
  cluster.set("some.key", "kept");
  cluster.set("yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms", "50");
  StreamingJob job = small_job();
  job.settings = {{"mapreduce.job.reduces", "3"},
                  {"mapred.output.format.class", "x.Y"},
                  {"mapreduce.job.name", "mine"}};
  const auto settings = written(job, cluster);
  EXPECT_EQ(settings.get("mapreduce.job.name", ""), "mine");
  EXPECT_EQ(settings.get("some.key", ""), "kept");
  EXPECT_EQ(settings.get("mapreduce.job.reduces", ""), "3");
  EXPECT_EQ(settings.get("mapred.output.format.class", ""), "x.Y");
  EXPECT_EQ(settings.get("yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms", ""), "50");
}

TEST(JobSettings, bytes_travel_in_hadoops_classes_for_them) {
  StreamingJob job = small_job();
  job.map_output = Io::kRawBytes;
  job.partition = Partition::kPrefix;
  auto settings = written(job);
  EXPECT_EQ(settings.get("stream.map.output.reader.class", ""),
            "org.apache.hadoop.streaming.io.RawBytesOutputReader");
  EXPECT_EQ(settings.get("stream.reduce.input.writer.class", ""),
            "org.apache.hadoop.streaming.io.RawBytesInputWriter");
  EXPECT_EQ(settings.get("mapreduce.map.output.key.class", ""),
            "org.apache.hadoop.io.BytesWritable");
  EXPECT_EQ(settings.get("mapreduce.job.output.key.class", ""), "org.apache.hadoop.io.Text");
  EXPECT_EQ(settings.get("mapreduce.partition.binarypartitioner.right.offset", ""), "3");
  job.map_output = Io::kTypedBytes;
  EXPECT_EQ(written(job).get("mapreduce.partition.binarypartitioner.left.offset", ""), "5");
  job.reduces = 0;
  job.reducer = "";
  EXPECT_EQ(written(job).get("mapreduce.job.output.key.class", ""),
            "org.apache.hadoop.typedbytes.TypedBytesWritable");
}

TEST(JobSettings, cache_files_stand_in_the_same_order_in_every_list) {
  Surroundings with_files = around();
  with_files.files = {{"hdfs://n:1/x", "a", 7, 70}, {"hdfs://n:1/y", "b", 8, 80}};
  const auto settings = written(small_job(), {}, with_files);
  EXPECT_EQ(settings.get("mapreduce.job.cache.files", ""), "hdfs://n:1/x#a,hdfs://n:1/y#b");
  EXPECT_EQ(settings.get("mapreduce.job.cache.files.filesizes", ""), "7,8");
  EXPECT_EQ(settings.get("mapreduce.job.cache.files.timestamps", ""), "70,80");
  EXPECT_EQ(settings.get("mapreduce.job.cache.files.visibilities", ""), "false,false");
}

TEST(JobSettings, only_one_map_and_at_most_one_reduce_run_within_the_master) {
  StreamingJob job = small_job();
  EXPECT_FALSE(is_uber_job(job, {}));
  job.splits.resize(1);
  EXPECT_FALSE(is_uber_job(job, {}));
  job.reduces = 1;
  EXPECT_TRUE(is_uber_job(job, {}));
  job.allow_uber = false;
  EXPECT_FALSE(is_uber_job(job, {}));
  job.settings["mapreduce.job.ubertask.enable"] = "true";
  EXPECT_TRUE(is_uber_job(job, {}));
}

TEST(JobSettings, a_command_takes_the_memory_that_the_heap_leaves) {
  StreamingJob job = small_job();
  job.map_memory_mib = 4096;
  EXPECT_THAT(written(job).get("mapreduce.map.java.opts", ""), HasSubstr("-Xmx512m"));
  hadoop::Configuration cluster;
  cluster.set("mapreduce.map.java.opts", "-Xmx300m -XX:+UseG1GC");
  EXPECT_EQ(written(job, cluster).get("mapreduce.map.java.opts", ""), "-Xmx300m -XX:+UseG1GC");
}

TEST(JobSettings, jobs_that_cannot_be_are_refused) {
  const auto refused = [](auto change) {
    StreamingJob job = small_job();
    change(job);
    const auto applied = apply_settings(job);
    if (!applied) return applied.status().code() == Code::kInvalidArgument;
    return job_settings(*applied, {}, around()).status().code() == Code::kInvalidArgument;
  };
  EXPECT_FALSE(refused([](StreamingJob&) {}));
  EXPECT_TRUE(refused([](StreamingJob& job) { job.splits.clear(); }));
  EXPECT_TRUE(refused([](StreamingJob& job) { job.mapper.clear(); }));
  EXPECT_TRUE(refused([](StreamingJob& job) { job.output_uri.clear(); }));
  EXPECT_TRUE(refused([](StreamingJob& job) { job.reduces = 0; }));
  EXPECT_TRUE(refused([](StreamingJob& job) { job.mapper = std::string(70'000, 'x'); }));
  EXPECT_TRUE(refused([](StreamingJob& job) { job.mapper = std::string(30'000, '$'); }));
  EXPECT_TRUE(refused([](StreamingJob& job) { job.settings["a"] = "\x01"; }));
  EXPECT_TRUE(refused([](StreamingJob& job) { job.settings["mapreduce.job.reduces"] = "many"; }));
  EXPECT_TRUE(refused([](StreamingJob& job) {
    job.combiner = "cat";
    job.map_output = Io::kRawBytes;
  }));
}

TEST(MasterLaunch, variables_of_the_class_path_are_the_nodes_and_commands_are_not_run) {
  hadoop::Configuration settings;
  settings.set("yarn.application.classpath", "$HADOOP_CONF_DIR, {{HADOOP_HOME}}/lib/*");
  settings.set("mapreduce.application.classpath", "$HADOOP_CONF_DIR,/x\"y,$(boom),`boom`");
  EXPECT_EQ(class_path(settings),
            "$HADOOP_CONF_DIR:${HADOOP_HOME}/lib/*:/x\\\"y:\\$(boom):\\`boom\\`");
}

TEST(MasterLaunch, the_clusters_options_and_variables_are_kept) {
  hadoop::Configuration settings;
  settings.set("yarn.app.mapreduce.am.env", "HADOOP_MAPRED_HOME=/opt/h,B=$HOME,bad name=x");
  settings.set("yarn.app.mapreduce.am.command-opts", "-Xmx700m <ADD_OPENS>");
  const std::string script = master_script(settings, true, 0);
  EXPECT_THAT(script, HasSubstr("export HADOOP_MAPRED_HOME=\"/opt/h\"\nexport B=\"$HOME\"\n"));
  EXPECT_THAT(script, HasSubstr("-Xmx700m"));
  EXPECT_THAT(script, Not(HasSubstr("<ADD_OPENS>")));
  EXPECT_THAT(script, Not(HasSubstr("bad name")));
  EXPECT_THAT(script, HasSubstr(":$PWD/job.jar:"));
  EXPECT_THAT(master_script(settings, false, 356), HasSubstr("-Xmx356m"));
}

}  // namespace
}  // namespace howdah::mapreduce
