// job.split and job.splitmetainfo: how a job's staging folder tells the master and its map tasks
// what to read. Hadoop: mapreduce.split.JobSplitWriter, mapred.FileSplit.
#pragma once

#include <string>
#include <vector>

#include "mapreduce/job.h"

namespace howdah::mapreduce {

struct SplitFiles {
  std::string splits;     // job.split
  std::string meta_info;  // job.splitmetainfo: hosts, and each split's place in job.split
};

SplitFiles write_splits(const std::vector<InputSplit>& splits);

}  // namespace howdah::mapreduce
