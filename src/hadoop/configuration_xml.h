// The properties in one of Hadoop's XML files, in their order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::hadoop {

struct Property {
  std::string name, value;
  bool is_final = false;
  std::string source;  // the file
};

// <property> with the elements or attributes name, value and final. An <xi:include href="…"/> is
// refused: there is no folder to look in.
//   kInvalidArgument  not well-formed, or no <configuration>; "file:line" is the peer
Result<std::vector<Property>> parse_properties(std::string_view xml, const std::string& name);

// As above; <xi:include href="path"/> brings in a file, relative to this one, at its place. Where
// it is not there, the properties in its <xi:fallback> come instead.
//   kNotFound, kPermissionDenied...  the file, or an included one without fallback
Result<std::vector<Property>> read_properties_file(const std::string& path);

}  // namespace howdah::hadoop
