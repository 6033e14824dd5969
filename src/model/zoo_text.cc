// Networks that say of which class a text is.
#include "model/zoo.h"

namespace howdah::model {
namespace {

LayerType recurrent_type(ZooType type) {
  if (type == ZooType::kRnn) return LayerType::kRnn;
  return type == ZooType::kLstm ? LayerType::kLstm : LayerType::kGru;
}

// Dropout where there is some, and the answer.
void add_head(std::vector<Layer>& layers, double dropout, int64_t classes) {
  if (dropout > 0) layers.push_back({.type = LayerType::kDropout, .rate = dropout});
  layers.push_back({.type = LayerType::kDense, .units = classes});
}

}  // namespace

// Yoon Kim, "Convolutional Neural Networks for Sentence Classification" (2014). Texts are padded
// with zeros at both ends, so that one shorter than the kernel has an answer too.
std::vector<Layer> text_cnn_layers(const ZooModel& model, int64_t classes) {
  Layer widths{.type = LayerType::kParallel};
  for (const int64_t kernel : model.kernels)
    widths.branches.push_back({{.type = LayerType::kConv1d,
                                .units = model.filters,
                                .kernel = kernel,
                                .padding = Layer::kSame},
                               {.type = LayerType::kRelu},
                               {.type = LayerType::kGlobalMaxPool}});
  std::vector<Layer> layers{{.type = LayerType::kEmbedding, .units = model.embedding}, widths};
  add_head(layers, model.dropout, classes);
  return layers;
}

std::vector<Layer> recurrent_layers(const ZooModel& model, int64_t classes) {
  std::vector<Layer> layers{{.type = LayerType::kEmbedding, .units = model.embedding}};
  if (model.dropout > 0) layers.push_back({.type = LayerType::kDropout, .rate = model.dropout});
  layers.push_back({.type = recurrent_type(model.type),
                    .units = model.units,
                    .rate = model.layers > 1 ? model.dropout : 0,
                    .repeats = model.layers,
                    .bidirectional = model.bidirectional,
                    .last = model.pooling == Pooling::kLast});
  if (model.pooling == Pooling::kMean) layers.push_back({.type = LayerType::kGlobalAveragePool});
  if (model.pooling == Pooling::kMax) layers.push_back({.type = LayerType::kGlobalMaxPool});
  add_head(layers, model.dropout, classes);
  return layers;
}

}  // namespace howdah::model
