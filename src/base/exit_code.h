// What an executable of Howdah's ends with: 0 done, 1 the job failed, 2 wrong usage, job file or
// input, 3 the cluster could not be reached, 4 killed, 5 refused.
#pragma once

#include "base/status.h"

namespace howdah {

int exit_code(const Status& status);

}  // namespace howdah
