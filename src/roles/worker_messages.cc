#include "roles/worker_messages.h"

namespace howdah::roles {

std::optional<job::Event> to_event(uint32_t worker, const control::FromWorker& message) {
  switch (message.what_case()) {
    case control::FromWorker::kHello:
      if (message.hello().again()) return job::WorkerReconnected{worker};
      return job::WorkerHello{worker, message.hello().container(), message.hello().address(),
                              message.hello().fingerprint()};
    case control::FromWorker::kHalting:
      return job::WorkerHalting{worker, message.halting().generation()};
    case control::FromWorker::kHalted:
      return job::WorkerHalted{worker, message.halted().generation(), message.halted().applied()};
    case control::FromWorker::kFormed:
      return job::WorkerFormed{worker, message.formed().generation(),
                               message.formed().start_step()};
    case control::FromWorker::kBroken: {
      const auto& broken = message.broken();
      std::optional<job::WorkerNumber> suspect;
      if (broken.has_suspect()) suspect = broken.suspect();
      return job::WorkerBroken{worker, broken.generation(), broken.applied(), suspect,
                               broken.why()};
    }
    case control::FromWorker::kProgress:
      return job::WorkerProgress{worker, message.progress().generation(),
                                 message.progress().applied()};
    case control::FromWorker::kFailed:
      return job::WorkerFailed{worker, job::cause_from_name(message.failed().cause()),
                               message.failed().message()};
    case control::FromWorker::kDone:
      return job::WorkerDone{worker, message.done().generation()};
    case control::FromWorker::kEvaluation:
    case control::FromWorker::kCheckpointed:
    case control::FromWorker::kInput:
    case control::FromWorker::kNotice:
    case control::FromWorker::WHAT_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

control::ToWorker to_message(const job::SendHalt& action) {
  control::ToWorker message;
  message.mutable_halt()->set_generation(action.generation);
  return message;
}

control::ToWorker to_message(const job::SendForm& action) {
  control::ToWorker message;
  control::Generation& form = *message.mutable_form();
  form.set_generation(action.plan.generation);
  form.set_streams(action.plan.streams);
  for (const job::MemberPlan& member : action.plan.members) {
    control::Member& out = *form.add_members();
    out.set_worker(member.worker);
    out.set_address(member.address);
    out.set_streams_begin(member.streams_begin);
    out.set_streams_end(member.streams_end);
  }
  if (action.plan.holder_rank) form.set_holder_rank(*action.plan.holder_rank);
  form.set_start_step(action.plan.start_step);
  return message;
}

control::ToWorker to_message(const job::SendFinish&) {
  control::ToWorker message;
  message.mutable_finish();
  return message;
}

job::GenerationPlan to_plan(const control::Generation& message) {
  job::GenerationPlan plan;
  plan.generation = message.generation();
  plan.streams = message.streams();
  for (const control::Member& member : message.members())
    plan.members.push_back(
        {member.worker(), member.address(), member.streams_begin(), member.streams_end()});
  if (message.has_holder_rank()) plan.holder_rank = message.holder_rank();
  plan.start_step = message.start_step();
  return plan;
}

}  // namespace howdah::roles
