// Carries a preparation out as MapReduce jobs: one for each reading. Mappers read their chunks
// themselves, by our own HDFS client; what they learn, the keys of duplicates, and at last the rows
// of each output file go through the shuffle.
#pragma once

#include "data/preparation.h"
#include "hadoop/credentials.h"

namespace howdah::data {

struct MapReduceOptions {
  std::string queue = "default";
  int maps = 0, reduces = 0;      // 0: by the size of the data
  int64_t task_memory_bytes = 0;  // 0: the cluster's default
  std::stop_token stop;
  TellLine line;
};

Result<Report> run_as_mapreduce(Preparation& preparation, fs::FileSystems& files,
                                const hadoop::Credentials& credentials,
                                const MapReduceOptions& options, const TellProgress& tell);

}  // namespace howdah::data
