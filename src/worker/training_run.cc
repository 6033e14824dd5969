#include "worker/training_run.h"

#include <fmt/format.h>

#include <utility>

#include "base/digest.h"
#include "base/log.h"
#include "dataset/part_names.h"
#include "train/engine.h"
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

void add_metrics(const train::Metrics& metrics, control::Evaluation& evaluation) {
  evaluation.set_loss(metrics.loss);
  evaluation.set_records(metrics.records);
  for (const auto& [name, value] : metrics.figures) {
    control::Figure& figure = *evaluation.add_figures();
    figure.set_name(name);
    figure.set_value(value);
  }
  for (const train::Metrics::List& each : metrics.lists) {
    control::FigureList& list = *evaluation.add_lists();
    list.set_name(each.name);
    list.set_columns(static_cast<int32_t>(each.columns));
    for (const double value : each.values) list.add_values(value);
  }
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
  checkpointed_at_ = std::chrono::steady_clock::now();
  if (leads() && !std::exchange(advised_, true) && spec_.training.bfloat16 &&
      !train::has_fast_bfloat16())
    notice(
        "'train.precision: bfloat16' is slow here: the processor has no instructions for it; "
        "float32 is likely faster",
        true);
  // Who led before may have died before it was written.
  if (trainer_.course().best_step == start && start > 0) return keep_best();
  return Status::ok();
}

Status TrainingRun::train() {
  meter_.restart();
  for (;;) {
    // An epoch's checkpoint is written before its evaluation.
    if (trainer_.validation_due()) HOWDAH_TRY(validate());
    if (trainer_.finished()) return Status::ok();
    const auto report = trainer_.step(Deadline::after(kStepTimeout));
    if (report)
      HOWDAH_TRY(after_step(*report));
    else if (report.status().code() == Code::kNumeric)
      HOWDAH_TRY(roll_back(report.status()));
    else
      return report.status();
  }
}

Status TrainingRun::after_step(const parallel::StepReport& report) {
  const int64_t applied = report.step + 1;
  const bool epoch_ends = applied % trainer_.steps_per_epoch() == 0;
  if (leads())
    if (const auto message = meter_.add(report, generation_, trainer_.total_steps(),
                                        spec_.training.epochs, epoch_ends))
      send_(*message);
  if (leads() && (checkpoint_due(applied) || applied == trainer_.total_steps())) write_checkpoint();
  if (!epoch_ends) return Status::ok();
  send_input_bytes();
  if (trainer_.has_part(dataset::Part::kValidation)) HOWDAH_TRY(validate());
  meter_.restart();
  return Status::ok();
}

bool TrainingRun::checkpoint_due(int64_t applied) const {
  const job::CheckpointSpec& spec = spec_.checkpoint;
  if (spec.every.count() > 0)
    return std::chrono::steady_clock::now() - checkpointed_at_ >= spec.every;
  const int64_t steps =
      spec.every_steps > 0 ? spec.every_steps : spec.every_epochs * trainer_.steps_per_epoch();
  return applied % steps == 0;
}

// Of the epoch that just ended; then the training may take another course.
Status TrainingRun::validate() {
  const int64_t epoch = trainer_.applied_steps() / trainer_.steps_per_epoch();
  HOWDAH_TRY(evaluate(dataset::Part::kValidation, epoch - 1));
  const model::Course& course = trainer_.course();
  if (course.stopped_epoch == epoch && leads()) {
    notice(fmt::format("stopped after epoch {}: {}", epoch, this->course().why()), false);
    if (!checkpoint_due(trainer_.applied_steps())) write_checkpoint();
  }
  return course.best_epoch == epoch ? keep_best() : Status::ok();
}

// Nobody applies a step more before it is written, so that whoever goes on can write it too.
Status TrainingRun::keep_best() {
  if (!leads()) return Status::ok();
  const Deadline deadline = Deadline::after(kWriteTimeout);
  // One at a time; what became of a former one was said.
  if (const Status drained = writer_->drain(deadline); drained.code() == Code::kDeadlineExceeded)
    return drained;
  HOWDAH_TRY(train::write_checkpoint(*checkpoints_.files, checkpoints_.path, *trainer_.snapshot(),
                                     deadline));
  const model::Course& course = trainer_.course();
  return train::write_best(*checkpoints_.files, checkpoints_.path,
                           {.step = course.best_step,
                            .epoch = course.best_epoch,
                            .measure = spec_.training.course.best.measure.name,
                            .value = course.best},
                           deadline);
}

