// What a step makes smaller, by PyTorch's definitions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/task.h"

namespace howdah::model {

enum class LossType { kCrossEntropy, kBinaryCrossEntropy, kMse, kMae, kHuber, kNll };
std::string_view loss_name(LossType type);  // "cross_entropy", "bce", "mse", "mae", "huber", "nll"

bool fits(LossType type, Task task);
LossType usual_loss(Task task);              // of a job file that names none
std::vector<LossType> losses_of(Task task);  // all that fit, the usual one first

// Summed over what is counted (records; tokens that are no padding; values), and divided by their
// number in the whole batch; of cross_entropy and nll with weights by the sum of the weights of the
// classes that occur, as PyTorch's reduction "mean" does.
struct Loss {
  LossType type = LossType::kCrossEntropy;
  std::vector<double> weights = {};    // cross_entropy, nll: one a class; bce: one, of class 1
  double smoothing = 0;                // cross_entropy: the share spread over all classes
  std::optional<int64_t> ignore = {};  // cross_entropy, nll: a class that is not counted
  double delta = 1;                    // huber: from here on it grows linearly
};

}  // namespace howdah::model
