// Names in the folder that a preparation writes, known to whoever writes and to whoever reads it.
#pragma once

#include <string_view>

namespace howdah::prepare {

inline constexpr const char* kManifestFile = "_MANIFEST.json";
inline constexpr const char* kTransformFile = "transform.json";
inline constexpr const char* kReportJson = "report.json";
inline constexpr const char* kReportPage = "report.html";

// Hive's: the folder of a partition whose value is missing.
inline constexpr std::string_view kNoPartitionValue = "__HIVE_DEFAULT_PARTITION__";

}  // namespace howdah::prepare