// From a loss that is none, back to the newest checkpoint.
Status TrainingRun::roll_back(const Status& why) {
  const model::OnNan& rule = spec_.training.course.on_nan;
  if (!rule.roll_back) return why;
  if (trainer_.course().roll_backs >= rule.times)
    return Status(why.code(), fmt::format("{}, after {} {}", why.message(), rule.times,
                                          rule.times == 1 ? "roll-back" : "roll-backs"))
        .with_operation("train")
        .with_advice(why.advice());
  // What is the newest must not depend on how fast it is written.
  if (leads()) static_cast<void>(writer_->drain(Deadline::after(kWriteTimeout)).is_ok());
  const int64_t start =
      HOWDAH_TRY(trainer_.roll_back(checkpoints_, Deadline::after(kEnterTimeout)));
  meter_.restart();
  if (leads())
    notice(fmt::format("{}: back to step {}, the learning rate times {} from here on",
                       why.message(), start, trainer_.course().rate),
           true);
  return Status::ok();
}

Status TrainingRun::evaluate(dataset::Part part, int64_t epoch) {
  const auto metrics = HOWDAH_TRY(trainer_.evaluate(part, Deadline::after(kEvaluateTimeout)));
  if (!leads()) return Status::ok();
  control::FromWorker message;
  control::Evaluation& evaluation = *message.mutable_evaluation();
  evaluation.set_part(dataset::part_name(part));
  evaluation.set_epoch(epoch);
  add_metrics(metrics, evaluation);
  send_(message);
  return Status::ok();
}

void TrainingRun::write_checkpoint() {
  const auto start = std::chrono::steady_clock::now();
  writer_->submit(trainer_.snapshot());
  checkpointed_at_ = start;
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
  message.mutable_input()->set_cached(bytes.cached);
  send_(message);
}

control::Course TrainingRun::course() const {
  const model::CourseRules& rules = spec_.training.course;
  const model::Course& course = trainer_.course();
  control::Course message;
  message.set_stopped_epoch(course.stopped_epoch);
  if (course.stopped_epoch > 0)
    message.set_why(fmt::format("the validation's {} was not better for {} {}",
                                rules.stop_early.measure.name, course.bad,
                                course.bad == 1 ? "epoch" : "epochs"));
  message.set_best_epoch(course.best_epoch);
  message.set_best_step(course.best_step);
  message.set_best_measure(rules.best.measure.name);
  message.set_best_value(course.best);
  message.set_best_used(rules.best.use && course.best_epoch > 0);
  message.set_roll_backs(course.roll_backs);
  return message;
}

void TrainingRun::notice(const std::string& text, bool warning) {
  control::FromWorker message;
  message.mutable_notice()->set_text(text);
  message.mutable_notice()->set_warning(warning);
  send_(message);
}

// The job's model is the best one, where it asks for that.
Status TrainingRun::take_best() {
  const model::Course& course = trainer_.course();
  if (!spec_.training.course.best.use || course.best_step == 0 ||
      course.best_step == trainer_.applied_steps())
    return Status::ok();
  const fs::Location best{checkpoints_.files,
                          train::checkpoint_path(checkpoints_.path, course.best_step)};
  return trainer_.take_weights(best, Deadline::after(kEnterTimeout));
}

Status TrainingRun::finish() {
  HOWDAH_TRY(take_best());
  if (trainer_.has_part(dataset::Part::kTest))
    HOWDAH_TRY(
        evaluate(dataset::Part::kTest, trainer_.applied_steps() / trainer_.steps_per_epoch() - 1));
  send_input_bytes();
  control::FromWorker message;
  control::Done& done = *message.mutable_done();
  done.set_generation(generation_);
  if (leads()) {
    const std::string model = trainer_.model_file();
    HOWDAH_TRY(fs::write_file_atomically(*model_.files, model_.path, as_bytes(model), {},
                                         Deadline::after(kWriteTimeout)));
    HOWDAH_TRY(writer_->drain(Deadline::after(kWriteTimeout)));
    *done.mutable_course() = course();
    done.set_model_uri(model_.uri());
    done.set_model_sha256(Sha256::hex_of(as_bytes(model)));
  }
  send_(message);
  return Status::ok();
}

}  // namespace howdah::worker
