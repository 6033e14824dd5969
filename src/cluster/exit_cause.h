// What the way in which a container ended means.
// Hadoop: org.apache.hadoop.yarn.api.records.ContainerExitStatus.
#pragma once

#include <string>
#include <string_view>

#include "cluster/container_source.h"

namespace howdah::cluster {

// Of a process: 0 to 255, where a shell and YARN write 128 + signal.
ExitCause cause_of_exit(int exit_status);

// Of a completed container, as the ResourceManager reports it.
ExitCause cause_of_yarn_exit(int exit_status, std::string_view diagnostics);

// YARN's diagnostics for a person: without its clock, Java's stack traces, and what it says twice.
std::string plain_words(std::string_view diagnostics);

// The words, then the tail below a line that says what it is; the words alone without one.
std::string with_stderr_tail(std::string words, std::string_view tail);

}  // namespace howdah::cluster
