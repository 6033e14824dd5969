// A call in a process of its own. The library sentencepiece ends the process where it meets what it
// did not expect in a text or a model: then that is the child, and the caller gets an error.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace howdah::text {

// `call` runs in a child, which has this thread alone, and no file but its standard error; what it
// appends to `result` comes back. Returns false: refused, for the reason in `result`. It must not
// touch locks that other threads may hold, beside those of memory allocation. The child ends with
// this thread at the latest.
//   kInvalidArgument  it was refused, or ended early (the message is what it wrote to its standard
//                     error)
Result<std::string> in_child(const std::function<bool(std::string& result)>& call);

}  // namespace howdah::text
