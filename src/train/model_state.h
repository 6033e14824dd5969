// Between the trainer's flat buffers and named tensors.
#pragma once

#include "train/checkpoint.h"
#include "train/layout.h"
#include "train/optimizer.h"

namespace howdah::train {

// What training continues from, as the trainer holds it.
struct ModelState {
  const Layout& layout;
  std::span<float> weights, buffers;
  Optimizer& optimizer;
};

// A copy. `state.step` also becomes the count of batches that BatchNorm tracked.
std::shared_ptr<const Snapshot> take_snapshot(const ModelState& model, const TrainingState& state);

// Puts a checkpoint's values in place, or changes nothing.
//   kInvalidArgument  it is of another network or optimizer: names the first tensor that differs
Status restore(const Checkpoint& checkpoint, const ModelState& model);

// Only the weights and buffers, for evaluation.
Status restore_weights(std::span<const TensorView> tensors, const ModelState& model);

// model.safetensors as bytes.
std::string model_file(const Snapshot& snapshot);

}  // namespace howdah::train
