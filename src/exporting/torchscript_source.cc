#include "exporting/torchscript_source.h"

#include "exporting/signature.h"
#include "exporting/torchscript_layers.h"

namespace howdah::exporting {
namespace {

using model::Layer;
using model::LayerPlace;
using T = model::LayerType;

// What the walk does at each layer: a line that gives its output a name.
struct SourceVisitor {
  const TrainedModel& model;
  std::string text;
  const Wire* memory = nullptr;

  Result<Wire> apply(const Layer& layer, const LayerPlace& place, const Wire& in) {
    const auto number = static_cast<size_t>(place.number);
    int names = 0;
    const TorchScriptLayer at{
        {layer, place, model.shapes[number], in.lengths, memory}, text, names};
    const std::string expression = HOWDAH_TRY(torchscript_layer(at, in.x));
    return after(at, assign(place, expression));
  }
  static Status enter(const Layer&, const LayerPlace&, const Wire&) { return Status::ok(); }
  Result<Wire> merge(const Layer& layer, const LayerPlace& place,
                     const std::vector<Wire>& outputs) {
    std::vector<std::string> values;
    for (const Wire& output : outputs) values.push_back(output.x);
    const bool concat = layer.type == T::kParallel && layer.concat;
    return Wire{assign(place, concat ? fmt::format("torch.cat([{}], {})", fmt::join(values, ", "),
                                                   layer.axis)
                                     : fmt::format("{}", fmt::join(values, " + "))),
                outputs[0].lengths};
  }
  // The name of tokens' lengths: `name` is theirs.
  std::string lengths(const std::string& name) {
    text += fmt::format(
        "  {0} = torch.to({0}, {1})\n"
        "  {0}_lengths = torch.clamp(torch.sum(torch.ne({0}, 0), [1]), 1)\n",
        name, kInt64);
    return name + "_lengths";
  }
  std::string assign(const LayerPlace& place, const std::string& expression) {
    const std::string name = fmt::format("x{}", place.number);
    text += fmt::format("  {} = {}\n", name, expression);
    return name;
  }
};

// As train/normalizer.
std::string normalized(const TrainedModel& model) {
  std::string x = fmt::format("torch.to({}, {})", kInputName, kFloat32);
  if (model.element == dataset::ElementType::kUint8) x = fmt::format("torch.div({}, 255.0)", x);
  if (!model.training.normalization.mean.empty())
    x = fmt::format("({} - self.{}.mean) / self.{}.stddev", x, kNormalization, kNormalization);
  return x;
}

}  // namespace

Result<std::string> torchscript_source(const TrainedModel& model) {
  const model::Training& training = model.training;
  std::vector<std::string> inputs;
  for (const Value& input : inputs_of(model)) inputs.push_back(input.name);
  SourceVisitor visitor{model, fmt::format("def forward(self, {}):\n", fmt::join(inputs, ", "))};
  model::LayerWalk<Wire, SourceVisitor> walk(visitor);
  Wire in{"x", ""};
  if (training.input_form == model::Form::kTokens)
    in = {kInputName, visitor.lengths(kInputName)};
  else
    visitor.text += fmt::format("  x = {}\n", normalized(model));
  Wire last = HOWDAH_TRY(walk.through(training.layers, in));
  if (!training.decoder.empty()) {
    const Wire memory = last;
    visitor.memory = &memory;
    last = HOWDAH_TRY(walk.through(training.decoder,
                                   {kTargetInputName, visitor.lengths(kTargetInputName)},
                                   decoder_list(training)));
  }
  return visitor.text + fmt::format("  return {}\n", last.x);
}

}  // namespace howdah::exporting
