// A worker: trains its streams in one generation after the other, as the master says, until the job
// is done.
#pragma once

#include "base/result.h"
#include "worker/worker_setting.h"

namespace howdah::worker {

// Ok when the master sent it home. An error was reported to the master before it is returned.
Status run_worker(const WorkerSetting& setting);

}  // namespace howdah::worker
