// `howdah-train export`: a job's network as files for others.
#pragma once

#include <cstdio>
#include <string>

#include "base/result.h"

namespace howdah::exporting {

struct ExportCommand {
  std::string job;               // URI of its folder
  std::string format;            // model::ExportFormat's name
  std::string output;            // URI: of a file; of a folder for pytorch
  std::string checkpoint;        // "step-120"; empty: the finished model
  std::string names = "howdah";  // or torchvision
  std::string conf;              // Hadoop's configuration folder; empty: the usual one
  bool overwrite = false, json = false;
};

// Says on `out` what was written, and for pytorch how to load it. Nothing is half-written.
//   kInvalidArgument, kNotFound, kAlreadyExists, kUnsupported, kCorrupt: see the parts
Status run_export(const ExportCommand& command, std::FILE* out);

}  // namespace howdah::exporting
