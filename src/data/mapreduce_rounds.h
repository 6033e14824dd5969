// Carries a preparation out as MapReduce jobs: one for each reading. Mappers read their chunks
// themselves, by our own HDFS client; what they learn, the keys of duplicates, and at last the rows
// of each output file go through the shuffle.
#pragma once

#include "data/preparation.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"

namespace howdah::data {

struct MapReduceOptions {
  std::string queue = "default";
  int maps = 0, reduces = 0;      // 0: by the size of the data
  int64_t task_memory_bytes = 0;  // of a container; 0: the cluster's setting
  std::stop_token stop;
  TellLine line;
};

// The output must lie in HDFS, and the source where the tasks can read it.
//   kInvalidArgument  it does not
Result<Report> run_as_mapreduce(Preparation& preparation, fs::FileSystems& files,
                                const hadoop::Configuration& configuration,
                                const hadoop::Credentials& credentials,
                                const MapReduceOptions& options, const TellProgress& tell);

}  // namespace howdah::data
