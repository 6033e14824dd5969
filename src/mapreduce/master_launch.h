// The command that starts a job's MRAppMaster on a node.
// Hadoop: YARNRunner.createApplicationSubmissionContext, MRApps.setClasspath.
#pragma once

#include <string>

#include "hadoop/configuration.h"

namespace howdah::mapreduce {

inline constexpr const char* kJarLink = "job.jar";

// Lines of bash. `settings` are the job's own (job_settings); `heap_mib` is the least heap, where
// tasks run within.
std::string master_script(const hadoop::Configuration& settings, bool with_jar, int64_t heap_mib);

// The class path of yarn.application.classpath and mapreduce.application.classpath, each entry
// once, as bash sees it between double quotes.
std::string class_path(const hadoop::Configuration& settings);

}  // namespace howdah::mapreduce
