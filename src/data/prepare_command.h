// The verb `howdah-data prepare`: carries out a preparation and prints its report.
#pragma once

#include <cstdio>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "fs/file_systems.h"

namespace howdah::data {

struct PrepareCommand {
  std::string spec;  // a file with a PrepareSpec as JSON
  std::string conf;
  std::string on = "local";  // local | mapreduce
  int64_t memory_bytes = int64_t{1} << 30;
  int threads = 0;  // 0: all cores
  bool overwrite = false, json = false, progress = true;
  // mapreduce:
  std::string queue = "default";
  int maps = 0, reduces = 0;  // 0: by the size of the data
  int64_t task_memory_bytes = 0;
};

Status run_prepare(const PrepareCommand& command, std::FILE* out, std::FILE* err,
                   std::stop_token stop);

}  // namespace howdah::data
