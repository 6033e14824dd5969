#include "model/course.h"

#include <cmath>

namespace howdah::model {

bool is_better(const Schedule::Measure& measure, double value, double best, double threshold) {
  if (!std::isfinite(value)) return false;
  const double least = threshold * std::abs(best);
  return measure.falls ? value < best - least : value > best + least;
}

void update(Course& course, const CourseRules& rules, const Validation& validation) {
  course.validated = validation.epoch;
  const KeepBest& keep = rules.best;
  if (keep.on && std::isfinite(validation.best_measure) &&
      (course.best_epoch == 0 ||
       is_better(keep.measure, validation.best_measure, course.best, 0))) {
    course.best_epoch = validation.epoch;
    course.best_step = validation.step;
    course.best = validation.best_measure;
  }
  const StopEarly& stop = rules.stop_early;
  if (!stop.on) return;
  if (std::isfinite(validation.stop_measure) &&
      (course.mark_epoch == 0 ||
       is_better(stop.measure, validation.stop_measure, course.mark, stop.threshold))) {
    course.mark_epoch = validation.epoch;
    course.mark = validation.stop_measure;
    course.bad = 0;
    return;
  }
  ++course.bad;
  if (course.bad >= stop.patience && validation.epoch >= stop.min_epochs)
    course.stopped_epoch = validation.epoch;
}

}  // namespace howdah::model
