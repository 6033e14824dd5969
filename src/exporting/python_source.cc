#include "exporting/python_source.h"

#include "exporting/python_layers.h"
#include "exporting/signature.h"

namespace howdah::exporting {
namespace {

using model::Layer;
using model::LayerPlace;
using T = model::LayerType;

constexpr std::string_view kLoadWeights = R"(
def load_weights(path):
    """The tensors of a safetensors file, by name."""
    types = {"F32": (torch.float32, 4), "I64": (torch.int64, 8)}
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        dtype, width = types[entry["dtype"]]
        values = torch.frombuffer(data, dtype=dtype, count=(end - begin) // width, offset=begin)
        tensors[name] = values.reshape(entry["shape"])
    return tensors
)";

// What the walk does at each layer: its lines, indented by its depth. The value that flows is
// nothing but the order.
struct PythonVisitor {
  const TrainedModel& model;
  std::set<PythonModule> needed = {};

  Result<std::string> list(const std::vector<Layer>& layers, const LayerPlace& first, int& number) {
    std::string text;
    LayerPlace place = first;
    for (place.index = 0; place.index < layers.size(); ++place.index) {
      place.number = number++;
      const std::string indent(static_cast<size_t>(12 + 4 * place.depth()), ' ');
      text += indent + HOWDAH_TRY(one(layers[place.index], place, number)) + ",\n";
    }
    return text;
  }

  Result<std::string> one(const Layer& layer, const LayerPlace& place, int& number) {
    if (layer.branches.empty() && layer.type != T::kParallel && layer.type != T::kResidual)
      return python_layer({layer, place, model.shapes[static_cast<size_t>(place.number)]}, needed);
    const bool residual = layer.type == T::kResidual;
    needed.insert(residual ? PythonModule::kResidual : PythonModule::kParallel);
    const std::string indent(static_cast<size_t>(12 + 4 * place.depth()), ' ');
    std::string text = residual ? "Residual(" : "Parallel([";
    for (size_t branch = 0; branch < layer.branches.size(); ++branch) {
      const LayerPlace first{.within = &place, .block = layer.type, .branch = branch};
      const std::string inner = HOWDAH_TRY(list(layer.branches[branch], first, number));
      text += branch == 0 ? "[" : ", [";
      if (!inner.empty()) text += "\n" + inner + indent;
      text += "]";
    }
    if (residual) return text + ")";
    return text + "], " + (layer.concat ? std::to_string(layer.axis) : "None") + ")";
  }
};

std::string head(const TrainedModel& model, std::string_view imports) {
  return fmt::format(
      "\"\"\"The network of Howdah's job \"{}\", as plain PyTorch.\"\"\"\n\n"
      "import json\nimport struct\n\nimport torch\n{}\n",
      model.job_name, imports);
}

// A line of __init__ for each of the normalization's figures. They are not part of the state.
std::string figures(const TrainedModel& model, std::string_view name,
                    const std::vector<double>& values) {
  std::vector<std::string> texts, ones(model.training.input.size() - 1, ", 1");
  for (const double value : values) texts.push_back(float_text(value));
  return fmt::format(
      "        self.register_buffer(\"{}\", torch.tensor([{}]).reshape(-1{}), persistent=False)\n",
      name, fmt::join(texts, ", "), fmt::join(ones, ""));
}

std::string buffers(const TrainedModel& model) {
  const auto& [mean, stddev] = model.training.normalization;
  return mean.empty() ? "" : figures(model, "mean", mean) + figures(model, "stddev", stddev);
}

std::string forward(const TrainedModel& model, std::string_view result) {
  const bool bytes = model.element == dataset::ElementType::kUint8;
  std::string text = fmt::format(
      "\n    def forward(self, {0}):\n"
      "        x = {0}.float(){1}\n",
      kInputName, bytes ? " / 255" : "");
  if (!model.training.normalization.mean.empty())
    text += "        x = (x - self.mean) / self.stddev\n";
  return text + fmt::format("        return {}\n", result);
}

std::string described(const TrainedModel& model) {
  const Value in = input_of(model), out = output_of(model);
  return fmt::format("    \"\"\"Takes {}: {}.\n    Gives {}: {}.\"\"\"\n\n", in.text(), in.meaning,
                     out.text(), out.meaning);
}

}  // namespace

Result<std::string> python_source(const TrainedModel& model) {
  HOWDAH_TRY(check_one_input(model, "a PyTorch module"));
  PythonVisitor visitor{model};
  int number = 0;
  const std::string layers = HOWDAH_TRY(visitor.list(model.training.layers, {}, number));
  std::string text = head(model, "from torch import nn\n");
  for (const PythonModule module : visitor.needed)
    text += std::string(python_definition(module)) + "\n";
  text += "\nclass Model(nn.Sequential):\n" + described(model);
  text += "    def __init__(self):\n        super().__init__(\n" + layers + "        )\n";
  text += buffers(model) + forward(model, "super().forward(x)");
  return text + "\n" + std::string(kLoadWeights);
}

std::string torchvision_source(const TrainedModel& model) {
  const bool deep = model.zoo == model::ZooType::kResnet50;
  const std::string parent = deep ? "[3, 4, 6, 3]" : "[2, 2, 2, 2]";
  std::string text = head(
      model, fmt::format("from torch import nn\nfrom torchvision.models.resnet import {}, ResNet\n",
                         deep ? "Bottleneck" : "BasicBlock"));
  text += "\nclass Model(ResNet):\n" + described(model);
  text += fmt::format("    def __init__(self):\n        super().__init__({}, {}, num_classes={})\n",
                      deep ? "Bottleneck" : "BasicBlock", parent, model.training.classes);
  if (model.training.input[0] != 3)
    text +=
        fmt::format("        self.conv1 = nn.Conv2d({}, 64, 7, stride=2, padding=3, bias=False)\n",
                    model.training.input[0]);
  text += buffers(model) + forward(model, "super().forward(x)");
  return text + "\n" + std::string(kLoadWeights);
}

}  // namespace howdah::exporting
