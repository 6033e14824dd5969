// Howdah's other programs, which lie beside the running one: `howdah` stays small because they hold
// what is large.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace howdah::roles {

// The path of "howdah-data" and the like.
Result<std::string> sibling_path(const std::string& program);

// Runs it and waits; returns what it wrote to standard output. Its complaint becomes the status:
// the last line of its standard error, with the code that its exit status stands for (DESIGN §8).
Result<std::string> run_sibling(const std::string& program,
                                const std::vector<std::string>& arguments);

// Runs it and waits; all that it writes goes to this process's standard error. Returns its exit
// status, 128 + N where signal N ended it.
Result<int> follow_sibling(const std::string& program, const std::vector<std::string>& arguments);

// Replaces this process by it. Comes back only with an error.
Status exec_sibling(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace howdah::roles
