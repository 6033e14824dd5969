// `howdah fs ls|put|get|cat|mkdir|rm|mv|stat`, over any URI.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "fs/file_systems.h"

namespace howdah::cli {

struct FsRequest {
  std::string verb;
  std::vector<std::string> paths;
  bool recursive = false, force = false, parents = false, json = false;
};
// Adds the verbs to `app`; the one chosen is written to `request`.
void add_fs_verbs(CLI::App& app, FsRequest& request);
Status run_fs(const FsRequest& request, fs::FileSystems& files);

}  // namespace howdah::cli
