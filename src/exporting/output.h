// Where an export goes: one file, or a folder that appears as a whole.
#pragma once

#include <vector>

#include "exporting/exported_file.h"
#include "fs/file_systems.h"

namespace howdah::exporting {

// Before anything is computed.
//   kAlreadyExists       something is there, without overwrite
//   kFailedPrecondition  with it: a folder where a file is to be, a file where a folder is to be,
//                        or a folder that is no export
Status check_output(const fs::Location& output, bool folder, bool overwrite, Deadline deadline);

// Whole or not at all; what was there before stays until then.
Status write_file(const fs::Location& output, const std::string& content, bool overwrite,
                  Deadline deadline);
Status write_folder(const fs::Location& output, const std::vector<ExportedFile>& files,
                    bool overwrite, Deadline deadline);

}  // namespace howdah::exporting
