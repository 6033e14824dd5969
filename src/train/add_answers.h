// From a network's outputs to the answers of an evaluation. With libtorch's headers.
#pragma once

#include <torch/torch.h>

#include "train/answers.h"
#include "train/loss.h"

namespace howdah::train {

// outputs and targets: as LossFunction takes them, of a whole micro-batch.
void add_answers(const torch::Tensor& outputs, const torch::Tensor& targets,
                 const LossFunction& loss, Answers& answers);

}  // namespace howdah::train
