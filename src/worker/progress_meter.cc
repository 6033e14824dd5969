#include "worker/progress_meter.h"

namespace howdah::worker {
namespace {
double to_ms(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}
}  // namespace

void ProgressMeter::restart() {
  since_ = Clock::now();
  steps_ = records_ = correct_ = answers_ = 0;
  data_ms_ = compute_ms_ = communicate_ms_ = 0;
}

std::optional<control::FromWorker> ProgressMeter::add(const parallel::StepReport& report,
                                                      uint64_t generation, int64_t total_steps,
                                                      int64_t epochs, bool now) {
  ++steps_;
  records_ += report.records;
  correct_ += report.correct;
  answers_ += report.answers;
  data_ms_ += to_ms(report.time.wait);
  compute_ms_ += to_ms(report.time.compute) + to_ms(report.time.update);
  communicate_ms_ += to_ms(report.time.communicate);
  const auto passed = Clock::now() - since_;
  // The first step of a job is told at once: people wait for it.
  if (!now && passed < kEvery && report.step > 0) return std::nullopt;
  control::FromWorker message;
  control::Progress& progress = *message.mutable_progress();
  const auto steps = static_cast<double>(steps_);
  progress.set_generation(generation);
  progress.set_applied(report.step + 1);
  progress.set_steps(total_steps);
  progress.set_epoch(report.epoch);
  progress.set_epochs(epochs);
  progress.set_loss(report.loss + report.penalty);
  if (answers_ > 0)
    progress.set_accuracy(static_cast<double>(correct_) / static_cast<double>(answers_));
  progress.set_records_per_s(static_cast<double>(records_) /
                             std::chrono::duration<double>(passed).count());
  progress.set_data_ms(data_ms_ / steps);
  progress.set_compute_ms(compute_ms_ / steps);
  progress.set_communicate_ms(communicate_ms_ / steps);
  progress.set_learning_rate(report.learning_rate);
  restart();
  return message;
}

}  // namespace howdah::worker
