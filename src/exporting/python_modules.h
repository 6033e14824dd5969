// Modules that PyTorch has not, as lines of Python: their definitions go before the network's.
#pragma once

#include <string_view>

namespace howdah::exporting {

// In the order in which they are defined.
enum class PythonModule {
  kPlainLayers,  // Layers, which the blocks consist of: of values
  kTextLayers,   // the same, of texts
  kTextMask,
  kGlobalAveragePool,
  kGlobalMaxPool,
  kReshape,
  kResidual,
  kParallel,
  kColumns,
  kEmbedColumns,
  kOneHotColumns,
  kSharedEmbedding,
  kSharedLinear,
  kTextConvolution,
  kTextAveragePool,
  kTextMaxPool,
  kRecurrent,
  kMultiHeadAttention,
  kAttention,
  kLuongAttention,
  kPositionalEncoding,
  kTransformerEncoder,
  kTransformerDecoder,
};
std::string_view python_definition(PythonModule module);

}  // namespace howdah::exporting
