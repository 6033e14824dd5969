// Copies between this machine and a file system.
#pragma once

#include <stop_token>
#include <string>

#include "fs/file_systems.h"

namespace howdah::cli {

// A file or, with its content, a folder. Into `to` when it is a folder, else as `to`. A file
// appears whole or not at all, also when `stop` ends the copy between two pieces.
//   kAlreadyExists  without overwrite
//   kNotFound       no `from`, or no folder in which `to` could lie
//   kCancelled      stop was requested
Status copy_tree(const fs::Location& from, const fs::Location& to, bool overwrite,
                 const std::stop_token& stop);
// To standard output.
Status print_file(const fs::Location& from);

}  // namespace howdah::cli
