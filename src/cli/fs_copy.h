// Copies between this machine and a file system.
#pragma once

#include <string>

#include "fs/file_systems.h"

namespace howdah::cli {

// A file or, with its content, a folder. Into `to` when it is a folder, else as `to`. A file
// appears whole or not at all.  kAlreadyExists  without overwrite
Status copy_tree(const fs::Location& from, const fs::Location& to, bool overwrite);
// To standard output.
Status print_file(const fs::Location& from);

}  // namespace howdah::cli
