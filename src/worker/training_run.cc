#include "worker/training_run.h"

#include "base/digest.h"
#include "base/log.h"
#include "train/model_state.h"

namespace howdah::worker {
namespace {
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kJoinTimeout{30};
constexpr minutes kEnterTimeout{10};  // a large state over a slow network
constexpr minutes kStepTimeout{60};   // a lost member ends a step long before
constexpr minutes kEvaluateTimeout{240};
constexpr minutes kWriteTimeout{30};

comm::GroupPlan to_group_plan(const job::GenerationPlan& plan, int rank) {
  comm::GroupPlan group;
  group.generation = plan.generation;
  group.rank = rank;
  group.streams = plan.streams;
  for (const job::MemberPlan& member : plan.members) {
    const auto address = net::Address::parse(member.address);
    group.members.push_back({member.worker,
                             address ? *address : net::Address{},
                             {member.streams_begin, member.streams_end}});
  }
  return group;
}

std::optional<job::WorkerNumber> worker_at(const job::GenerationPlan& plan,
                                           std::optional<int> rank) {
  if (!rank || *rank < 0 || static_cast<size_t>(*rank) >= plan.members.size()) return std::nullopt;
  return plan.members[static_cast<size_t>(*rank)].worker;
}

// "worker 3", as Endpoint::join names the member that did not come.
std::optional<job::WorkerNumber> worker_named(const std::string& peer) {
  constexpr std::string_view kPrefix = "worker ";
  if (!peer.starts_with(kPrefix)) return std::nullopt;
  return static_cast<job::WorkerNumber>(std::atoi(peer.c_str() + kPrefix.size()));
}

}  // namespace

TrainingRun::TrainingRun(uint32_t worker, const job::JobSpec& spec, fs::Location checkpoints,
                         fs::Location model, comm::Endpoint& endpoint,
                         parallel::DataParallelTrainer& trainer, Send send,
                         std::optional<Asked> asked)
    : worker_(worker),
      spec_(spec),
      checkpoints_(std::move(checkpoints)),
      model_(std::move(model)),
      endpoint_(endpoint),
      trainer_(trainer),
      send_(std::move(send)),
      asked_(std::move(asked)) {}

void TrainingRun::interrupt(uint64_t up_to_generation) {
  endpoint_.cancel_join(up_to_generation);
  trainer_.interrupt(up_to_generation, Status(Code::kAborted, "the master halted the generation"));
}

Status TrainingRun::run(const job::GenerationPlan& plan) {
  generation_ = plan.generation;
  suspect_.reset();
  Status status = form(plan);
  if (status) status = asked_ ? answer() : train();
  if (status && !asked_) status = finish();
  if (!status && !suspect_) suspect_ = worker_at(plan, trainer_.suspect());
  return status;
}

Status TrainingRun::form(const job::GenerationPlan& plan) {
  rank_ = -1;
  for (size_t i = 0; i < plan.members.size(); ++i)
    if (plan.members[i].worker == worker_) rank_ = static_cast<int>(i);
  if (rank_ < 0) return Status(Code::kInternal, "not a member of the generation it was sent");
  auto group = endpoint_.join(to_group_plan(plan, rank_), Deadline::after(kJoinTimeout));
  if (!group) {
    suspect_ = worker_named(group.status().peer());
    const Code code = group.status().code();
    if (code == Code::kCancelled || code == Code::kDeadlineExceeded || code == Code::kUnavailable)
      return Status(Code::kAborted, group.status().to_string());
    return group.status();
  }
  parallel::StateSource source;
  source.holder_rank = plan.holder_rank;
  source.start_step = plan.start_step;
  if (!asked_) source.checkpoints = checkpoints_;
  const int64_t start =
      HOWDAH_TRY(trainer_.enter(std::move(*group), source, Deadline::after(kEnterTimeout)));
  has_state_ = true;
  writer_.reset();
  if (leads() && !asked_) {
    train::CheckpointOptions options;
    options.keep = spec_.checkpoint.keep;
    writer_ = std::make_unique<train::CheckpointWriter>(
        checkpoints_.files, checkpoints_.path, options,
        [](const Result<train::WrittenCheckpoint>& written) {
          if (!written) log::warning("checkpoint: {}", written.status().to_string());
        });
  }
  control::FromWorker formed;
  formed.mutable_formed()->set_generation(generation_);
  formed.mutable_formed()->set_start_step(start);
  send_(formed);
  log::info("generation {}: rank {} of {}, from step {}", generation_, rank_, plan.members.size(),
            start);
  return Status::ok();
}

Status TrainingRun::train() {
  meter_.restart();
  while (trainer_.applied_steps() < trainer_.total_steps()) {
    if (trainer_.validation_due())  // an epoch's checkpoint is written before its evaluation
      HOWDAH_TRY(evaluate(dataset::Part::kValidation, "validation",
                          trainer_.applied_steps() / trainer_.steps_per_epoch() - 1));
    const auto report = trainer_.step(Deadline::after(kStepTimeout));
    if (!report) return report.status();
    HOWDAH_TRY(after_step(*report));
  }
  return Status::ok();
}

Status TrainingRun::after_step(const parallel::StepReport& report) {
  const int64_t applied = report.step + 1;
  const bool epoch_ends = applied % trainer_.steps_per_epoch() == 0;
  if (leads())
    if (const auto message = meter_.add(report, generation_, trainer_.total_steps(),
                                        spec_.training.epochs, epoch_ends))
      send_(*message);
  const auto& every = spec_.checkpoint;
  const int64_t every_steps =
      every.every_steps > 0 ? every.every_steps : every.every_epochs * trainer_.steps_per_epoch();
  if (leads() && (applied % every_steps == 0 || applied == trainer_.total_steps()))
    write_checkpoint();
  if (!epoch_ends) return Status::ok();
  send_input_bytes();
  if (trainer_.has_part(dataset::Part::kValidation))
    HOWDAH_TRY(evaluate(dataset::Part::kValidation, "validation", report.epoch));
  meter_.restart();
  return Status::ok();
}

Status TrainingRun::evaluate(dataset::Part part, const char* name, int64_t epoch) {
  const auto metrics = HOWDAH_TRY(trainer_.evaluate(part, Deadline::after(kEvaluateTimeout)));
  if (!leads()) return Status::ok();
  control::FromWorker message;
  control::Evaluation& evaluation = *message.mutable_evaluation();
  evaluation.set_part(name);
  evaluation.set_epoch(epoch);
  evaluation.set_loss(metrics.loss);
  evaluation.set_accuracy(metrics.accuracy);
  evaluation.set_precision(metrics.precision);
  evaluation.set_recall(metrics.recall);
  evaluation.set_f1(metrics.f1);
  evaluation.set_records(metrics.records);
  send_(message);
  return Status::ok();
}

void TrainingRun::write_checkpoint() {
  const auto start = std::chrono::steady_clock::now();
  writer_->submit(trainer_.snapshot());
  const std::chrono::duration<double, std::milli> stall = std::chrono::steady_clock::now() - start;
  control::FromWorker message;
  message.mutable_checkpointed()->set_step(trainer_.applied_steps());
  message.mutable_checkpointed()->set_uri(fs::Location{
      checkpoints_.files, checkpoints_.path + "/step-" + std::to_string(trainer_.applied_steps())}
                                              .uri());
  message.mutable_checkpointed()->set_stall_ms(stall.count());
  send_(message);
}

void TrainingRun::send_input_bytes() {
  const auto bytes = trainer_.input_bytes();
  control::FromWorker message;
  message.mutable_input()->set_local(bytes.local);
  message.mutable_input()->set_remote(bytes.remote);
  send_(message);
}

Status TrainingRun::finish() {
  if (trainer_.has_part(dataset::Part::kTest))
    HOWDAH_TRY(evaluate(dataset::Part::kTest, "test", spec_.training.epochs - 1));
  send_input_bytes();
  control::FromWorker message;
  control::Done& done = *message.mutable_done();
  done.set_generation(generation_);
  if (leads()) {
    const std::string model = trainer_.model_file();
    HOWDAH_TRY(fs::write_file_atomically(*model_.files, model_.path, as_bytes(model), {},
                                         Deadline::after(kWriteTimeout)));
    HOWDAH_TRY(writer_->drain(Deadline::after(kWriteTimeout)));
    done.set_model_uri(model_.uri());
    done.set_model_sha256(Sha256::hex_of(as_bytes(model)));
  }
  send_(message);
  return Status::ok();
}

}  // namespace howdah::worker
