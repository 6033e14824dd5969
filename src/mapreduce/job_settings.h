// A job's configuration, which its staging folder holds as job.xml: the cluster's settings as this
// client knows them, ours for the job, the user's over all. Hadoop: JobConf, MRJobConfig.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "hadoop/configuration.h"
#include "mapreduce/job.h"

namespace howdah::mapreduce {

// A cache file as it was found.
struct FoundFile {
  std::string uri, link;
  int64_t length_bytes = 0, modified_ms = 0;
};

struct Surroundings {
  std::string user;
  std::string staging_uri;  // of the job's own folder
  std::string staging_dir;  // yarn.app.mapreduce.am.staging-dir, above it
  std::string output_uri;   // resolved
  std::vector<FoundFile> files;
  std::string job_jar_uri;  // the streaming jar in the staging folder; empty: the nodes have it
  bool uber = false;
};

inline constexpr const char* kMapperKey = "howdah.mapper";
inline constexpr const char* kCombinerKey = "howdah.combiner";
inline constexpr const char* kReducerKey = "howdah.reducer";

// The job with those fields that the user's settings also name (mapreduce.job.reduces, .name,
// .queuename) taken from there.
//   kInvalidArgument  a setting that does not parse, or a job that cannot be
Result<StreamingJob> apply_settings(StreamingJob job);

// Of a job to which apply_settings was applied.
//   kInvalidArgument  a key or value that XML cannot carry, a command that is too long
Result<hadoop::Configuration> job_settings(const StreamingJob& job,
                                           const hadoop::Configuration& cluster,
                                           const Surroundings& surroundings);

// Whether it may run within the master's container.
bool is_uber_job(const StreamingJob& job, const hadoop::Configuration& cluster);

// "-Xmx200m" and the like stand in them.
bool names_heap(const std::string& java_options);

}  // namespace howdah::mapreduce
