// How a step's gradient moves the weights, as plain values with PyTorch's names, and which
// parameters are moved otherwise.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::model {

enum class OptimizerType { kSgd, kAdam, kAdamW, kAdagrad, kAdadelta, kRmsprop };

// Parameters that are trained in their own way. Of several groups the first that matches holds.
struct ParameterGroup {
  std::string match = {};                   // of names: '*' any number of letters, '?' one
  std::optional<double> weight_decay = {};  // the optimizer's when not given
  double rate = 1;                          // times the learning rate
  bool freeze = false;                      // the parameters keep their values
  bool freeze_statistics = false;           // of BatchNorm: what it has gathered is used, and stays
  std::string where = {};                   // "job.yaml:12:7", for messages
};

// The gradient of the loss and its penalty is made smaller before the optimizer sees it; 0: it is
// not. One of the two.
struct Clip {
  double norm = 0;   // of all trained parameters together: the 2-norm is at most this
  double value = 0;  // each element is in [-value, value]
};

// An average of the weights over the steps: decay * average + (1 - decay) * weights. It begins with
// the weights after the first step.
struct WeightAverage {
  double decay = 0;     // 0: none is kept
  bool warmup = false;  // the decay is (1 + step) / (10 + step) while that is less
  bool use = true;      // evaluation and the model file take the average, else the weights
};

struct Optimizer {
  OptimizerType type = OptimizerType::kSgd;
  double momentum = 0;    // sgd, rmsprop
  double dampening = 0;   // sgd
  bool nesterov = false;  // sgd
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;           // all but sgd
  bool amsgrad = false;            // adam, adamw
  double rate_decay = 0;           // adagrad: PyTorch's lr_decay
  double initial_accumulator = 0;  // adagrad
  double rho = 0.9;                // adadelta
  double alpha = 0.99;             // rmsprop
  bool centered = false;           // rmsprop
  double weight_decay = 0;  // adamw: decoupled (Loshchilov, Hutter); others: added to the gradient
  std::vector<ParameterGroup> groups = {};
  Clip clip = {};
  WeightAverage average = {};
};

// As the job file writes them: "sgd", "adam", ... in the order of the enumeration.
const std::vector<std::string>& optimizer_words();
// PyTorch's constants of that optimizer, but for sgd's rate.
Optimizer default_optimizer(OptimizerType type);
double default_learning_rate(OptimizerType type);

bool matches(std::string_view pattern, std::string_view name);
// The group that holds for a parameter; null: none.
const ParameterGroup* group_of(const Optimizer& optimizer, std::string_view name);

//   kInvalidArgument  a group that no parameter of these names falls into, with its place; every
//                     parameter is frozen
Status check_groups(const Optimizer& optimizer, std::span<const std::string> names);

}  // namespace howdah::model
