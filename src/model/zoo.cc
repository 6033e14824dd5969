#include "model/zoo.h"

namespace howdah::model {
namespace {

Layer of(LayerType type) {
  return {.type = type};
}
Layer dense(int64_t units) {
  return {.type = LayerType::kDense, .units = units};
}
Layer convolution(int64_t filters, int64_t kernel, int64_t padding) {
  return {.type = LayerType::kConv2d, .units = filters, .kernel = kernel, .padding = padding};
}
Layer pool(LayerType type) {
  return {.type = type, .kernel = 2, .stride = 2};
}

std::vector<Layer> mlp(const ZooModel& model, int64_t classes, const Layer& first) {
  std::vector<Layer> layers{first};
  for (const int64_t units : model.hidden) {
    layers.push_back(dense(units));
    layers.push_back(of(LayerType::kRelu));
    if (model.dropout > 0) layers.push_back({.type = LayerType::kDropout, .rate = model.dropout});
  }
  layers.push_back(dense(classes));
  return layers;
}

std::vector<Layer> lenet(int64_t classes) {
  const Layer tanh = of(LayerType::kTanh), average = pool(LayerType::kAveragePool2d);
  return {convolution(6, 5, 2),
          tanh,
          average,
          convolution(16, 5, 0),
          tanh,
          average,
          of(LayerType::kFlatten),
          dense(120),
          tanh,
          dense(84),
          tanh,
          dense(classes)};
}

std::vector<Layer> small_cnn(const ZooModel& model, int64_t classes) {
  const Layer relu = of(LayerType::kRelu), largest = pool(LayerType::kMaxPool2d);
  std::vector<Layer> layers{convolution(32, 3, Layer::kSame), relu,       largest,
                            convolution(64, 3, Layer::kSame), relu,       largest,
                            of(LayerType::kFlatten),          dense(128), relu};
  if (model.dropout > 0) layers.push_back({.type = LayerType::kDropout, .rate = model.dropout});
  layers.push_back(dense(classes));
  return layers;
}

std::vector<Layer> wide_and_deep(const ZooModel& model, int64_t classes) {
  const std::vector<Layer> wide{of(LayerType::kOneHotColumns), dense(classes)};
  const Layer embed{.type = LayerType::kEmbedColumns, .units = model.embedding};
  return {{.type = LayerType::kParallel,
           .concat = false,
           .branches = {wide, mlp(model, classes, embed)}}};
}

void stand_at(std::vector<Layer>& layers, const std::string& where) {
  for (Layer& layer : layers) {
    layer.where = where;
    for (auto& branch : layer.branches) stand_at(branch, where);
  }
}

}  // namespace

const std::vector<ZooRow>& zoo_types() {
  using K = ZooKey;
  static const std::vector<ZooKey> recurrent = {K::kEmbedding,     K::kUnits,   K::kLayers,
                                                K::kBidirectional, K::kDropout, K::kPooling};
  static const std::vector<ZooKey> transformer = {K::kWidth,       K::kHeads,   K::kLayers,
                                                  K::kFeedForward, K::kDropout, K::kNorm};
  static const std::vector<ZooKey> writing = {K::kWidth,   K::kHeads, K::kLayers, K::kFeedForward,
                                              K::kDropout, K::kNorm,  K::kShared};
  static const std::vector<ZooKey> translating = {K::kEmbedding, K::kUnits, K::kLayers,
                                                  K::kDropout};
  static const std::vector<ZooRow> rows = {
      {ZooType::kMlp, "mlp", {K::kHidden, K::kDropout}},
      {ZooType::kLenet, "lenet"},
      {ZooType::kSmallCnn, "small_cnn", {K::kDropout}, {.dropout = 0.25}},
      {ZooType::kResnet20, "resnet20"},
      {ZooType::kResnet18, "resnet18"},
      {ZooType::kResnet50, "resnet50"},
      {ZooType::kTextCnn,
       "text_cnn",
       {K::kEmbedding, K::kFilters, K::kKernels, K::kDropout},
       {.dropout = 0.5}},
      {ZooType::kRnn, "rnn", recurrent, {.dropout = 0.25}},
      {ZooType::kLstm, "lstm", recurrent, {.dropout = 0.25}},
      {ZooType::kGru, "gru", recurrent, {.dropout = 0.25}},
      {ZooType::kWideAndDeep,
       "wide_and_deep",
       {K::kEmbedding, K::kHidden, K::kDropout},
       {.hidden = {128, 64}, .embedding = 8}},
      {ZooType::kTransformerEncoder,
       "transformer_encoder",
       transformer,
       {.dropout = 0.1, .layers = 2, .width = 128}},
      {ZooType::kTransformerLm, "transformer_lm", writing, {.dropout = 0.1, .layers = 4}},
      {ZooType::kLstmLm,
       "lstm_lm",
       translating,
       {.dropout = 0.2, .embedding = 256, .units = 256, .layers = 2}},
      {ZooType::kTransformer, "transformer", writing, {.dropout = 0.1, .layers = 3}},
      {ZooType::kLstmAttention,
       "lstm_attention",
       translating,
       {.dropout = 0.2, .embedding = 256, .units = 256}},
      {ZooType::kGruAttention,
       "gru_attention",
       translating,
       {.dropout = 0.2, .embedding = 256, .units = 256}}};
  return rows;
}

std::vector<Layer> zoo_layers(const ZooModel& model, int64_t classes) {
  std::vector<Layer> layers;
  switch (model.type) {
    case ZooType::kMlp:
      layers = mlp(model, classes, of(LayerType::kFlatten));
      break;
    case ZooType::kLenet:
      layers = lenet(classes);
      break;
    case ZooType::kSmallCnn:
      layers = small_cnn(model, classes);
      break;
    case ZooType::kResnet20:
    case ZooType::kResnet18:
    case ZooType::kResnet50:
      layers = resnet_layers(model.type, classes);
      break;
    case ZooType::kTextCnn:
      layers = text_cnn_layers(model, classes);
      break;
    case ZooType::kRnn:
    case ZooType::kLstm:
    case ZooType::kGru:
      layers = recurrent_layers(model, classes);
      break;
    case ZooType::kWideAndDeep:
      layers = wide_and_deep(model, classes);
      break;
    case ZooType::kTransformerEncoder:
    case ZooType::kTransformerLm:
    case ZooType::kLstmLm:
    case ZooType::kTransformer:
    case ZooType::kLstmAttention:
    case ZooType::kGruAttention:
      layers = attending_layers(model, classes);
      break;
  }
  stand_at(layers, model.where);
  return layers;
}

std::vector<Layer> zoo_decoder(const ZooModel& model, int64_t classes) {
  if (model.type != ZooType::kTransformer && model.type != ZooType::kLstmAttention &&
      model.type != ZooType::kGruAttention)
    return {};
  std::vector<Layer> layers = attending_decoder(model, classes);
  stand_at(layers, model.where);
  return layers;
}

}  // namespace howdah::model
