// What a NodeManager needs to start a container.
// Hadoop: ContainerLaunchContext, and ContainerLaunch, which makes a shell script of it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::yarn {

namespace proto {
class ContainerLaunchContextProto;
}

// A file that the NodeManager brings into the container's working folder.
struct LocalResource {
  std::string name;  // in the working folder, or below it
  std::string uri;   // full: "hdfs://host:port/path", "file:///path"
  int64_t length_bytes = 0;
  int64_t modified_ms = 0;   // must equal the file system's
  bool public_file = false;  // cached for everybody; must be readable by everybody
};

struct LaunchContext {
  std::vector<std::string> command;  // argv, each as the program shall get it
  std::map<std::string, std::string> environment;
  std::vector<LocalResource> resources;
  std::string credentials;  // a credentials file (HDTS)
};

// An argument, so that it survives the NodeManager's expansions ({{NAME}}, <LOG_DIR>, <CPS>...) and
// both shells: the script has `exec /bin/bash -c "COMMAND"`, with nothing escaped.
//   kInvalidArgument  it holds a zero byte
Result<std::string> quote_argument(std::string_view argument);

// A value, so that it survives the same expansions and the script's `export NAME="VALUE"`.
//   kInvalidArgument  it holds a zero byte, or is not UTF-8 (it travels as a string of Java)
Result<std::string> quote_environment(std::string_view value);

// The whole command: quoted, with standard output and error in <LOG_DIR>/stdout and stderr.
//   kInvalidArgument  no command, or a zero byte in it
Result<std::string> command_line(const std::vector<std::string>& command);

//   kInvalidArgument  additionally: a name that is no name of a variable, or a URI that is none
Status put(const LaunchContext& context, proto::ContainerLaunchContextProto* into);

}  // namespace howdah::yarn
