// The state of training, and how members come to have the same: where it comes from as they enter a
// generation, and where it goes.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/log.h"
#include "parallel/averaged_weights.h"
#include "parallel/data_parallel.h"
#include "train/engine.h"
#include "train/pretrained.h"

namespace howdah::parallel {
namespace {

// What members tell each other as they enter a generation.
struct Standing {
  int64_t applied = 0;
  model::PlateauState plateau;
  model::Course course;
};
static_assert(sizeof(Standing) == 17 * 8, "nothing undefined goes over the wire");

}  // namespace

Status DataParallelTrainer::load_from_storage(const StateSource& source, Deadline deadline) {
  std::optional<train::Checkpoint> checkpoint;
  if (source.checkpoints)
    checkpoint = HOWDAH_TRY(train::load_newest_checkpoint(*source.checkpoints->files,
                                                          source.checkpoints->path, deadline));
  if (!checkpoint) {
    HOWDAH_TRY(network_->initialize());
    optimizer_.reset();
    plateau_ = {};
    course_ = {};
    if (options_.pretrained)
      HOWDAH_TRY(train::load_pretrained(*options_.pretrained->files, options_.pretrained->path,
                                        training_.pretrained, model_state(), deadline));
    applied_ = 0;
    return Status::ok();
  }
  const train::TrainingState& state = checkpoint->state;
  const auto differs = [&](const std::string& what, const auto& there, const auto& here) {
    return Status(Code::kFailedPrecondition,
                  fmt::format("the checkpoint was made with {} {}, this job has {}", what, there,
                              here))
        .with_peer(checkpoint->path)
        .with_advice("run it under another name, or remove the old checkpoints");
  };
  if (state.seed != training_.seed) return differs("seed", state.seed, training_.seed);
  if (state.streams != training_.streams)
    return differs("streams", state.streams, training_.streams);
  if (state.batch != training_.batch) return differs("batch", state.batch, training_.batch);
  if (state.dataset != index_.fingerprint)
    return differs("dataset", state.dataset, index_.fingerprint);
  if (state.module != module_digest())
    return differs("the model", state.module.empty() ? "of layers" : state.module,
                   module_digest().empty() ? "layers" : module_digest());
  if (const std::string engine = train::engine_fingerprint(); state.engine != engine)
    log::warning("checkpoint {} was made by {}, here is {}: the result is as good, its bits differ",
                 checkpoint->path, state.engine, engine);
  HOWDAH_TRY(train::restore(*checkpoint, model_state()));
  plateau_ = state.plateau.value_or(model::PlateauState{});
  course_ = state.course.value_or(model::Course{});
  applied_ = state.step;
  return Status::ok();
}

// Brings every member to the root's step. start_step: what the root should have applied; -1: what
// it has applied is right.
Status DataParallelTrainer::synchronize(int root, int64_t start_step, Deadline deadline) {
  const Standing mine{applied_, plateau_, course_};
  const auto answers = HOWDAH_TRY(group_->all_gather(
      std::string_view(reinterpret_cast<const char*>(&mine), sizeof mine), deadline));
  std::vector<Standing> standings;
  for (const std::string& answer : answers) {
    if (answer.size() != sizeof mine)
      return Status(Code::kCorrupt, "a member tells its step in another form");
    std::memcpy(&standings.emplace_back(), answer.data(), sizeof mine);
  }
  if (root < 0 || root >= std::ssize(standings))
    return Status(Code::kInternal,
                  fmt::format("no member of rank {} to take the state from", root));
  const auto& [start, plateau, course] = standings[static_cast<size_t>(root)];
  if (start < 0 || (start_step >= 0 && start != start_step))
    return Status(Code::kInternal, fmt::format("the member that should have applied {} steps has"
                                               " applied {}",
                                               start_step, start));
  std::vector<int> receivers;
  for (int rank = 0; rank < std::ssize(standings); ++rank) {
    const int64_t there = standings[static_cast<size_t>(rank)].applied;
    // The seed gave it the same weights; a plug-in may draw them otherwise.
    const bool fresh =
        there < 0 && start == 0 && !options_.pretrained && !training_.module.has_value();
    if (there != start && !fresh) receivers.push_back(rank);
  }
  if (!receivers.empty()) HOWDAH_TRY(share_state(root, receivers, deadline));
  optimizer_.set_steps(start);
  // Also of a member at the same step: the root may have lost the others in the evaluation that
  // follows it.
  plateau_ = plateau;
  course_ = course;
  applied_ = start;
  return Status::ok();
}

Status DataParallelTrainer::share_state(int root, std::span<const int> receivers,
                                        Deadline deadline) {
  const int rank = group_->plan().rank;
  const bool receives = std::find(receivers.begin(), receivers.end(), rank) != receivers.end();
  if (rank != root && !receives) return group_->broadcast(root, receivers, {}, deadline);
  // Through a copy, so that a broken broadcast leaves the state whole.
  const auto spans = state_spans();
  size_t count = 0;
  for (const auto span : spans) count += span.size();
  std::vector<float> state(count);
  auto at = state.begin();
  if (rank == root)
    for (const auto span : spans) at = std::copy(span.begin(), span.end(), at);
  HOWDAH_TRY(
      group_->broadcast(root, receivers, std::as_writable_bytes(std::span(state)), deadline));
  at = state.begin();
  if (receives)
    for (const auto span : spans) {
      std::copy_n(at, span.size(), span.begin());
      at += static_cast<std::ptrdiff_t>(span.size());
    }
  return Status::ok();
}

std::vector<std::span<float>> DataParallelTrainer::state_spans() {
  std::vector<std::span<float>> spans{network_->weights(), network_->buffers()};
  for (const auto& state : optimizer_.states()) spans.push_back(state.values);
  return spans;
}

// ---- another course ----

Result<int64_t> DataParallelTrainer::roll_back(const fs::Location& checkpoints, Deadline deadline) {
  const model::Course before = course_;
  StateSource source;
  source.checkpoints = checkpoints;
  auto start = join(source, deadline);
  if (!start.is_ok()) {
    group_->abort(start.status());
    return start;
  }
  // What happened after the checkpoint was written is not in there.
  course_.roll_backs = before.roll_backs + 1;
  course_.rate = before.rate * training_.course.on_nan.rate;
  return start;
}

Status DataParallelTrainer::take_weights(const fs::Location& checkpoint, Deadline deadline) {
  const auto take = [&]() -> Status {
    if (group_->plan().rank == 0) {
      const auto best =
          HOWDAH_TRY(train::load_checkpoint(*checkpoint.files, checkpoint.path, deadline));
      HOWDAH_TRY(train::restore(best, model_state()));
    }
    std::vector<int> others;
    for (int rank = 1; rank < std::ssize(group_->plan().members); ++rank) others.push_back(rank);
    if (!others.empty()) HOWDAH_TRY(share_state(0, others, deadline));
    return Status::ok();
  };
  const Status taken = take();
  if (!taken.is_ok()) group_->abort(taken);
  return taken;
}

// ---- what it is ----

bool DataParallelTrainer::validation_due() const {
  const int64_t epochs = applied_ / steps_per_epoch_;
  if (applied_ != epochs * steps_per_epoch_) return false;
  return (training_.schedule.type == model::ScheduleType::kPlateau && epochs > plateau_.epochs) ||
         (training_.course.need_validation() && epochs > course_.validated);
}

std::string DataParallelTrainer::module_digest() const {
  return training_.module ? training_.module->sha256 : "";
}

train::ModelState DataParallelTrainer::model_state() {
  return {*layout_, network_->weights(), network_->buffers(), optimizer_};
}

std::shared_ptr<const train::Snapshot> DataParallelTrainer::snapshot() {
  train::TrainingState state;
  state.step = std::max<int64_t>(applied_, 0);
  state.epoch = state.step / steps_per_epoch_;
  state.seed = training_.seed;
  state.streams = training_.streams;
  state.batch = training_.batch;
  state.dataset = index_.fingerprint;
  state.engine = train::engine_fingerprint();
  state.module = module_digest();
  if (training_.schedule.type == model::ScheduleType::kPlateau) state.plateau = plateau_;
  if (training_.course.need_validation() || training_.course.on_nan.roll_back)
    state.course = course_;
  return train::take_snapshot(model_state(), state);
}

std::string DataParallelTrainer::model_file() {
  const AveragedWeights averaged(optimizer_, network_->weights());
  return train::model_file(*snapshot());
}

Status DataParallelTrainer::load_weights(std::span<const train::TensorView> tensors) {
  HOWDAH_TRY(train::restore_weights(tensors, model_state()));
  const std::span<float> average = optimizer_.average();
  std::copy_n(network_->weights().begin(), average.size(), average.begin());
  return Status::ok();
}

}  // namespace howdah::parallel
