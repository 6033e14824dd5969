// DataParallelTrainer::evaluate: every stream evaluates its share of the part; counts are added as
// integers and losses in the order of the streams, so that the figures do not depend on who
// carried which.
#include <algorithm>
#include <cstring>

#include "parallel/averaged_weights.h"
#include "parallel/data_parallel.h"

namespace howdah::parallel {
namespace {

double measure_of(const train::Metrics& metrics, model::Schedule::Measure measure) {
  switch (measure) {
    case model::Schedule::Measure::kLoss:
      return metrics.loss;
    case model::Schedule::Measure::kAccuracy:
      return metrics.accuracy;
    case model::Schedule::Measure::kPrecision:
      return metrics.precision;
    case model::Schedule::Measure::kRecall:
      return metrics.recall;
    case model::Schedule::Measure::kF1:
      return metrics.f1;
  }
  return metrics.loss;
}

constexpr size_t kPieceBytes = 1 << 20;  // the most that Group::all_gather takes

}  // namespace

Result<train::Metrics> DataParallelTrainer::evaluate(dataset::Part part, Deadline deadline) {
  if (group_ == nullptr)
    return Status(Code::kFailedPrecondition, "no generation was entered")
        .with_operation("evaluate");
  const AveragedWeights averaged(optimizer_, network_->weights());
  train::ConfusionMatrix answers(training_.classes);
  std::vector<double> losses(static_cast<size_t>(training_.streams));
  Status done;
  for (int stream = streams_.begin; stream < streams_.end && done.is_ok(); ++stream)
    done = evaluate_stream(stream, part, answers, losses[static_cast<size_t>(stream)], deadline);
  if (done.is_ok()) done = merge(answers, losses, deadline);
  if (!done.is_ok()) return give_up(done);
  train::Metrics metrics = train::metrics_of(answers);
  for (const double loss : losses) metrics.loss += loss;
  metrics.loss /= static_cast<double>(std::max<int64_t>(metrics.records, 1));
  if (part == dataset::Part::kValidation && validation_due()) note_validation(metrics);
  return metrics;
}

void DataParallelTrainer::note_validation(const train::Metrics& metrics) {
  const int64_t epoch = applied_ / steps_per_epoch_;
  if (training_.schedule.type == model::ScheduleType::kPlateau && epoch > plateau_.epochs)
    model::update(plateau_, training_.schedule, epoch,
                  measure_of(metrics, training_.schedule.plateau.measure));
  const model::CourseRules& rules = training_.course;
  if (rules.need_validation() && epoch > course_.validated)
    model::update(course_, rules,
                  {.epoch = epoch,
                   .step = applied_,
                   .stop_measure = measure_of(metrics, rules.stop_early.measure),
                   .best_measure = measure_of(metrics, rules.best.measure)});
}

Status DataParallelTrainer::evaluate_stream(int stream, dataset::Part part,
                                            train::ConfusionMatrix& answers, double& loss,
                                            Deadline deadline) {
  return walk(
      stream, part,
      [&](const dataset::RecordBatch& batch) { return network_->evaluate(batch, answers, loss); },
      deadline);
}

Status DataParallelTrainer::walk(int stream, dataset::Part part,
                                 const std::function<Status(const dataset::RecordBatch&)>& visit,
                                 Deadline deadline) {
  const dataset::PlanOptions options = plan_options(training_, options_.split, part);
  const auto plan = HOWDAH_TRY(dataset::EpochPlan::make(index_, options, 0));
  StreamBatches batches(index_, folder_, options, options_.reader, plan.steps());
  HOWDAH_TRY(batches.carry(stream, stream + 1, 0));
  for (int64_t step = 0; step < plan.steps(); ++step) {
    HOWDAH_TRY(check_alive());
    const dataset::RecordBatch& batch = *HOWDAH_TRY(batches.batch(stream, interrupted_, deadline));
    if (batch.records > 0) HOWDAH_TRY(visit(batch));
    batches.commit();
  }
  return Status::ok();
}

Status DataParallelTrainer::predict(dataset::Part part, const WriteAnswers& write,
                                    Deadline deadline) {
  if (group_ == nullptr)
    return Status(Code::kFailedPrecondition, "no generation was entered").with_operation("predict");
  const auto predict_stream = [&](int stream) -> Status {
    HOWDAH_TRY(walk(
        stream, part,
        [&](const dataset::RecordBatch& batch) -> Status {
          return write(stream, &batch, HOWDAH_TRY(network_->predict(batch)));
        },
        deadline));
    return write(stream, nullptr, {});
  };
  Status done;
  for (int stream = streams_.begin; stream < streams_.end && done.is_ok(); ++stream)
    done = predict_stream(stream);
  return done.is_ok() ? done : give_up(done);
}

Status DataParallelTrainer::meet(Deadline deadline) {
  const auto met = group_->all_gather("here", deadline);
  return met.is_ok() ? Status::ok() : give_up(met.status());
}

// In: this worker's counts, and the losses of its streams. Out: those of all.
Status DataParallelTrainer::merge(train::ConfusionMatrix& answers, std::vector<double>& losses,
                                  Deadline deadline) {
  const size_t loss_bytes = losses.size() * sizeof(double);
  std::vector<std::byte> mine(loss_bytes + answers.counts().size_bytes());
  std::memcpy(mine.data(), losses.data(), loss_bytes);
  std::memcpy(mine.data() + loss_bytes, answers.counts().data(), answers.counts().size_bytes());
  const auto& members = group_->plan().members;
  std::vector<std::string> all(members.size());
  for (size_t at = 0; at < mine.size(); at += kPieceBytes) {
    const Bytes piece = Bytes(mine).subspan(at, std::min(kPieceBytes, mine.size() - at));
    const auto pieces = HOWDAH_TRY(group_->all_gather(as_text(piece), deadline));
    for (size_t rank = 0; rank < all.size(); ++rank) all[rank] += pieces[rank];
  }

  std::fill(answers.counts().begin(), answers.counts().end(), 0);
  for (size_t rank = 0; rank < all.size(); ++rank) {
    if (all[rank].size() != mine.size())
      return Status(Code::kCorrupt, "a member counts its answers in another form");
    for (int stream = members[rank].streams.begin; stream < members[rank].streams.end; ++stream) {
      const size_t index = static_cast<size_t>(stream);
      std::memcpy(&losses[index], all[rank].data() + index * sizeof(double), sizeof(double));
    }
    for (size_t i = 0; i < answers.counts().size(); ++i) {
      int64_t count;
      std::memcpy(&count, all[rank].data() + loss_bytes + i * sizeof count, sizeof count);
      answers.counts()[i] += count;
    }
  }
  return Status::ok();
}

}  // namespace howdah::parallel
