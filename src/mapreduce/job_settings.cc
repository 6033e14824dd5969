#include "mapreduce/job_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "mapreduce/command.h"

namespace howdah::mapreduce {
namespace {

// Up to so many tasks, reducers start together with the mappers.
constexpr size_t kSmallJob = 16;
constexpr int64_t kHeartbeatMs = 100;
constexpr const char* kHeartbeatKey = "yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms";
constexpr int64_t kHeapMib = 512;
// Of one variable of a task's environment; Linux refuses to start a program from 128 KiB on.
constexpr const char* kVariableBytes = "120000";

struct IoClasses {
  std::string writer, reader, record;  // to the command, from it, and Hadoop's class of keys
};

IoClasses classes_of(Io io) {
  const std::string streaming = "org.apache.hadoop.streaming.io.";
  switch (io) {
    case Io::kRawBytes:
      return {streaming + "RawBytesInputWriter", streaming + "RawBytesOutputReader",
              "org.apache.hadoop.io.BytesWritable"};
    case Io::kTypedBytes:
      return {streaming + "TypedBytesInputWriter", streaming + "TypedBytesOutputReader",
              "org.apache.hadoop.typedbytes.TypedBytesWritable"};
    case Io::kText:
      break;
  }
  return {streaming + "TextInputWriter", streaming + "TextOutputReader",
          "org.apache.hadoop.io.Text"};
}

const char* yes_no(bool value) {
  return value ? "true" : "false";
}

void set_records(const StreamingJob& job, hadoop::Configuration& to) {
  const IoClasses in = classes_of(job.map_input), middle = classes_of(job.map_output);
  const bool reduced = job.reduces > 0 && !job.reducer.empty();
  const IoClasses out = reduced ? classes_of(job.reduce_output) : middle;
  to.set("stream.map.input.writer.class", in.writer);
  to.set("stream.map.output.reader.class", middle.reader);
  to.set("stream.reduce.input.writer.class", middle.writer);
  to.set("stream.reduce.output.reader.class", out.reader);
  to.set("mapreduce.map.output.key.class", middle.record);
  to.set("mapreduce.map.output.value.class", middle.record);
  to.set("mapreduce.job.output.key.class", out.record);
  to.set("mapreduce.job.output.value.class", out.record);
}

Status set_commands(const StreamingJob& job, hadoop::Configuration& to) {
  const auto set = [&](const char* key, const char* processor,
                       const std::string& command) -> Status {
    to.set(key, encode_script(HOWDAH_TRY(command_script(command, job.environment))));
    to.set(processor, streaming_command(key));
    return Status::ok();
  };
  to.set("mapred.mapper.class", "org.apache.hadoop.streaming.PipeMapper");
  to.set("mapred.map.runner.class", "org.apache.hadoop.streaming.PipeMapRunner");
  HOWDAH_TRY(set(kMapperKey, "stream.map.streamprocessor", job.mapper));
  if (job.reduces == 0) return Status::ok();
  if (!job.combiner.empty()) {
    to.set("mapred.combiner.class", "org.apache.hadoop.streaming.PipeCombiner");
    HOWDAH_TRY(set(kCombinerKey, "stream.combine.streamprocessor", job.combiner));
  }
  if (!job.reducer.empty()) {
    to.set("mapred.reducer.class", "org.apache.hadoop.streaming.PipeReducer");
    HOWDAH_TRY(set(kReducerKey, "stream.reduce.streamprocessor", job.reducer));
  }
  return Status::ok();
}

void set_files(const std::vector<FoundFile>& files, hadoop::Configuration& to) {
  if (files.empty()) return;
  std::vector<std::string> uris, times, sizes, visibilities;
  for (const FoundFile& file : files) {
    uris.push_back(file.uri + "#" + file.link);
    times.push_back(std::to_string(file.modified_ms));
    sizes.push_back(std::to_string(file.length_bytes));
    visibilities.push_back("false");
  }
  to.set("mapreduce.job.cache.files", fmt::format("{}", fmt::join(uris, ",")));
  to.set("mapreduce.job.cache.files.timestamps", fmt::format("{}", fmt::join(times, ",")));
  to.set("mapreduce.job.cache.files.filesizes", fmt::format("{}", fmt::join(sizes, ",")));
  to.set("mapreduce.job.cache.files.visibilities", fmt::format("{}", fmt::join(visibilities, ",")));
}

// A heap that does not grow with what the command was given, and the collector that starts first.
void set_task_java(const hadoop::Configuration& cluster, const char* key, int64_t memory_mib,
                   hadoop::Configuration& to) {
  std::string options = cluster.get(key, cluster.get("mapred.child.java.opts", ""));
  if (memory_mib > 0 && !names_heap(options))
    options += fmt::format(" -Xmx{}m", std::min(kHeapMib, memory_mib * 8 / 10));
  if (options.find("GC") == std::string::npos) options += " -XX:+UseSerialGC";
  to.set(key, options);
}

Status set_tasks(const StreamingJob& job, const hadoop::Configuration& cluster,
                 hadoop::Configuration& to) {
  to.set("mapreduce.job.maps", std::to_string(job.splits.size()));
  to.set("mapreduce.job.reduces", std::to_string(job.reduces));
  if (job.map_memory_mib > 0) to.set("mapreduce.map.memory.mb", std::to_string(job.map_memory_mib));
  if (job.reduce_memory_mib > 0)
    to.set("mapreduce.reduce.memory.mb", std::to_string(job.reduce_memory_mib));
  set_task_java(cluster, "mapreduce.map.java.opts", job.map_memory_mib, to);
  set_task_java(cluster, "mapreduce.reduce.java.opts", job.reduce_memory_mib, to);
  if (job.max_attempts > 0) {
    to.set("mapreduce.map.maxattempts", std::to_string(job.max_attempts));
    to.set("mapreduce.reduce.maxattempts", std::to_string(job.max_attempts));
  }
  to.set("mapreduce.map.speculative", yes_no(job.speculative));
  to.set("mapreduce.reduce.speculative", yes_no(job.speculative));
  if (job.splits.size() + static_cast<size_t>(job.reduces) <= kSmallJob)
    to.set("mapreduce.job.reduce.slowstart.completedmaps", "0");
  const int64_t beat = HOWDAH_TRY(cluster.get_int(kHeartbeatKey, 1000));
  to.set(kHeartbeatKey, std::to_string(std::min(beat, kHeartbeatMs)));
  // The limit on job.splitmetainfo guards a shared server that is no more.
  to.set("mapreduce.job.split.metainfo.maxsize", "-1");
  return Status::ok();
}

void set_uber(hadoop::Configuration& to) {
  to.set("mapreduce.job.ubertask.enable", "true");
  to.set("mapreduce.job.ubertask.maxmaps", "1");
  to.set("mapreduce.job.ubertask.maxbytes", std::to_string(INT64_MAX));
}

Status check_text(const std::string& key, const std::string& value) {
  const auto is_bad = [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
  };
  if (key.empty() || std::any_of(key.begin(), key.end(), is_bad) ||
      std::any_of(value.begin(), value.end(), is_bad))
    return Status(Code::kInvalidArgument,
                  fmt::format("setting '{}' holds a sign that XML cannot carry", key));
  return Status::ok();
}

}  // namespace

bool names_heap(const std::string& java_options) {
  return java_options.find("-Xmx") != std::string::npos;
}

Result<StreamingJob> apply_settings(StreamingJob job) {
  hadoop::Configuration settings;
  for (const auto& [key, value] : job.settings) {
    HOWDAH_TRY(check_text(key, value));
    settings.set(key, value);
  }
  const auto number = [&](const char* key, const char* old_key, auto* into) -> Status {
    const int64_t value = HOWDAH_TRY(
        settings.get_int(key, HOWDAH_TRY(settings.get_int(old_key, static_cast<int64_t>(*into)))));
    if (value < 0 || value > INT32_MAX)
      return Status(Code::kInvalidArgument, fmt::format("{} of {}", key, value));
    *into = static_cast<std::remove_reference_t<decltype(*into)>>(value);
    return Status::ok();
  };
  job.name = settings.get("mapreduce.job.name", settings.get("mapred.job.name", job.name));
  job.queue =
      settings.get("mapreduce.job.queuename", settings.get("mapred.job.queue.name", job.queue));
  HOWDAH_TRY(number("mapreduce.job.reduces", "mapred.reduce.tasks", &job.reduces));
  HOWDAH_TRY(number("mapreduce.map.memory.mb", "mapreduce.map.memory.mb", &job.map_memory_mib));
  HOWDAH_TRY(
      number("mapreduce.reduce.memory.mb", "mapreduce.reduce.memory.mb", &job.reduce_memory_mib));
  if (job.splits.empty()) return Status(Code::kInvalidArgument, "a job needs at least one split");
  if (job.mapper.empty()) return Status(Code::kInvalidArgument, "a job needs a mapper");
  if (job.output_uri.empty()) return Status(Code::kInvalidArgument, "a job needs an output folder");
  if (job.reduces == 0 && !job.reducer.empty())
    return Status(Code::kInvalidArgument, "a reducer, and no reduce task to run it")
        .with_advice("ask for one reduce task at least");
  if (!job.combiner.empty() && job.reduce_output != job.map_output)
    return Status(Code::kInvalidArgument,
                  "a combiner writes as the mapper does, and reads its writings as the reducer's")
        .with_advice("give map_output and reduce_output the same form");
  return job;
}

bool is_uber_job(const StreamingJob& job, const hadoop::Configuration& cluster) {
  const auto chosen = job.settings.find("mapreduce.job.ubertask.enable");
  if (chosen != job.settings.end()) return chosen->second == "true";
  const auto forbidden = cluster.get_bool("howdah.mapreduce.uber", true);
  return job.allow_uber && job.splits.size() == 1 && job.reduces <= 1 && forbidden && *forbidden;
}

Result<hadoop::Configuration> job_settings(const StreamingJob& job,
                                           const hadoop::Configuration& cluster,
                                           const Surroundings& around) {
  hadoop::Configuration to = cluster;
  to.set("mapreduce.framework.name", "yarn");
  to.set("mapreduce.job.name", job.name);
  to.set("mapreduce.job.queuename", job.queue);
  to.set("mapreduce.job.user.name", around.user);
  to.set("mapreduce.job.dir", around.staging_uri);
  to.set("mapreduce.job.working.dir", around.staging_uri);
  to.set("yarn.app.mapreduce.am.staging-dir", around.staging_dir);
  to.set("mapreduce.output.fileoutputformat.outputdir", around.output_uri);
  to.set("mapreduce.fileoutputcommitter.algorithm.version", "1");
  to.set("mapred.input.format.class", job.input_format);
  to.set("mapred.output.format.class", job.output_format);
  to.set("mapred.mapper.new-api", "false");
  to.set("mapred.reducer.new-api", "false");
  to.set("stream.jobconf.truncate.limit", kVariableBytes);
  if (!around.job_jar_uri.empty()) to.set("mapreduce.job.jar", around.job_jar_uri);
  if (job.partition == Partition::kPrefix) {
    // A typed key begins with its type and its length.
    const int skipped = job.map_output == Io::kTypedBytes ? 5 : 0;
    to.set("mapred.partitioner.class", "org.apache.hadoop.mapred.lib.BinaryPartitioner");
    to.set("mapreduce.partition.binarypartitioner.left.offset", std::to_string(skipped));
    to.set("mapreduce.partition.binarypartitioner.right.offset", std::to_string(skipped + 3));
  }
  set_records(job, to);
  HOWDAH_TRY(set_commands(job, to));
  set_files(around.files, to);
  HOWDAH_TRY(set_tasks(job, cluster, to));
  if (around.uber && !job.settings.contains("mapreduce.job.ubertask.enable")) set_uber(to);
  if (!around.uber) to.set("mapreduce.job.ubertask.enable", "false");
  for (const auto& [key, value] : job.settings)
    if (around.uber || key != "mapreduce.job.ubertask.enable") to.set(key, value);
  return to;
}

}  // namespace howdah::mapreduce
