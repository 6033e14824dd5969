// A command as streaming carries it. Streaming itself knows no shell: it splits at spaces and
// quotes, and every key of a job's configuration becomes a variable of the command's environment.
// So the script travels in such a key, and the command is a shell that evaluates the variable.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace howdah::mapreduce {

// The whole script: PATH with the working folder first, the variables, the command.
//   kInvalidArgument  a name that is no variable's, a zero byte, or longer than kCommandBytes
Result<std::string> command_script(const std::string& command,
                                   const std::map<std::string, std::string>& environment);

// The script as the key's value: only signs that XML, Configuration's ${...} and the environment
// leave alone. `printf %b` decodes it.
std::string encode_script(const std::string& script);

// What streaming starts, for a script under this key (howdah.mapper): URL-encoded, as its
// *.streamprocessor keys want it.
std::string streaming_command(const std::string& key);

std::string quote_for_shell(const std::string& text);

}  // namespace howdah::mapreduce
