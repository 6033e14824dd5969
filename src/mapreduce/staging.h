// The folder in HDFS that a job is started from, and what lies in it.
// Hadoop: JobSubmitter, JobSubmissionFiles.
#pragma once

#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "fs/file_systems.h"
#include "mapreduce/job_settings.h"
#include "yarn/launch_context.h"
#include "yarn/records.h"

namespace howdah::mapreduce {

struct Staging {
  fs::Location folder;      // <staging-dir>/<user>/.staging/job_...: the master derives it itself
  std::string staging_dir;  // resolved, without the user
  std::string jar_uri;      // of the streaming jar in it; empty: the nodes have one
  int64_t jar_bytes = 0, jar_modified_ms = 0;

  // Makes the folder, readable by its owner only, and puts the streaming jar into it where this
  // machine has one that the class path does not name.
  static Result<Staging> make(fs::FileSystems& files, const hadoop::Configuration& configuration,
                              const yarn::ApplicationId& application, Deadline deadline);
  // The splits' files and job.xml, which the master is given.
  Result<yarn::LocalResource> write(const StreamingJob& job, const hadoop::Configuration& settings,
                                    Deadline deadline) const;
  // Copies those of this machine into the folder; they are then found there.
  Status upload(fs::FileSystems& files, std::vector<FoundFile>& found, Deadline deadline) const;
  Status remove(Deadline deadline) const;
};

// Each is there, and their links are different plain names. Files of this machine are found by
// their file:// URI: Staging::upload moves them.
//   kNotFound, kInvalidArgument
Result<std::vector<FoundFile>> find_files(fs::FileSystems& files,
                                          const std::vector<CacheFile>& wanted, Deadline deadline);

// A path of this machine, or a URI: howdah.mapreduce.streaming.jar, else below HADOOP_MAPRED_HOME
// or HADOOP_HOME; empty when the nodes' class path is said to hold it, or nobody knows of one.
std::string find_streaming_jar(const hadoop::Configuration& configuration);

}  // namespace howdah::mapreduce
