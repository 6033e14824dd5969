// Whole files of this machine that are small when they are what they should be.
#pragma once

#include <string>

#include "base/result.h"

namespace howdah::hadoop {

//   kNotFound, kPermissionDenied...  errno's; kCorrupt  larger than the limit
// The path is the peer.
Result<std::string> read_small_file(const std::string& path, size_t limit);

}  // namespace howdah::hadoop
