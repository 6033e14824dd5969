#include "model/loss.h"

#include <algorithm>

namespace howdah::model {

std::string_view loss_name(LossType type) {
  switch (type) {
    case LossType::kCrossEntropy:
      return "cross_entropy";
    case LossType::kBinaryCrossEntropy:
      return "bce";
    case LossType::kMse:
      return "mse";
    case LossType::kMae:
      return "mae";
    case LossType::kHuber:
      return "huber";
    case LossType::kNll:
      return "nll";
  }
  return "";
}

LossType usual_loss(Task task) {
  switch (task) {
    case Task::kBinaryClassification:
      return LossType::kBinaryCrossEntropy;
    case Task::kRegression:
      return LossType::kMse;
    default:
      return LossType::kCrossEntropy;
  }
}

std::vector<LossType> losses_of(Task task) {
  switch (task) {
    case Task::kBinaryClassification:
      return {LossType::kBinaryCrossEntropy};
    case Task::kRegression:
      return {LossType::kMse, LossType::kMae, LossType::kHuber};
    default:
      return {LossType::kCrossEntropy, LossType::kNll};
  }
}

bool fits(LossType type, Task task) {
  const auto fitting = losses_of(task);
  return std::find(fitting.begin(), fitting.end(), type) != fitting.end();
}

}  // namespace howdah::model
