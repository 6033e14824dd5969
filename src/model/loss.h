// What a step makes smaller, by PyTorch's definitions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace howdah::model {

enum class LossType { kCrossEntropy, kBinaryCrossEntropy, kMse, kMae, kHuber, kNll };
std::string_view loss_name(LossType type);  // "cross_entropy", "bce", "mse", "mae", "huber", "nll"

// Summed over what is counted (records; tokens that are no padding; values), and divided by their
// number in the whole batch; with weights by the sum of the weights of the classes that occur, as
// PyTorch's reduction "mean" does.
struct Loss {
  LossType type = LossType::kCrossEntropy;
  std::vector<double> weights = {};    // cross_entropy, nll: one a class; bce: of class 1
  double smoothing = 0;                // cross_entropy: the share spread over all classes
  std::optional<int64_t> ignore = {};  // cross_entropy, nll: a class that is not counted
  double delta = 1;                    // huber: from here on it grows linearly
};

}  // namespace howdah::model
