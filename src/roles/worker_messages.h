// Between the wire's messages and the coordinator's events and actions.
#pragma once

#include <optional>

#include "job/coordinator.h"
#include "roles/proto/control.pb.h"

namespace howdah::roles {

// Nothing for what only the reports need (evaluations, input bytes).
std::optional<job::Event> to_event(uint32_t worker, const control::FromWorker& message);
control::ToWorker to_message(const job::SendHalt& action);
control::ToWorker to_message(const job::SendForm& action);
control::ToWorker to_message(const job::SendFinish& action);
job::GenerationPlan to_plan(const control::Generation& message);

}  // namespace howdah::roles
