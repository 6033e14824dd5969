#include "exporting/torchscript_source.h"

#include "exporting/layer_table.h"
#include "exporting/signature.h"

namespace howdah::exporting {
namespace {

using model::Layer;
using model::LayerPlace;
using T = model::LayerType;

constexpr int kFloat32 = 6;  // the number of torch.float32

// An expression of the layer's input.
struct TorchScriptRow {
  T type;
  std::string (*write)(const LayerAt& at, const std::string& x);
};

std::string list(const std::vector<int64_t>& values) {
  return fmt::format("[{}]", fmt::join(values, ", "));
}
std::string extents(const LayerAt& at, const model::Pair& pair) {
  return list(extents_of(at, pair));
}
const char* truth(bool value) {
  return value ? "True" : "False";
}

// "getattr(getattr(self, "3"), "layers").weight": names that begin with a digit are no words of the
// language.
std::string attribute(const LayerAt& at, const std::string& name) {
  std::string text = "self";
  const std::string& path = at.shape.name;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('.', begin), path.size());
    text = fmt::format("getattr({}, \"{}\")", text, path.substr(begin, end - begin));
    begin = end + 1;
  }
  return text + "." + name;
}
std::string weight(const LayerAt& at) {
  return attribute(at, "weight");
}
std::string bias(const LayerAt& at) {
  return at.layer.bias ? attribute(at, "bias") : "None";
}

std::string convolution(const LayerAt& at, const std::string& x) {
  return fmt::format("torch.{}({}, {}, {}, {}, {}, {}, {})",
                     at.layer.type == T::kConv1d ? "conv1d" : "conv2d", x, weight(at), bias(at),
                     extents(at, at.layer.stride), extents(at, padding_of(at.layer)),
                     extents(at, at.layer.dilation), at.layer.groups);
}

std::string max_pool(const LayerAt& at, const std::string& x) {
  return fmt::format("torch.{}({}, {}, {}, {}, {}, {})",
                     at.layer.type == T::kMaxPool1d ? "max_pool1d" : "max_pool2d", x,
                     extents(at, at.layer.kernel), extents(at, at.layer.stride),
                     extents(at, at.layer.padding), extents(at, 1), truth(at.layer.ceil_mode));
}

std::string average_pool(const LayerAt& at, const std::string& x) {
  return fmt::format("torch.{}({}, {}, {}, {}, {}, True)",
                     at.layer.type == T::kAveragePool1d ? "avg_pool1d" : "avg_pool2d", x,
                     extents(at, at.layer.kernel), extents(at, at.layer.stride),
                     extents(at, at.layer.padding), truth(at.layer.ceil_mode));
}

std::string batch_norm(const LayerAt& at, const std::string& x) {
  return fmt::format("torch.batch_norm({}, {}, {}, {}, {}, False, {}, {}, False)", x, weight(at),
                     bias(at), attribute(at, "running_mean"), attribute(at, "running_var"),
                     float_text(at.layer.momentum), float_text(at.layer.epsilon));
}

std::string layer_norm(const LayerAt& at, const std::string& x) {
  return fmt::format("torch.layer_norm({}, {}, {}, {}, {})", x, list(at.shape.trained[0].shape),
                     weight(at), bias(at), float_text(at.layer.epsilon));
}

std::string group_norm(const LayerAt& at, const std::string& x) {
  return fmt::format("torch.group_norm({}, {}, {}, {}, {})", x, at.layer.groups, weight(at),
                     bias(at), float_text(at.layer.epsilon));
}

std::string reshape(const LayerAt& at, const std::string& x) {
  return fmt::format("torch.reshape({}, [-1, {}])", x, fmt::join(at.shape.output, ", "));
}

// A function of the input and at most one number.
template <const char* Name>
std::string plain(const LayerAt&, const std::string& x) {
  return fmt::format("torch.{}({})", Name, x);
}
constexpr char kRelu[] = "relu", kSilu[] = "silu", kTanh[] = "tanh", kSigmoid[] = "sigmoid";

