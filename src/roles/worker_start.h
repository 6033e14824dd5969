// From a container's first process to howdah-train: libraries read their settings (threads, memory)
// from the environment before main, so they must be there before the program is.
#pragma once

#include "base/result.h"

namespace howdah::roles {

// Reads the job, sets the environment, and replaces this process by `howdah-train worker`. Comes
// back only with an error.
Status start_worker();

}  // namespace howdah::roles
