// Folders as Hive names them: NAME=VALUE. Hive: FileUtils.makePartName, escapePathName.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "prepare/output_names.h"

namespace howdah::transform {

using prepare::kNoPartitionValue;

// Control characters and " # % ' * / : = ? \ { [ ] ^ become %XX. So do bytes beyond ASCII where the
// text is no UTF-8: HDFS keeps names as UTF-8.
std::string escape_folder_name(std::string_view name);
// "carrier=UA"; no value and an empty one are kNoPartitionValue.
//   kInvalidArgument  longer than 255 bytes, which neither HDFS nor Linux takes
Result<std::string> folder_name(std::string_view level, const std::optional<std::string>& value);

}  // namespace howdah::transform
