#include "model/loss.h"

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

}  // namespace howdah::model
