// The verbs `howdah-data prepare-map` and `prepare-reduce`: a preparation's tasks under Hadoop
// Streaming.
#pragma once

#include <cstdio>
#include <stop_token>
#include <string>

#include "base/result.h"

namespace howdah::data {

struct TaskCommand {
  std::string task;  // URI of what Preparation::share wrote
  std::string conf;
  int reduces = 1;  // of prepare-map
};

Status run_prepare_map(const TaskCommand& command, std::FILE* in, std::FILE* out,
                       std::stop_token stop);
// Reads mapreduce_task_partition and mapreduce_task_output_dir of its environment.
Status run_prepare_reduce(const TaskCommand& command, std::FILE* in, std::stop_token stop);

}  // namespace howdah::data
