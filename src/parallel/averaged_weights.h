// While it lives, the average of the weights lies in the network and the weights wait where the
// average was; nothing changes where the job does not ask for one.
#pragma once

#include <algorithm>
#include <span>

#include "train/optimizer.h"

namespace howdah::parallel {

class AveragedWeights {
 public:
  AveragedWeights(train::Optimizer& optimizer, std::span<float> weights)
      : average_(optimizer.average()), weights_(weights) {
    exchange();
  }
  ~AveragedWeights() { exchange(); }
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;

 private:
  void exchange() { std::swap_ranges(average_.begin(), average_.end(), weights_.begin()); }

  const std::span<float> average_, weights_;
};

}  // namespace howdah::parallel
