// The coordinator's journal entries: one JSON object each, without a line's end. "t" names the
// kind, "at_ms" is the coordinator's time. journal.h says what a later attempt makes of them.
#pragma once

#include <string>

#include "job/coordinator.h"

namespace howdah::job {

std::string attempt_entry(Instant at, uint32_t attempt);
std::string launch_entry(Instant at, const std::string& container, WorkerNumber worker,
                         const std::string& host);
std::string finished_entry(Instant at, const ContainerFinished& event, WorkerNumber worker);
std::string lost_entry(Instant at, WorkerNumber worker, const std::string& container, Cause cause,
                       const std::string& why);
std::string generation_entry(Instant at, const GenerationPlan& plan);
std::string end_entry(Instant at, const Ending& ending);
// This attempt is over; the job may go on in another.
std::string left_entry(Instant at, const std::string& reason);

}  // namespace howdah::job
