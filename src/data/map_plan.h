// Which map task reads which portions of the source, and on which nodes they lie.
#pragma once

#include <string>
#include <vector>

#include "formats/source.h"
#include "mapreduce/job.h"

namespace howdah::data {

struct MapPlan {
  std::string task_file;                      // a line for each map task (map_task.h)
  std::vector<mapreduce::InputSplit> splits;  // of the task file, which lies at `task_file_uri`
};

// `maps` tasks where the data allow it; 0: one for each HDFS block's worth of data.
Result<MapPlan> plan_maps(formats::Source& source, const std::string& task_file_uri, int maps,
                          Deadline deadline);

}  // namespace howdah::data
