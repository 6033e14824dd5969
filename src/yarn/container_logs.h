// The files that a container left in its log folder: stdout, stderr, or any by name.
//
// While it runs, and until its logs are aggregated, its NodeManager's web service has them;
// afterwards the JobHistoryServer's. Hadoop: NMWebServices, HsWebServices, LogToolUtils.
//   kNotFound         nobody has it (any more, or not yet)
//   kUnauthenticated  the web pages want Kerberos;  kUnsupported  they want TLS
#pragma once

#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "hadoop/configuration.h"

namespace howdah::yarn {

// At most the last bytes. `node_http` is the NodeManager's "host:port", with or without "http://".
Result<std::string> read_node_log(std::string_view node_http, const std::string& container,
                                  const std::string& file, size_t last_bytes, Deadline deadline);

// From yarn.log.server.web-service.url, or mapreduce.jobhistory.webapp.address.
Result<std::string> read_aggregated_log(const hadoop::Configuration& configuration,
                                        const std::string& container, const std::string& file,
                                        size_t last_bytes, Deadline deadline);

// From the node where it is known ("" otherwise) and has it, else the aggregated one.
Result<std::string> read_container_log(const hadoop::Configuration& configuration,
                                       std::string_view node_http, const std::string& container,
                                       const std::string& file, size_t last_bytes,
                                       Deadline deadline);

// The file's content within the text that both services wrap around it; the whole text where it is
// not wrapped.
std::string unwrap_log(std::string_view text, std::string_view file, size_t last_bytes);

}  // namespace howdah::yarn
