// DataParallelTrainer::evaluate: every stream evaluates its share of the part. Answers are counts
// and exact sums, so that the figures do not depend on who carried which.
#include <algorithm>
#include <cstring>

#include "parallel/averaged_weights.h"
#include "parallel/data_parallel.h"
#include "parallel/dataset_fit.h"

namespace howdah::parallel {
namespace {

constexpr size_t kPieceBytes = 1 << 20;           // the most that Group::all_gather takes
constexpr size_t kMostBytes = size_t{256} << 20;  // of one member's answers

std::span<const int32_t> tokens_of_target(const dataset::RecordBatch& batch, int64_t record,
                                          int64_t width) {
  return std::span(batch.labels)
      .subspan(static_cast<size_t>(record * width), static_cast<size_t>(width));
}

}  // namespace

Result<train::Metrics> DataParallelTrainer::evaluate(dataset::Part part, Deadline deadline) {
  if (group_ == nullptr)
    return Status(Code::kFailedPrecondition, "no generation was entered")
        .with_operation("evaluate");
  if (is_unlabelled(training_, index_))
    return Status(Code::kFailedPrecondition, "the records have nothing to be found")
        .with_operation("evaluate")
        .with_peer(index_.source);
  const AveragedWeights averaged(optimizer_, network_->weights());
  const bool texts = training_.task == model::Task::kTranslation && options_.texts.given() &&
                     part == dataset::Part::kTest;
  train::Answers answers(training_, texts);
  Status done;
  for (int stream = streams_.begin; stream < streams_.end && done.is_ok(); ++stream)
    done = evaluate_stream(stream, part, answers, deadline);
  if (done.is_ok()) done = merge(answers, deadline);
  if (!done.is_ok()) return give_up(done);
  const train::Metrics metrics = train::metrics_of(answers);
  if (part == dataset::Part::kValidation && validation_due()) note_validation(metrics);
  return metrics;
}

void DataParallelTrainer::note_validation(const train::Metrics& metrics) {
  const int64_t epoch = applied_ / steps_per_epoch_;
  if (training_.schedule.type == model::ScheduleType::kPlateau && epoch > plateau_.epochs)
    model::update(plateau_, training_.schedule, epoch,
                  metrics.at(training_.schedule.plateau.measure.name));
  const model::CourseRules& rules = training_.course;
  if (rules.need_validation() && epoch > course_.validated)
    model::update(course_, rules,
                  {.epoch = epoch,
                   .step = applied_,
                   .stop_measure = metrics.at(rules.stop_early.measure.name),
                   .best_measure = metrics.at(rules.best.measure.name)});
}

Status DataParallelTrainer::evaluate_stream(int stream, dataset::Part part, train::Answers& answers,
                                            Deadline deadline) {
  return walk(
      stream, part,
      [&](const dataset::RecordBatch& batch) {
        HOWDAH_TRY(network_->evaluate(batch, answers));
        return add_texts(batch, answers);
      },
      deadline);
}

Status DataParallelTrainer::walk(int stream, dataset::Part part,
                                 const std::function<Status(const dataset::RecordBatch&)>& visit,
                                 Deadline deadline) {
  dataset::PlanOptions options = plan_options(training_, index_, options_.split, part);
  options.shuffle = options.bucketing = false;  // also of the training part: in the data's order
  const auto plan = HOWDAH_TRY(dataset::EpochPlan::make(index_, options, 0));
  StreamBatches batches(index_, folder_, options, options_.reader, plan.steps());
  HOWDAH_TRY(batches.carry(stream, stream + 1, 0));
  for (int64_t step = 0; step < plan.steps(); ++step) {
    HOWDAH_TRY(check_alive());
    const dataset::RecordBatch& batch =
        HOWDAH_TRY(batches.batch(stream, interrupted_, deadline))->records;
    if (batch.records > 0) HOWDAH_TRY(visit(batch));
    batches.commit();
  }
  return Status::ok();
}

Status DataParallelTrainer::add_texts(const dataset::RecordBatch& batch, train::Answers& answers) {
  if (!options_.texts.given() || !answers.takes_texts()) return Status::ok();
  const auto translated = HOWDAH_TRY(options_.texts.translate(*network_, batch));
  if (std::ssize(translated) != batch.records)
    return Status(Code::kInternal, "not every text was translated").with_operation("evaluate");
  for (int64_t record = 0; record < batch.records; ++record)
    answers.add_text(
        options_.texts.text_of(translated[static_cast<size_t>(record)]),
        options_.texts.text_of(tokens_of_target(batch, record, training_.target_width)));
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
          return write(stream, &batch, HOWDAH_TRY(answers_to(batch)));
        },
        deadline));
    return write(stream, nullptr, {});
  };
  Status done;
  for (int stream = streams_.begin; stream < streams_.end && done.is_ok(); ++stream)
    done = predict_stream(stream);
  return done.is_ok() ? done : give_up(done);
}

Result<train::Predictions> DataParallelTrainer::answers_to(const dataset::RecordBatch& batch) {
  if (training_.task != model::Task::kTranslation || !options_.texts.given())
    return network_->predict(batch);
  train::Predictions said;
  for (const auto& tokens : HOWDAH_TRY(options_.texts.translate(*network_, batch)))
    said.texts.push_back(options_.texts.text_of(tokens));
  return said;
}

Status DataParallelTrainer::meet(Deadline deadline) {
  const auto met = group_->all_gather("here", deadline);
  return met.is_ok() ? Status::ok() : give_up(met.status());
}

// In: this worker's answers. Out: those of all.
Status DataParallelTrainer::merge(train::Answers& answers, Deadline deadline) {
  std::string mine;
  answers.write_to(mine);
  const uint64_t own_bytes = mine.size();
  const auto told = HOWDAH_TRY(group_->all_gather(
      std::string_view(reinterpret_cast<const char*>(&own_bytes), sizeof own_bytes), deadline));
  std::vector<size_t> sizes;
  for (const std::string& size : told) {
    uint64_t bytes = 0;
    if (size.size() == sizeof bytes) std::memcpy(&bytes, size.data(), sizeof bytes);
    if (bytes == 0 || bytes > kMostBytes)
      return Status(Code::kCorrupt, "a member counts its answers in another form");
    sizes.push_back(bytes);
  }
  // Small ones of all members at once; large ones member by member, within their memory.
  const auto own = static_cast<size_t>(group_->plan().rank);
  if (*std::max_element(sizes.begin(), sizes.end()) <= kPieceBytes) {
    const auto all = HOWDAH_TRY(group_->all_gather(mine, deadline));
    for (size_t rank = 0; rank < all.size(); ++rank)
      if (rank != own) HOWDAH_TRY(answers.merge(all[rank]));
    return Status::ok();
  }
  for (size_t rank = 0; rank < sizes.size(); ++rank) {
    std::string bytes;
    for (size_t at = 0; at < sizes[rank]; at += kPieceBytes) {
      const std::string piece = rank == own ? mine.substr(at, kPieceBytes) : std::string();
      bytes += HOWDAH_TRY(group_->all_gather(piece, deadline))[rank];
    }
    if (rank != own) HOWDAH_TRY(answers.merge(bytes));
  }
  return Status::ok();
}

}  // namespace howdah::parallel
