// Runs streaming jobs on the cluster: stages, submits, follows, cleans up. No Java on this side.
// Hadoop: JobSubmitter, YARNRunner, Job.monitorAndPrintJob.
//
// Thread-safe; each run is one job. Simple authentication, or a cluster whose tokens
// (HDFS_DELEGATION_TOKEN, RM_DELEGATION_TOKEN) are in the credentials; there the master itself is
// not asked, the ResourceManager and the history server are.
#pragma once

#include <functional>
#include <stop_token>

#include "base/result.h"
#include "fs/file_systems.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"
#include "mapreduce/job.h"
#include "yarn/application_client.h"

namespace howdah::mapreduce {

struct Staging;
struct Surroundings;

class Jobs {
 public:
  //   kInvalidArgument  no ResourceManager or no default file system is configured
  static Result<Jobs> create(const hadoop::Configuration& configuration, const hadoop::User& user,
                             const hadoop::Credentials& credentials);

  // Until the job is over, and everything of it but its output is removed. `tell` hears, in this
  // thread, whenever something changed. A job that failed is a JobEnd; an error means that it could
  // not be started, was killed, or is out of reach:
  //   kCancelled        stop was requested, or somebody killed it; its application is gone
  //   kAlreadyExists    the output folder
  //   kInvalidArgument  the job cannot be: no splits, a container too large, a name or command that
  //                     Hadoop would misread
  //   kNotFound         an unknown queue, a cache file that is not there
  //   kUnavailable      no ResourceManager or NameNode answers (any more)
  Result<JobEnd> run(const StreamingJob& job, const std::function<void(const JobProgress&)>& tell,
                     const std::stop_token& stop);

  // How many map tasks of the configured size all running nodes together hold; at least 1.
  Result<int64_t> map_slots(Deadline deadline);

  fs::FileSystems& files() { return *files_; }

 private:
  // Within the master's container, or each task in its own.
  Result<JobEnd> run_once(const StreamingJob& job, bool uber,
                          const std::function<void(const JobProgress&)>& tell,
                          const std::stop_token& stop);
  // A master that ran its tasks itself clears the output's temporary folder once more when its
  // process ends, seconds after the application is over: until then, nobody else may write there.
  Status outlast(const std::string& application_id, const std::stop_token& stop);
  // Writes the staging folder's files.
  Status describe(const StreamingJob& job, const hadoop::Configuration& settings,
                  const Staging& staging, const Surroundings& around, Deadline deadline,
                  yarn::Submission* submission);
  Jobs(hadoop::Configuration configuration, hadoop::User user, hadoop::Credentials credentials,
       yarn::ApplicationClient client);

  hadoop::Configuration configuration_;
  hadoop::User user_;
  hadoop::Credentials credentials_;
  yarn::ApplicationClient client_;
  std::unique_ptr<fs::FileSystems> files_;
};

}  // namespace howdah::mapreduce
