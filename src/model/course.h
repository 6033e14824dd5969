// How a training may take another course than its epochs say: the best model by validation is kept,
// training stops early, or goes back from a loss that is not finite. Rules as plain values, and
// what was learnt on the way as a pure function of the validations, so that whoever goes on from a
// step decides alike.
#pragma once

#include <cstdint>

#include "model/schedule.h"

namespace howdah::model {

// Training ends where the measure of `patience` validations in a row was not better than the best
// by `threshold` of it (Keras' EarlyStopping, with a relative threshold).
struct StopEarly {
  bool on = false;
  Schedule::Measure measure{};
  int64_t patience = 5;
  double threshold = 1e-4;
  int64_t min_epochs = 1;  // never before this one is over
};

// The checkpoint of the best validation stays.
struct KeepBest {
  bool on = false;
  Schedule::Measure measure{};
  bool use = false;  // the job's model is the best one, else the last
};

// A loss that is not finite, or above a limit.
struct OnNan {
  bool roll_back = false;  // to the newest checkpoint, with a lower rate; else the job fails
  double rate = 0.5;       // times the learning rate, each time
  int64_t times = 3;
  double explodes_above = 0;  // 0: no limit
};

struct CourseRules {
  StopEarly stop_early{};
  KeepBest best{};
  OnNan on_nan{};
  // Whether a validation must come before an epoch's end is passed.
  bool need_validation() const { return stop_early.on || best.on; }
};

// Checkpoints hold it, and members send it to each other as it lies in memory.
struct Course {
  int64_t validated = 0;  // the last epoch whose validation is in here, from 1; 0: none yet
  int64_t best_epoch = 0, best_step = 0;  // the best one; 0: none yet
  double best = 0;
  int64_t mark_epoch = 0;  // the last one that was better by the threshold; 0: none yet
  double mark = 0;
  int64_t bad = 0;            // validations in a row that were not
  int64_t stopped_epoch = 0;  // training ended early after this one
  int64_t roll_backs = 0;
  double rate = 1;  // of the learning rate, by roll-backs
  bool operator==(const Course&) const = default;
};

// The figures of an epoch's validation.
struct Validation {
  int64_t epoch = 0;  // from 1
  int64_t step = 0;   // steps applied
  double stop_measure = 0, best_measure = 0;
};

// What is not finite is never better.
void update(Course& course, const CourseRules& rules, const Validation& validation);

// Whether a measure is better than the best by this share of it.
bool is_better(const Schedule::Measure& measure, double value, double best, double threshold);

}  // namespace howdah::model
