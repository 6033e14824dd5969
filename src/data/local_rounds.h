// Carries a preparation out on this machine: all cores, bounded memory. The source is parsed once;
// later readings come from a spool, with the steps that were ready already applied.
#pragma once

#include "data/preparation.h"

namespace howdah::data {

Result<Report> run_locally(Preparation& preparation, const RunLimits& limits,
                           const TellProgress& tell);

}  // namespace howdah::data
