// `howdah-data index`: makes an indexed dataset of a source, and says what came of it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "fs/file_systems.h"

namespace howdah::data {

struct IndexCommand {
  std::string source;  // URI
  // URI. "{fingerprint}" in it stands for Index::fingerprint: such a folder is never replaced, and
  // jobs can share it while the source goes on changing.
  std::string output;
  std::string conf;  // Hadoop's configuration folder; empty: where Hadoop's tools look
  std::optional<int64_t> classes;
  std::string request;    // dataset::Request as JSON; empty: images
  bool json = false;      // one JSON object on `out`, else a line for a person
  bool progress = false;  // lines on `err`, one a second at most
};

// Nothing is written to `out` on an error.
Status run_index(const IndexCommand& command, std::FILE* out, std::FILE* err, std::stop_token stop);
// The same with file systems at hand; `conf` is not used.
Status run_index(const IndexCommand& command, fs::FileSystems& files, std::FILE* out,
                 std::FILE* err, std::stop_token stop);

// One line for a person: "<operation> <where>: <what>; <advice>".
std::string describe(const Status& status);

}  // namespace howdah::data
