// A streaming job of MapReduce, and what one hears of it: its map and reduce tasks run commands of
// ours under the cluster's stock MRAppMaster. Hadoop: mapreduce.v2, hadoop-streaming. Values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace howdah::mapreduce {

// What one map task reads; a whole file has offset 0 and its length.
struct InputSplit {
  std::string uri;  // full: "hdfs://host:port/path"
  int64_t offset_bytes = 0;
  int64_t length_bytes = 0;
  std::vector<std::string> hosts;  // where its bytes lie, the nearest first; may be empty
};

// A file that every task finds in its working folder.
struct CacheFile {
  // In HDFS: full, or a path of the default file system. Of this machine ("file:///path"): uploaded
  // for this job.
  std::string uri;
  std::string link;  // its name there, executable always; empty: the path's last part
};

// How records travel between Hadoop and a command, over its standard input and output.
enum class Io {
  kText,  // key, tab, value, newline
  // int32 (big endian) length and bytes of the key, then of the value. Any bytes.
  kRawBytes,
  // As kRawBytes, each with a type byte (0 for bytes) before.
  kTypedBytes,
};

enum class Partition {
  kHash,  // of the whole key
  // Of the key's first kRoutingBytes: key_prefix_for (routing.h) makes them.
  kPrefix,
};

inline constexpr const char* kTextInput = "org.apache.hadoop.mapred.TextInputFormat";

struct StreamingJob {
  std::string name = "streaming";
  std::string queue = "default";
  std::map<std::string, std::string> settings;  // of the user (-D); they win over everything here
  std::vector<InputSplit> splits;               // one map task each; at least one
  // Of the old API (org.apache.hadoop.mapred); reads a FileSplit. With TextInputFormat a split
  // that begins within a line begins after it, and one that ends within a line ends after it.
  std::string input_format = kTextInput;
  std::string output_format = "org.apache.hadoop.mapred.TextOutputFormat";
  // A folder that must not exist. Tasks' files appear in it (part-00000...) when the whole job has
  // succeeded, with _SUCCESS: FileOutputCommitter, algorithm 1, so that an attempt that failed, or
  // a second attempt, leaves nothing. A command may also write files of its own into the folder
  // that $mapreduce_task_output_dir names.
  std::string output_uri;
  // Lines of bash, with the working folder first in PATH; at most kCommandBytes each.
  std::string mapper;
  std::string combiner;  // empty: none
  std::string reducer;   // empty, with reduces > 0: records as they are
  int reduces = 0;       // 0: what the mappers write is the output
  Io map_input = Io::kText;
  Io map_output = Io::kText;  // also the combiner's and the reducer's input
  Io reduce_output = Io::kText;
  Partition partition = Partition::kHash;
  std::vector<CacheFile> files;
  std::map<std::string, std::string> environment;  // of the commands; any text
  int64_t map_memory_mib = 0;                      // of a container; 0: the cluster's setting
  int64_t reduce_memory_mib = 0;
  int max_attempts = 0;      // of one task; 0: the cluster's setting (4)
  bool speculative = false;  // a second attempt of a slow task
  // A job of one map and at most one reduce may run within the master's own container, which saves
  // two or three JVMs. Should that fail, the job is run a second time, each task in a container of
  // its own: commands must not mind (no failed attempt leaves files in the output).
  bool allow_uber = true;
};

inline constexpr size_t kCommandBytes = 60'000;

struct JobProgress {
  enum class State { kPreparing, kWaiting, kRunning, kEnding, kDone } state = State::kPreparing;
  int maps_total = 0, maps_done = 0, maps_running = 0;
  int reduces_total = 0, reduces_done = 0, reduces_running = 0;
  int failed_attempts = 0;
  double map_fraction = 0, reduce_fraction = 0;  // in [0, 1]
  std::string application_id, tracking_url;      // empty before they are known
  bool operator==(const JobProgress&) const = default;
};

struct TaskFailure {
  std::string task;     // "task_1700000000000_0001_m_000003"
  std::string attempt;  // "attempt_1700000000000_0001_m_000003_0"
  std::string node;     // its host
  std::string diagnostics;
  std::string stderr_tail;  // at most kStderrBytes; empty where it was not found
};

inline constexpr size_t kStderrBytes = 4096;

// Group ("org.apache.hadoop.mapreduce.TaskCounter", or a command's own), name, value.
using Counters = std::map<std::string, std::map<std::string, int64_t>>;

struct JobEnd {
  bool succeeded = false;
  Counters counters;  // empty where neither the master nor the history server told them
  std::vector<TaskFailure> failures;  // of attempts, also of jobs that succeeded; the first ones
  double seconds = 0;                 // from run's begin
  std::string application_id;
  std::string diagnostics;  // why it did not succeed
};

}  // namespace howdah::mapreduce
