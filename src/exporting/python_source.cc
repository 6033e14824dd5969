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

bool is_of_texts(const TrainedModel& model) {
  return model.training.input_form == model::Form::kTokens;
}

// What the walk does at each layer: its lines, indented by its depth. The value that flows is
// nothing but the order.
struct PythonVisitor {
  const TrainedModel& model;
  std::set<PythonModule> needed = {};
  std::string sharing = {};  // lines of __init__ after the layers

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
      return single(layer, place);
    const bool residual = layer.type == T::kResidual;
    needed.insert(is_of_texts(model) ? PythonModule::kTextLayers : PythonModule::kPlainLayers);
    needed.insert(residual ? PythonModule::kResidual : PythonModule::kParallel);
    const std::string indent(static_cast<size_t>(12 + 4 * place.depth()), ' ');
    std::string text = residual ? "Residual(" : "Parallel([";
    for (size_t branch = 0; branch < layer.branches.size(); ++branch) {
      const LayerPlace first{
          .list = place.list, .within = &place, .block = layer.type, .branch = branch};
      const std::string inner = HOWDAH_TRY(list(layer.branches[branch], first, number));
      text += branch == 0 ? "[" : ", [";
      if (!inner.empty()) text += "\n" + inner + indent;
      text += "]";
    }
    if (residual) return text + ")";
    return text + "], " + (layer.concat ? std::to_string(layer.axis) : "None") + ")";
  }

  Result<std::string> single(const Layer& layer, const LayerPlace& place) {
    const model::LayerShape& shape = model.shapes[static_cast<size_t>(place.number)];
    if (!shape.shared.empty()) {
      const std::string owner = shape.shared.substr(0, shape.shared.rfind('.'));
      sharing +=
          fmt::format("        self.get_submodule(\"{}\").owner = [self.get_submodule(\"{}\")]\n",
                      shape.name, owner);
    }
    return python_layer({{layer, place, shape}, needed});
  }
};

std::string head(const TrainedModel& model, std::string_view imports, bool math = false) {
  return fmt::format(
      "\"\"\"The network of Howdah's job \"{}\", as plain PyTorch.\"\"\"\n\n"
      "import json\n{}import struct\n\nimport torch\n{}\n",
      model.job_name, math ? "import math\n" : "", imports);
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

// What the definitions refer to.
std::string imports(const std::string& definitions) {
  std::string text = "from torch import nn\n";
  if (definitions.find("F.") != std::string::npos) text += "from torch.nn import functional as F\n";
  if (definitions.find("rnn.") != std::string::npos) text += "from torch.nn.utils import rnn\n";
  return text;
}

std::string text_forward(const TrainedModel& model) {
  if (model.training.decoder.empty())
    return fmt::format(
        "\n    def forward(self, {0}):\n"
        "        return super().forward({0}.long(), lengths_of({0}))\n",
        kInputName);
  return fmt::format(
      "\n    def forward(self, {0}, {1}):\n"
      "        lengths = lengths_of({0})\n"
      "        memory = through(list(self)[:-1], {0}.long(), lengths)\n"
      "        return self.decoder({1}.long(), lengths_of({1}), memory, lengths)\n",
      kInputName, kTargetInputName);
}

std::string described(const TrainedModel& model) {
  std::vector<std::string> taken;
  for (const Value& input : inputs_of(model))
    taken.push_back(fmt::format("{}: {}", input.text(), input.meaning));
  const Value out = output_of(model);
  return fmt::format("    \"\"\"Takes {}.\n    Gives {}: {}.\"\"\"\n\n",
                     fmt::join(taken, ".\n    And "), out.text(), out.meaning);
}

}  // namespace

Result<std::string> python_source(const TrainedModel& model) {
  PythonVisitor visitor{model};
  int number = 0;
  const std::string layers = HOWDAH_TRY(visitor.list(model.training.layers, {}, number));
  const std::string decoder =
      HOWDAH_TRY(visitor.list(model.training.decoder, {.list = "decoder"}, number));
  if (is_of_texts(model)) visitor.needed.insert(PythonModule::kTextLayers);
  std::string definitions;
  for (const PythonModule module : visitor.needed)
    definitions += std::string(python_definition(module)) + "\n";
  std::string text =
      head(model, imports(definitions), definitions.find("math.") != std::string::npos) +
      definitions;
  text += fmt::format("\nclass Model({}):\n", is_of_texts(model) ? "Layers" : "nn.Sequential");
  text += described(model);
  text += "    def __init__(self):\n        super().__init__(\n" + layers + "        )\n";
  if (!decoder.empty()) text += "        self.decoder = Layers(\n" + decoder + "        )\n";
  text += visitor.sharing;
  text += is_of_texts(model) ? text_forward(model)
                             : buffers(model) + forward(model, "super().forward(x)");
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
