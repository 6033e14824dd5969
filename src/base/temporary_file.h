// A file of this machine without a name: it is gone when it is closed, however the process ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace howdah {

// Returns the descriptor. kDiskFull, kPermissionDenied with the folder.
Result<int> open_temporary_file(const std::string& folder);
// TMPDIR, else /tmp.
std::string temporary_folder();
// All of it, or an error. kDiskFull.
Status write_at(int file, int64_t offset, const void* bytes, size_t length);
Status read_at(int file, int64_t offset, void* bytes, size_t length);

}  // namespace howdah