constexpr TorchScriptRow kRows[] = {
    {T::kConv1d, convolution},
    {T::kConv2d, convolution},
    {T::kMaxPool1d, max_pool},
    {T::kMaxPool2d, max_pool},
    {T::kAveragePool1d, average_pool},
    {T::kAveragePool2d, average_pool},
    {T::kGlobalAveragePool,
     [](const LayerAt&, const std::string& x) {
       return fmt::format("torch.mean(torch.flatten({}, 2), [2])", x);
     }},
    {T::kAdaptiveAveragePool2d,
     [](const LayerAt& at, const std::string& x) {
       return fmt::format("torch.adaptive_avg_pool2d({}, {})", x, extents(at, at.layer.kernel));
     }},
    {T::kBatchNorm1d, batch_norm},
    {T::kBatchNorm2d, batch_norm},
    {T::kLayerNorm, layer_norm},
    {T::kGroupNorm, group_norm},
    {T::kDense,
     [](const LayerAt& at, const std::string& x) {
       return fmt::format("torch.linear({}, {}, {})", x, weight(at), bias(at));
     }},
    {T::kDropout, [](const LayerAt&, const std::string& x) { return x; }},
    {T::kFlatten,
     [](const LayerAt&, const std::string& x) { return fmt::format("torch.flatten({}, 1)", x); }},
    {T::kReshape, reshape},
    {T::kRelu, plain<kRelu>},
    {T::kLeakyRelu,
     [](const LayerAt& at, const std::string& x) {
       return fmt::format("torch.leaky_relu({}, {})", x, float_text(at.layer.slope));
     }},
    {T::kElu,
     [](const LayerAt& at, const std::string& x) {
       return fmt::format("torch.elu({}, {})", x, float_text(at.layer.alpha));
     }},
    {T::kGelu,
     [](const LayerAt& at, const std::string& x) {
       return fmt::format("torch.gelu({}, approximate=\"{}\")", x,
                          at.layer.tanh_approximation ? "tanh" : "none");
     }},
    {T::kSilu, plain<kSilu>},
    {T::kTanh, plain<kTanh>},
    {T::kSigmoid, plain<kSigmoid>},
    {T::kHardTanh,
     [](const LayerAt& at, const std::string& x) {
       return fmt::format("torch.hardtanh({}, {}, {})", x, float_text(at.layer.least),
                          float_text(at.layer.most));
     }},
    {T::kSoftplus,
     [](const LayerAt& at, const std::string& x) {
       return fmt::format("torch.softplus({}, {})", x, float_text(at.layer.beta));
     }},
    {T::kSoftmax,
     [](const LayerAt& at, const std::string& x) {
       return fmt::format("torch.softmax({}, {})", x, at.layer.axis);
     }},
    {T::kLogSoftmax,
     [](const LayerAt& at, const std::string& x) {
       return fmt::format("torch.log_softmax({}, {})", x, at.layer.axis);
     }},
};

// What the walk does at each layer: a line that gives its output a name.
struct SourceVisitor {
  const TrainedModel& model;
  std::string text;

  Result<Wire> apply(const Layer& layer, const LayerPlace& place, const Wire& in) {
    const auto number = static_cast<size_t>(place.number);
    const LayerAt at{layer, place, model.shapes[number], in.lengths};
    const auto* row =
        HOWDAH_TRY(find_row(std::span<const TorchScriptRow>(kRows), at, "TorchScript"));
    return after(at, assign(place, row->write(at, in.x)));
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
  std::string assign(const LayerPlace& place, const std::string& expression) {
    const std::string name = fmt::format("x{}", place.number);
    text += fmt::format("  {} = {}\n", name, expression);
    return name;
  }
};

}  // namespace

Result<std::string> torchscript_source(const TrainedModel& model) {
  HOWDAH_TRY(check_one_input(model, "TorchScript"));
  SourceVisitor visitor{model, fmt::format("def forward(self, {}):\n", kInputName)};
  std::string x = fmt::format("torch.to({}, {})", kInputName, kFloat32);
  if (model.element == dataset::ElementType::kUint8) x = fmt::format("torch.div({}, 255.0)", x);
  if (!model.training.normalization.mean.empty())
    x = fmt::format("({} - self.{}.mean) / self.{}.stddev", x, kNormalization, kNormalization);
  visitor.text += fmt::format("  x = {}\n", x);
  const Wire last = HOWDAH_TRY(
      model::LayerWalk<Wire, SourceVisitor>(visitor).through(model.training.layers, Wire{"x", ""}));
  return visitor.text + fmt::format("  return {}\n", last.x);
}

}  // namespace howdah::exporting
