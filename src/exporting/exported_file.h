// One file of an export, still in memory.
#pragma once

#include <string>

namespace howdah::exporting {

struct ExportedFile {
  std::string name;  // in the folder; empty: the output itself
  std::string content;
};

}  // namespace howdah::exporting
