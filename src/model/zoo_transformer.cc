// Networks of the zoo that say next tokens, or attend: transformers, and encoders and decoders of
// lstm or gru.
#include <cmath>

#include "model/zoo.h"

namespace howdah::model {
namespace {

using Layers = std::vector<Layer>;

void add_dense(Layers& layers, int64_t units) {
  layers.push_back({.type = LayerType::kDense, .units = units});
}

void add_dropout(Layers& layers, double rate) {
  if (rate > 0) layers.push_back({.type = LayerType::kDropout, .rate = rate});
}

// vocabulary: 0: that of the texts.
Layers transformer(const ZooModel& model, LayerType type, int64_t vocabulary, bool causal) {
  // As the weight of the output it has to be small, and is large again before the positions
  // (Vaswani 2017, section 3.4).
  const double deviation = model.shared ? 1 / std::sqrt(static_cast<double>(model.width)) : 1;
  Layers layers{
      {.type = LayerType::kEmbedding,
       .units = model.width,
       .vocabulary = vocabulary,
       .deviation = deviation},
      {.type = LayerType::kPositionalEncoding, .rate = model.dropout, .scale = model.shared},
      {.type = type,
       .rate = model.dropout,
       .repeats = model.layers,
       .heads = model.heads,
       .feed_forward = model.feed_forward,
       .causal = causal,
       .norm_first = model.norm_first}};
  // What went around the norms has had none yet.
  if (model.norm_first) layers.push_back({.type = LayerType::kLayerNorm, .dimensions = 1});
  return layers;
}

// The last layer is the recurrent one.
Layers recurrent(const ZooModel& model, int64_t vocabulary) {
  Layers layers{
      {.type = LayerType::kEmbedding, .units = model.embedding, .vocabulary = vocabulary}};
  add_dropout(layers, model.dropout);
  layers.push_back(
      {.type = model.type == ZooType::kGruAttention ? LayerType::kGru : LayerType::kLstm,
       .units = model.units,
       .rate = model.layers > 1 ? model.dropout : 0,
       .repeats = model.layers});
  return layers;
}

}  // namespace

std::vector<Layer> attending_layers(const ZooModel& model, int64_t classes) {
  if (model.type == ZooType::kLstmLm) {
    Layers layers = recurrent(model, 0);
    add_dropout(layers, model.dropout);
    add_dense(layers, classes);
    return layers;
  }
  if (model.type == ZooType::kLstmAttention || model.type == ZooType::kGruAttention) {
    Layers layers = recurrent(model, 0);
    layers.back().bidirectional = true;
    return layers;
  }
  const bool causal = model.type == ZooType::kTransformerLm;
  Layers layers =
      transformer(model, LayerType::kTransformerEncoder, model.shared ? classes : 0, causal);
  if (model.type == ZooType::kTransformerEncoder)
    layers.push_back({.type = LayerType::kGlobalAveragePool});
  if (model.type == ZooType::kTransformer) return layers;
  add_dense(layers, classes);
  if (model.shared) layers.back().share = "0";
  return layers;
}

std::vector<Layer> attending_decoder(const ZooModel& model, int64_t classes) {
  if (model.type == ZooType::kTransformer) {
    Layers layers = transformer(model, LayerType::kTransformerDecoder, classes, false);
    add_dense(layers, classes);
    if (model.shared) layers.front().share = layers.back().share = "0";
    return layers;
  }
  Layers layers = recurrent(model, classes);
  layers.back().from_memory = true;
  layers.push_back({.type = LayerType::kLuongAttention,
                    .units = model.units,
                    .score = AttentionScore::kGeneral});
  add_dropout(layers, model.dropout);
  add_dense(layers, classes);
  return layers;
}

}  // namespace howdah::model
