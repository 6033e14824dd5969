// How the learning rate goes over a training: plain values with the job file's names, and the rate
// at a step as a pure function of them, so that whoever goes on from a step has the same rate.
//
// The forms are PyTorch's (torch.optim.lr_scheduler) and TensorFlow's (keras.optimizers.schedules);
// cosine restarts: Loshchilov and Hutter, SGDR; one-cycle: Smith and Topin; inverse square root:
// Vaswani et al.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace howdah::model {

enum class ScheduleType {
  kFixed,
  kExponential,
  kPolynomial,
  kStep,
  kMultiStep,
  kInverseTime,
  kInverseSqrt,
  kCosine,
  kOneCycle,
  kPlateau
};

// "2 epochs", "500 steps".
struct Period {
  int64_t count = 1;
  bool epochs = true;  // else steps
  bool operator==(const Period&) const = default;
};
constexpr Period kNoPeriod{0, false};
// No overflow: at most 2^53, and at least 0.
int64_t steps_of(const Period& period, int64_t steps_per_epoch);

struct Warmup {
  Period length = kNoPeriod;
  double from = 0;
  bool linear = true;  // from `from` to the schedule's first rate; else `from` all along
  bool operator==(const Warmup&) const = default;
};

// `n`: steps since the end of the warm-up, in which every period is counted too.
struct Schedule {
  ScheduleType type = ScheduleType::kFixed;
  double initial = 0.01;    // one_cycle: the highest
  double decay = 1;         // exponential, step, multi_step, inverse_time
  Period every{};           // exponential, step, inverse_time
  bool staircase = true;    // exponential, inverse_time: floor(n / every), else the quotient itself
  double end = 0;           // polynomial, cosine: the last rate; plateau: the lowest
  Period over = kNoPeriod;  // polynomial, cosine, one_cycle; nothing: the rest of the training
  double power = 1;         // polynomial
  bool cycle = false;       // polynomial: begin again, over 2, 3, ... times as many steps
  std::vector<Period> at{};      // multi_step
  Period timescale = kNoPeriod;  // inverse_sqrt; nothing: as long as the warm-up
  struct Restarts {              // cosine
    Period first = kNoPeriod;    // the first cycle's length; nothing: no restarts
    double factor = 1;           // each cycle's length by the former's: 1, or at least 1.01
    double decay = 1;            // each cycle's highest rate by the former's
    bool operator==(const Restarts&) const = default;
  } restarts{};
  struct OneCycle {
    double rise = 0.3;                              // the part of `over` in which the rate goes up
    double start_factor = 0.04, end_factor = 4e-6;  // of the highest rate
    bool operator==(const OneCycle&) const = default;
  } one_cycle{};
  struct Measure {              // a figure of an evaluation
    std::string name = "loss";  // as the evaluation reports it: "accuracy", "roc_auc", "rmse"
    bool falls = true;          // whether lower is better
    bool operator==(const Measure&) const = default;
  };
  struct Plateau {
    Measure measure{};  // of the validation part
    double factor = 0.1;
    int64_t patience = 10;    // so many validations without a better measure are borne
    double threshold = 1e-4;  // better: by this share of the best
    int64_t cooldown = 0;     // validations after a reduction that are not counted
    bool operator==(const Plateau&) const = default;
  } plateau{};
  bool by_epoch = false;  // the rate of an epoch's first step all through it
  Warmup warmup{};
  bool operator==(const Schedule&) const = default;
};

// What a plateau schedule has learnt of validations, one an epoch. Checkpoints hold it, and members
// send it to each other as it lies in memory.
struct PlateauState {
  int64_t epochs = 0;      // the number of the last epoch that was validated; 0: none yet
  int64_t best_epoch = 0;  // the number of the best one; 0: none yet
  double best = 0;         // its measure
  int64_t bad = 0;         // validations in a row that were not better
  int64_t cooldown = 0;    // validations that are still not counted
  double factor = 1;       // of the schedule's first rate
  bool operator==(const PlateauState&) const = default;
};

// After the validation of an epoch (from 1): PyTorch's ReduceLROnPlateau.step with threshold_mode
// rel and eps 0. What is not finite is never better.
void update(PlateauState& state, const Schedule& schedule, int64_t epoch, double measure);

// The rate of a step, counted from 0, of a training of `total_steps`. Any step is allowed; after
// its last period a schedule stays where it is.
double rate(const Schedule& schedule, int64_t step, int64_t steps_per_epoch, int64_t total_steps,
            const PlateauState& plateau = {});

// Whether a period is counted in steps: then a curve over epochs needs to know how many an epoch
// has.
bool counts_steps(const Schedule& schedule);

}  // namespace howdah::model
