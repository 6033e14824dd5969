// A file of HDFS as containers get it.
#pragma once

#include <cstdint>
#include <string>

namespace howdah::runtime {

// A file that the node puts into the container's working folder before the command runs.
struct LocalFile {
  std::string name;  // in the working folder, or below it ("lib/libc10.so")
  std::string uri;   // full
  int64_t length_bytes = 0;
  int64_t modified_ms = 0;      // must be the file system's own
  bool world_readable = false;  // PUBLIC: cached by the node for all
  bool executable = false;
};

}  // namespace howdah::runtime
