#include "model/training.h"

#include <algorithm>
#include <cmath>

namespace howdah::model {

double learning_rate(const Schedule& schedule, int64_t step, int64_t steps_per_epoch) {
  if (schedule.type == ScheduleType::kFixed) return schedule.initial;
  const int64_t progress =
      schedule.every_is_epochs ? step / std::max<int64_t>(steps_per_epoch, 1) : step;
  const int64_t stairs = progress / std::max<int64_t>(schedule.every, 1);
  return schedule.initial * std::pow(schedule.decay, static_cast<double>(stairs));
}

}  // namespace howdah::model
