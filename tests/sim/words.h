// Events and actions as a line of a trace.
#pragma once

#include <string>

#include "job/coordinator.h"

namespace howdah::sim {

std::string words_of(const job::Event& event);
std::string words_of(const job::Action& action);
std::string_view phase_name(job::Phase phase);

}  // namespace howdah::sim
