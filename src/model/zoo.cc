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

std::vector<Layer> mlp(const ZooModel& model, int64_t classes) {
  std::vector<Layer> layers{of(LayerType::kFlatten)};
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

void stand_at(std::vector<Layer>& layers, const std::string& where) {
  for (Layer& layer : layers) {
    layer.where = where;
    for (auto& branch : layer.branches) stand_at(branch, where);
  }
}

}  // namespace

const std::vector<ZooRow>& zoo_types() {
  static const std::vector<ZooRow> rows = {{ZooType::kMlp, "mlp", true, 0},
                                           {ZooType::kLenet, "lenet"},
                                           {ZooType::kSmallCnn, "small_cnn", false, 0.25},
                                           {ZooType::kResnet20, "resnet20"},
                                           {ZooType::kResnet18, "resnet18"},
                                           {ZooType::kResnet50, "resnet50"}};
  return rows;
}

std::vector<Layer> zoo_layers(const ZooModel& model, int64_t classes) {
  std::vector<Layer> layers;
  switch (model.type) {
    case ZooType::kMlp:
      layers = mlp(model, classes);
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
  }
  stand_at(layers, model.where);
  return layers;
}

}  // namespace howdah::model
