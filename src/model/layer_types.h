// The table of layer types: what a type is called, which keys it takes, and how its shape follows.
// A new type is a value of LayerType, a row here with its inference (layers_*.cc), and its
// computation in train/layer_forward.cc.
#pragma once

#include <string_view>
#include <vector>

#include "model/layer_inference.h"

namespace howdah::model {

// Keys of the job file; what each means stands at the members of Layer.
enum class LayerKey {
  kUnits,
  kFilters,
  kKernel,
  kSize,        // of a pooling window
  kOutputSize,  // of adaptive pooling
  kStride,
  kPadding,
  kDilation,
  kGroups,
  kBias,
  kCeilMode,
  kRate,
  kMomentum,
  kEpsilon,
  kSlope,
  kAlpha,
  kBeta,
  kLeast,
  kMost,
  kApproximation,
  kShape,
  kDimensions,
  kAxis,
  kMerge,
  kHeads,
  kWidth,  // units that may be left out
  kFeedForward,
  kCausal,
  kScore,
  kOutput,
  kNorm,
  kActivation,
  kPositions,
  kInitial,
  kScale,
  kShare,
  kFeatures,
  kVocabulary,
  kDeviation,
  kRepeats,
  kNonlinearity,
  kBidirectional,
  kDropout,  // within a layer
  kRecurrentRate,
  kReturn,
  kColumns,
  kSizes,
  kLayers,
  kShortcut,
  kBranches,
};

// The forms of input that a type goes with.
enum class Takes {
  kValues,
  kTokens,
  kSequence,
  kEither,  // values or a sequence, of which it looks at each step by itself or knows the lengths
};

struct LayerTypeRow {
  LayerType type;
  std::string_view name;
  std::vector<LayerKey> keys;  // in the order in which they are read and written
  // Null for blocks, whose shape follows from their branches.
  Status (*infer)(const LayerInference& layer, LayerShape& shape);
  bool one_dimension = false;  // windows have columns only
  Takes takes = Takes::kValues;
};

const std::vector<LayerTypeRow>& layer_types();  // in the order of LayerType
const LayerTypeRow& row_of(LayerType type);

}  // namespace howdah::model
