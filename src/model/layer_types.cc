#include "model/layer_types.h"

namespace howdah::model {
namespace {

using T = LayerType;
using K = LayerKey;

const std::vector<LayerKey> kConvolution = {K::kFilters, K::kKernel,   K::kStride, K::kPadding,
                                            K::kBias,    K::kDilation, K::kGroups};
const std::vector<LayerKey> kPooling = {K::kSize, K::kStride, K::kPadding, K::kCeilMode};
const std::vector<LayerKey> kRecurrent = {K::kUnits,   K::kRepeats,       K::kBidirectional,
                                          K::kDropout, K::kRecurrentRate, K::kReturn,
                                          K::kInitial};
const std::vector<LayerKey> kRnn = {K::kUnits,   K::kNonlinearity,  K::kRepeats, K::kBidirectional,
                                    K::kDropout, K::kRecurrentRate, K::kReturn,  K::kInitial};
const std::vector<LayerKey> kTransformerEncoder = {K::kHeads,   K::kFeedForward, K::kRepeats,
                                                   K::kDropout, K::kNorm,        K::kActivation,
                                                   K::kCausal,  K::kEpsilon};
const std::vector<LayerKey> kTransformer = {K::kHeads, K::kFeedForward, K::kRepeats, K::kDropout,
                                            K::kNorm,  K::kActivation,  K::kEpsilon};

}  // namespace

const std::vector<LayerTypeRow>& layer_types() {
  static const std::vector<LayerTypeRow> rows = {
      {T::kConv1d, "conv1d", kConvolution, infer_convolution, true, Takes::kEither},
      {T::kConv2d, "conv2d", kConvolution, infer_convolution},
      {T::kMaxPool1d, "max_pool1d", kPooling, infer_pooling, true},
      {T::kMaxPool2d, "max_pool2d", kPooling, infer_pooling},
      {T::kAveragePool1d, "average_pool1d", kPooling, infer_pooling, true},
      {T::kAveragePool2d, "average_pool2d", kPooling, infer_pooling},
      {T::kGlobalAveragePool,
       "global_average_pool",
       {},
       infer_global_pooling,
       false,
       Takes::kEither},
      {T::kAdaptiveAveragePool2d,
       "adaptive_average_pool2d",
       {K::kOutputSize},
       infer_adaptive_pooling},
      {T::kBatchNorm1d, "batch_norm1d", {K::kMomentum, K::kEpsilon}, infer_batch_norm, true},
      {T::kBatchNorm2d, "batch_norm2d", {K::kMomentum, K::kEpsilon}, infer_batch_norm},
      {T::kLayerNorm,
       "layer_norm",
       {K::kDimensions, K::kEpsilon},
       infer_layer_norm,
       false,
       Takes::kEither},
      {T::kGroupNorm, "group_norm", {K::kGroups, K::kEpsilon}, infer_group_norm},
      {T::kDense, "dense", {K::kUnits, K::kBias, K::kShare}, infer_dense, false, Takes::kEither},
      {T::kDropout, "dropout", {K::kRate}, infer_dropout, false, Takes::kEither},
      {T::kFlatten, "flatten", {}, infer_flatten},
      {T::kReshape, "reshape", {K::kShape}, infer_reshape},
      {T::kRelu, "relu", {}, infer_activation, false, Takes::kEither},
      {T::kLeakyRelu, "leaky_relu", {K::kSlope}, infer_activation, false, Takes::kEither},
      {T::kElu, "elu", {K::kAlpha}, infer_activation, false, Takes::kEither},
      {T::kGelu, "gelu", {K::kApproximation}, infer_activation, false, Takes::kEither},
      {T::kSilu, "silu", {}, infer_activation, false, Takes::kEither},
      {T::kTanh, "tanh", {}, infer_activation, false, Takes::kEither},
      {T::kSigmoid, "sigmoid", {}, infer_activation, false, Takes::kEither},
      {T::kHardTanh, "hard_tanh", {K::kLeast, K::kMost}, infer_activation, false, Takes::kEither},
      {T::kSoftplus, "softplus", {K::kBeta}, infer_activation, false, Takes::kEither},
      {T::kSoftmax, "softmax", {K::kAxis}, infer_softmax},
      {T::kLogSoftmax, "log_softmax", {K::kAxis}, infer_softmax},
      {T::kGlobalMaxPool, "global_max_pool", {}, infer_global_pooling, false, Takes::kEither},
      {T::kEmbedding,
       "embedding",
       {K::kFeatures, K::kVocabulary, K::kDeviation, K::kShare},
       infer_embedding,
       false,
       Takes::kTokens},
      {T::kRnn, "rnn", kRnn, infer_recurrent, false, Takes::kSequence},
      {T::kLstm, "lstm", kRecurrent, infer_recurrent, false, Takes::kSequence},
      {T::kGru, "gru", kRecurrent, infer_recurrent, false, Takes::kSequence},
      {T::kEmbedColumns,
       "embed_columns",
       {K::kFeatures, K::kColumns, K::kSizes, K::kDeviation},
       infer_embed_columns},
      {T::kOneHotColumns, "one_hot_columns", {K::kColumns, K::kSizes}, infer_one_hot_columns},
      {T::kMultiHeadAttention,
       "multi_head_attention",
       {K::kHeads, K::kWidth, K::kDropout, K::kCausal},
       infer_multi_head_attention,
       false,
       Takes::kSequence},
      {T::kAttention,
       "attention",
       {K::kScore, K::kOutput, K::kWidth, K::kCausal},
       infer_attention,
       false,
       Takes::kSequence},
      {T::kCrossAttention,
       "cross_attention",
       {K::kHeads, K::kWidth, K::kDropout},
       infer_multi_head_attention,
       false,
       Takes::kSequence},
      {T::kLuongAttention,
       "luong_attention",
       {K::kScore, K::kWidth},
       infer_luong_attention,
       false,
       Takes::kSequence},
      {T::kPositionalEncoding,
       "positional_encoding",
       {K::kPositions, K::kScale, K::kDropout},
       infer_positional_encoding,
       false,
       Takes::kSequence},
      {T::kTransformerEncoder, "transformer_encoder", kTransformerEncoder, infer_transformer, false,
       Takes::kSequence},
      {T::kTransformerDecoder, "transformer_decoder", kTransformer, infer_transformer, false,
       Takes::kSequence},
      {T::kResidual, "residual", {K::kLayers, K::kShortcut}, nullptr},
      {T::kParallel, "parallel", {K::kMerge, K::kAxis, K::kBranches}, nullptr}};
  return rows;
}

const LayerTypeRow& row_of(LayerType type) {
  return layer_types()[static_cast<size_t>(type)];
}

std::string_view layer_type_name(LayerType type) {
  return row_of(type).name;
}

}  // namespace howdah::model
