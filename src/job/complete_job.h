// What of a job is known from its data only, for the reading of the job file, too.
#pragma once

#include <vector>

#include "job/job_spec.h"

namespace howdah::job {

// The layers of a model by name, as soon as it is known how many classes there are.
void expand_zoo(JobSpec& job, int64_t classes);

// What somebody waits for and evaluations do not report anyway: the measure, and who waits.
std::vector<MetricSpec> watched_measures(const model::Training& training);

}  // namespace howdah::job
