// The files of a container that is a process of this machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cluster/container_source.h"

namespace howdah::cluster {

// The operation that errors of place_files carry.
inline constexpr std::string_view kPlaceOperation = "localize";

// Makes the folder and links each file into it.
//   kNotFound         the file is not there
//   kInvalidArgument  its URI is not file://, or its name leaves the folder
//   kDiskFull...      what the operating system says
Status place_files(const std::string& folder, const std::vector<LocalFile>& files);

// A new file that only this user reads.
Status write_secret(const std::string& path, std::string_view content);

// The last bytes of a text, from the start of a line where there is one; empty when the file is
// not there or empty.
std::string tail_of_file(const std::string& path, size_t limit_bytes = 2048);

}  // namespace howdah::cluster
