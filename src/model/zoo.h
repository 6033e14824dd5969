// Known networks for images, as lists of layers: `model: {type: resnet20}`.
//
//   mlp        flatten, then dense and relu for each of `hidden` (and dropout), dense
//   lenet      LeNet-5 (LeCun 1998) with tanh and average pooling, images padded as for 28 x 28
//   small_cnn  two times convolution, relu, max pooling; dense 128
//   resnet20   for 32 x 32 (He 2015, section 4.2): three stages of 16, 32, 64 channels; where the
//              shape changes the shortcut is a projection (1 x 1 convolution and batch norm)
//   resnet18, resnet50   for 224 x 224, as torchvision builds them (50: stride in the 3 x 3)
//
// All begin with Layer's PyTorch defaults for initial values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/layers.h"

namespace howdah::model {

enum class ZooType { kMlp, kLenet, kSmallCnn, kResnet20, kResnet18, kResnet50 };

struct ZooModel {
  ZooType type = ZooType::kMlp;
  int64_t classes = 0;                       // 0: those of the data
  std::vector<int64_t> hidden = {512, 256};  // mlp
  double dropout = 0;                        // mlp, small_cnn
  std::string where = {};                    // "job.yaml:12:7", for messages about its layers
};

struct ZooRow {
  ZooType type;
  std::string_view name;
  bool hidden = false;                 // which keys it takes
  std::optional<double> dropout = {};  // its fallback
};
const std::vector<ZooRow>& zoo_types();  // in the order of ZooType

std::vector<Layer> zoo_layers(const ZooModel& model, int64_t classes);

// Of a parameter or buffer of resnet18 or resnet50, the name in torchvision's state dictionary:
// "4.layers.0.weight" is "layer1.0.conv1.weight". Nothing for other networks and names.
std::optional<std::string> torchvision_name(ZooType type, std::string_view name);

// Of zoo_resnet.cc.
std::vector<Layer> resnet_layers(ZooType type, int64_t classes);

}  // namespace howdah::model
