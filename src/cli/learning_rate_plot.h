// `howdah config JOB.yaml --plot-lr`: the learning rate of a whole training as a curve of
// characters, or as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/job_verbs.h"
#include "job/job_spec.h"

namespace howdah::cli {

// How many records there are is known only when the data is read: without `steps_per_epoch` the
// curve is over epochs, and its steps are fractions of them.
struct LearningRateCurve {
  model::Schedule schedule;
  int64_t epochs = 1;
  int64_t steps_per_epoch = 1;
  bool over_steps = false;

  // kInvalidArgument  the schedule counts steps, and nobody said how many an epoch has
  static Result<LearningRateCurve> of(const model::Training& training,
                                      std::optional<int64_t> steps_per_epoch);
  int64_t steps() const { return epochs * steps_per_epoch; }
  double rate(int64_t step) const { return model::rate(schedule, step, steps_per_epoch, steps()); }
};

// Lines of at most `columns` characters (at least 40); braille dots, or `*` where those would not
// be shown.
std::string plot_text(const LearningRateCurve& curve, int columns, bool unicode);
// One object; every step up to 10,000 (over epochs: 1,000 points), else that many, evenly.
std::string plot_json(const LearningRateCurve& curve);

// Returns the exit code; complains by itself.
int plot_learning_rate(const JobRequest& request);

}  // namespace howdah::cli
