#include "formats/sources.h"

namespace howdah::formats {

Result<std::unique_ptr<Source>> make_sequence_file_source(Found found) {
  return Status(Code::kUnsupported,
                std::string("no reader for ") + prepare::format_name(found.spec.format));
}

}  // namespace howdah::formats
