// The runtime: the files of Howdah that a container needs. They are uploaded once, each under its
// SHA-256, and cached by the NodeManagers for all jobs.
#pragma once

#include <string>
#include <vector>

#include "cluster/container_source.h"
#include "fs/file_systems.h"

namespace howdah::roles {

struct RuntimeFile {
  std::string name;  // in the container: "howdah", "howdah-train", "lib/libc10.so"
  std::string path;  // on this machine
  bool executable = false;
};

// The running program's siblings and ../lib. `with_training` false: what the master needs.
Result<std::vector<RuntimeFile>> find_runtime(bool with_training);

struct Upload {
  std::vector<cluster::LocalFile> files;
  int64_t uploaded_bytes = 0;  // 0: everything was there
};
// To <home>/runtime/<sha256>-<name>; what is there with the same length is kept. SHA-256 of local
// files is remembered beside them by length and modification time, so that a second run reads
// nothing.
Result<Upload> upload_runtime(fs::FileSystems& files, const std::string& home_uri,
                              const std::vector<RuntimeFile>& runtime, Deadline deadline);

std::string to_json(const std::vector<cluster::LocalFile>& files);
Result<std::vector<cluster::LocalFile>> local_files_from_json(const std::string& text);

}  // namespace howdah::roles
