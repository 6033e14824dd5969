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

struct MapSizes {
  int maps = 0;  // so many tasks, where the data allow it; 0: by the size of the data
  // How many tasks the cluster runs at once. Tasks hold no less than a block's worth, so that these
  // many have work; and no more than four blocks', so that starting one is little beside its work.
  int64_t slots = 1;
};
Result<MapPlan> plan_maps(formats::Source& source, const std::string& task_file_uri,
                          const MapSizes& sizes, Deadline deadline);

// Portions (their bytes, the hosts that hold them) that one task reads: up to `each` bytes of what
// one host holds, in their order; where that is less than half, others' too.
struct PlacedPortion {
  int64_t bytes = 0;
  std::vector<std::string> hosts;
};
std::vector<std::vector<size_t>> group_by_host(const std::vector<PlacedPortion>& portions,
                                               int64_t each);

}  // namespace howdah::data
