// The runtime: the files of Howdah that a container needs. They are uploaded once, each under its
// SHA-256, and cached by the NodeManagers for all jobs.
#pragma once

#include <string>
#include <vector>

#include "fs/file_systems.h"
#include "runtime/local_file.h"

namespace howdah::runtime {

struct RuntimeFile {
  std::string name;  // in the container: "howdah", "howdah-train", "lib/libc10.so"
  std::string path;  // on this machine
  bool executable = false;
};

// The running program, as `name`, and what it has loaded from its own ../lib.
Result<std::vector<RuntimeFile>> find_own_runtime(const std::string& name);
// `howdah`, its sibling `howdah-train`, and all of ../lib.
Result<std::vector<RuntimeFile>> find_training_runtime();

struct Upload {
  std::vector<LocalFile> files;
  int64_t uploaded_bytes = 0;  // 0: everything was there
};
// To <home>/runtime/<sha256>-<name>; what is there with the same length is kept. SHA-256 of local
// files is remembered beside them by length and modification time, so that a second run reads
// nothing.
Result<Upload> upload_runtime(fs::FileSystems& files, const std::string& home_uri,
                              const std::vector<RuntimeFile>& runtime, Deadline deadline);

std::string to_json(const std::vector<LocalFile>& files);
Result<std::vector<LocalFile>> local_files_from_json(const std::string& text);

}  // namespace howdah::runtime
