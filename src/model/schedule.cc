#include "model/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace howdah::model {
namespace {

constexpr int64_t kMostSteps = int64_t{1} << 53;

// Where a schedule stands: n steps after the warm-up, of which the training has `rest`.
struct Position {
  int64_t n = 0;
  int64_t steps_per_epoch = 1;
  int64_t warmup = 0;
  int64_t rest = 1;

  int64_t steps(const Period& period) const { return steps_of(period, steps_per_epoch); }
  int64_t at_least_one(const Period& period) const { return std::max<int64_t>(steps(period), 1); }
  int64_t over(const Period& period) const {
    return period.count > 0 ? at_least_one(period) : rest;
  }
};

double quotient(int64_t a, int64_t b) {
  return static_cast<double>(a) / static_cast<double>(b);
}

// How often `every` has passed.
double passed(const Schedule& schedule, const Position& position) {
  const int64_t every = position.at_least_one(schedule.every);
  const bool stairs = schedule.staircase || schedule.type == ScheduleType::kStep;
  return stairs ? static_cast<double>(position.n / every) : quotient(position.n, every);
}

// Half a wave of the cosine, from `begin` at 0 to `end` at 1.
double half_wave(double begin, double end, double part) {
  return end + (begin - end) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

double polynomial(const Schedule& schedule, const Position& position) {
  int64_t over = position.over(schedule.over);
  int64_t n = position.n;
  if (!schedule.cycle)
    n = std::min(n, over);
  else if (n > over)  // TensorFlow's: the end of a cycle belongs to it
    over = over * ((n - 1) / over + 1);
  return schedule.end +
         (schedule.initial - schedule.end) * std::pow(1 - quotient(n, over), schedule.power);
}

double multi_step(const Schedule& schedule, const Position& position) {
  const auto reached = std::count_if(schedule.at.begin(), schedule.at.end(), [&](const Period& at) {
    return position.steps(at) <= position.n;
  });
  return schedule.initial * std::pow(schedule.decay, static_cast<double>(reached));
}

double inverse_sqrt(const Schedule& schedule, const Position& position) {
  const int64_t own = position.steps(schedule.timescale);
  const int64_t timescale = std::max<int64_t>(own > 0 ? own : position.warmup, 1);
  return schedule.initial / std::sqrt(1 + quotient(position.n, timescale));
}

double cosine_restarts(const Schedule& schedule, const Position& position) {
  const double first = static_cast<double>(position.at_least_one(schedule.restarts.first));
  const double factor = schedule.restarts.factor;
  const double n = static_cast<double>(position.n);
  double cycle = std::floor(n / first), begin = cycle * first, length = first;
  if (factor > 1) {
    // The sum of the cycles before one; whole where first and factor are.
    const auto begin_of = [&](double number) {
      return first * (std::pow(factor, number) - 1) / (factor - 1);
    };
    cycle = std::floor(std::log1p(n / first * (factor - 1)) / std::log(factor));
    if (begin_of(cycle + 1) <= n) ++cycle;  // the logarithm was rounded
    if (begin_of(cycle) > n) --cycle;
    begin = begin_of(cycle);
    length = first * std::pow(factor, cycle);
  }
  const double highest = schedule.initial * std::pow(schedule.restarts.decay, cycle);
  return half_wave(highest, schedule.end, std::clamp((n - begin) / length, 0.0, 1.0));
}

double cosine(const Schedule& schedule, const Position& position) {
  if (schedule.restarts.first.count > 0) return cosine_restarts(schedule, position);
  const int64_t over = position.over(schedule.over);
  return half_wave(schedule.initial, schedule.end, quotient(std::min(position.n, over), over));
}

// PyTorch's two phases: the highest rate is at step rise * over - 1, the last one at over - 1.
double one_cycle(const Schedule& schedule, const Position& position) {
  const int64_t over = position.over(schedule.over);
  const double last = static_cast<double>(over - 1);
  const double top = schedule.one_cycle.rise * static_cast<double>(over) - 1;
  const double n = std::min(static_cast<double>(position.n), last);
  const double begin = schedule.initial * schedule.one_cycle.start_factor;
  const double end = schedule.initial * schedule.one_cycle.end_factor;
  if (n <= top) return top > 0 ? half_wave(begin, schedule.initial, n / top) : schedule.initial;
  return half_wave(schedule.initial, end, last > top ? (n - top) / (last - top) : 1);
}

double main_rate(const Schedule& schedule, const Position& position, const PlateauState& plateau) {
  switch (schedule.type) {
    case ScheduleType::kFixed:
      return schedule.initial;
    case ScheduleType::kExponential:
    case ScheduleType::kStep:
      return schedule.initial * std::pow(schedule.decay, passed(schedule, position));
    case ScheduleType::kInverseTime:
      return schedule.initial / (1 + schedule.decay * passed(schedule, position));
    case ScheduleType::kPolynomial:
      return polynomial(schedule, position);
    case ScheduleType::kMultiStep:
      return multi_step(schedule, position);
    case ScheduleType::kInverseSqrt:
      return inverse_sqrt(schedule, position);
    case ScheduleType::kCosine:
      return cosine(schedule, position);
    case ScheduleType::kOneCycle:
      return one_cycle(schedule, position);
    case ScheduleType::kPlateau:
      return std::max(schedule.initial * plateau.factor, std::min(schedule.end, schedule.initial));
  }
  return schedule.initial;
}

}  // namespace

int64_t steps_of(const Period& period, int64_t steps_per_epoch) {
  const int64_t count = std::clamp<int64_t>(period.count, 0, kMostSteps);
  const int64_t scale = period.epochs ? std::max<int64_t>(steps_per_epoch, 1) : 1;
  return count > kMostSteps / scale ? kMostSteps : count * scale;
}

void update(PlateauState& state, const Schedule& schedule, int64_t epoch, double measure) {
  const Schedule::Plateau& rule = schedule.plateau;
  const double due =
      rule.measure.falls ? state.best * (1 - rule.threshold) : state.best * (1 + rule.threshold);
  const bool better =
      std::isfinite(measure) &&
      (state.best_epoch == 0 || (rule.measure.falls ? measure < due : measure > due));
  state.epochs = epoch;
  if (better) {
    state.best_epoch = epoch;
    state.best = measure;
    state.bad = 0;
  } else {
    ++state.bad;
  }
  if (state.cooldown > 0) {
    --state.cooldown;
    state.bad = 0;
  }
  if (state.bad <= rule.patience) return;
  state.factor *= rule.factor;
  state.cooldown = rule.cooldown;
  state.bad = 0;
}

double rate(const Schedule& schedule, int64_t step, int64_t steps_per_epoch, int64_t total_steps,
            const PlateauState& plateau) {
  Position position;
  position.steps_per_epoch = std::max<int64_t>(steps_per_epoch, 1);
  position.warmup = steps_of(schedule.warmup.length, steps_per_epoch);
  position.rest = std::max<int64_t>(total_steps - position.warmup, 1);
  position.n = std::max<int64_t>(step - position.warmup, 0);
  if (schedule.by_epoch) position.n -= position.n % position.steps_per_epoch;
  const double main = main_rate(schedule, position, plateau);
  if (step >= position.warmup) return main;
  if (!schedule.warmup.linear) return schedule.warmup.from;
  return schedule.warmup.from +
         (main - schedule.warmup.from) * quotient(std::max<int64_t>(step, 0), position.warmup);
}

bool counts_steps(const Schedule& schedule) {
  std::vector<Period> periods = schedule.at;
  periods.insert(periods.end(), {schedule.warmup.length, schedule.every, schedule.over,
                                 schedule.timescale, schedule.restarts.first});
  return std::any_of(periods.begin(), periods.end(),
                     [](const Period& period) { return period.count > 0 && !period.epochs; });
}

}  // namespace howdah::model
