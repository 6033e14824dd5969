// What format files have: by their names, else by their first bytes.
#pragma once

#include <optional>
#include <string_view>

#include "formats/source.h"

namespace howdah::formats {

// kAuto where the name says nothing. Endings of compression are passed over.
prepare::Format format_of_name(std::string_view name);
// `begin`: the first bytes, decompressed. kAuto where they say nothing.
prepare::Format format_of_content(std::string_view begin);
// Of all files, which must agree.
//   kInvalidArgument  they do not, or nothing is known
Result<prepare::Format> detect_format(const std::vector<SourceFile>& files, Deadline deadline);

}  // namespace howdah::formats
