#include "exporting/python_layers.h"

namespace howdah::exporting {
namespace {

using model::Pair;
using T = model::LayerType;

struct PythonRow {
  T type;
  std::string (*write)(const LayerAt& at);
};

// "3", or "(3, 5)".
std::string number(const Pair& pair) {
  return pair.rows == pair.columns ? fmt::format("{}", pair.rows)
                                   : fmt::format("({}, {})", pair.rows, pair.columns);
}
std::string extents(const LayerAt& at, const Pair& pair) {
  return number(extents_of(at, pair).size() == 1 ? Pair(pair.columns) : pair);
}
// ", stride=2" where it is not PyTorch's own.
std::string unless(const LayerAt& at, std::string_view name, const Pair& pair, const Pair& usual) {
  const std::string text = extents(at, pair);
  return text == extents(at, usual) ? "" : fmt::format(", {}={}", name, text);
}
std::string unless(std::string_view name, double value, double usual) {
  return value == usual ? "" : fmt::format(", {}={}", name, float_text(value));
}
// "(3, 8)", "(3,)".
std::string tuple(const model::Shape& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

std::string convolution(const LayerAt& at) {
  const model::Layer& layer = at.layer;
  return fmt::format("nn.{}({}, {}, {}{}{}{}{}{})", layer.type == T::kConv1d ? "Conv1d" : "Conv2d",
                     at.shape.input[0], layer.units, extents(at, layer.kernel),
                     unless(at, "stride", layer.stride, 1),
                     unless(at, "padding", padding_of(layer), 0),
                     unless(at, "dilation", layer.dilation, 1),
                     layer.groups == 1 ? "" : fmt::format(", groups={}", layer.groups),
                     layer.bias ? "" : ", bias=False");
}

std::string pool(const LayerAt& at, std::string_view module) {
  const model::Layer& layer = at.layer;
  return fmt::format("nn.{}({}{}{}{})", module, extents(at, layer.kernel),
                     unless(at, "stride", layer.stride, layer.kernel),
                     unless(at, "padding", layer.padding, 0),
                     layer.ceil_mode ? ", ceil_mode=True" : "");
}

std::string batch_norm(const LayerAt& at) {
  return fmt::format("nn.{}({}{}{})",
                     at.layer.type == T::kBatchNorm1d ? "BatchNorm1d" : "BatchNorm2d",
                     at.shape.input[0], unless("eps", at.layer.epsilon, 1e-5),
                     unless("momentum", at.layer.momentum, 0.1));
}

constexpr PythonRow kRows[] = {
    {T::kConv1d, convolution},
    {T::kConv2d, convolution},
    {T::kMaxPool1d, [](const LayerAt& at) { return pool(at, "MaxPool1d"); }},
    {T::kMaxPool2d, [](const LayerAt& at) { return pool(at, "MaxPool2d"); }},
    {T::kAveragePool1d, [](const LayerAt& at) { return pool(at, "AvgPool1d"); }},
    {T::kAveragePool2d, [](const LayerAt& at) { return pool(at, "AvgPool2d"); }},
    {T::kGlobalAveragePool, [](const LayerAt&) { return std::string("GlobalAveragePool()"); }},
    {T::kAdaptiveAveragePool2d,
     [](const LayerAt& at) {
       return fmt::format("nn.AdaptiveAvgPool2d({})", extents(at, at.layer.kernel));
     }},
    {T::kBatchNorm1d, batch_norm},
    {T::kBatchNorm2d, batch_norm},
    {T::kLayerNorm,
     [](const LayerAt& at) {
       return fmt::format("nn.LayerNorm({}{})", tuple(at.shape.trained[0].shape),
                          unless("eps", at.layer.epsilon, 1e-5));
     }},
    {T::kGroupNorm,
     [](const LayerAt& at) {
       return fmt::format("nn.GroupNorm({}, {}{})", at.layer.groups, at.shape.input[0],
                          unless("eps", at.layer.epsilon, 1e-5));
     }},
    {T::kDense,
     [](const LayerAt& at) {
       return fmt::format("nn.Linear({}, {}{})", at.shape.input[0], at.layer.units,
                          at.layer.bias ? "" : ", bias=False");
     }},
    {T::kDropout,
     [](const LayerAt& at) { return fmt::format("nn.Dropout({})", float_text(at.layer.rate)); }},
    {T::kFlatten, [](const LayerAt&) { return std::string("nn.Flatten()"); }},
    {T::kReshape,
     [](const LayerAt& at) { return fmt::format("Reshape({})", tuple(at.shape.output)); }},
    {T::kRelu, [](const LayerAt&) { return std::string("nn.ReLU()"); }},
    {T::kLeakyRelu,
     [](const LayerAt& at) { return fmt::format("nn.LeakyReLU({})", float_text(at.layer.slope)); }},
    {T::kElu,
     [](const LayerAt& at) { return fmt::format("nn.ELU({})", float_text(at.layer.alpha)); }},
    {T::kGelu,
     [](const LayerAt& at) {
       return std::string(at.layer.tanh_approximation ? "nn.GELU(approximate=\"tanh\")"
                                                      : "nn.GELU()");
     }},
    {T::kSilu, [](const LayerAt&) { return std::string("nn.SiLU()"); }},
    {T::kTanh, [](const LayerAt&) { return std::string("nn.Tanh()"); }},
    {T::kSigmoid, [](const LayerAt&) { return std::string("nn.Sigmoid()"); }},
    {T::kHardTanh,
     [](const LayerAt& at) {
       return fmt::format("nn.Hardtanh({}, {})", float_text(at.layer.least),
                          float_text(at.layer.most));
     }},
    {T::kSoftplus,
     [](const LayerAt& at) { return fmt::format("nn.Softplus({})", float_text(at.layer.beta)); }},
    {T::kSoftmax,
     [](const LayerAt& at) { return fmt::format("nn.Softmax(dim={})", at.layer.axis); }},
    {T::kLogSoftmax,
     [](const LayerAt& at) { return fmt::format("nn.LogSoftmax(dim={})", at.layer.axis); }},
};

constexpr std::string_view kGlobalAveragePool = R"(
class GlobalAveragePool(nn.Module):
    def forward(self, x):
        return x.flatten(2).mean(2)
)";

constexpr std::string_view kReshape = R"(
class Reshape(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(x.shape[0], *self.shape)
)";

constexpr std::string_view kResidual = R"(
class Residual(nn.Module):
    """The sum of the layers' output and the shortcut's; an empty shortcut is the input itself."""

    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)
)";

constexpr std::string_view kParallel = R"(
class Parallel(nn.Module):
    """The branches' outputs, one after the other along an axis, or their sum where that is None."""

    def __init__(self, branches, axis):
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*branch) for branch in branches)
        self.axis = axis

    def forward(self, x):
        outputs = [branch(x) for branch in self.branches]
        return sum(outputs[1:], outputs[0]) if self.axis is None else torch.cat(outputs, self.axis)
)";

}  // namespace

std::string_view python_definition(PythonModule module) {
  switch (module) {
    case PythonModule::kGlobalAveragePool:
      return kGlobalAveragePool;
    case PythonModule::kReshape:
      return kReshape;
    case PythonModule::kResidual:
      return kResidual;
    case PythonModule::kParallel:
      break;
  }
  return kParallel;
}

Result<std::string> python_layer(const LayerAt& at, std::set<PythonModule>& needed) {
  const PythonRow* row =
      HOWDAH_TRY(find_row(std::span<const PythonRow>(kRows), at, "a PyTorch module"));
  if (at.layer.type == T::kGlobalAveragePool) needed.insert(PythonModule::kGlobalAveragePool);
  if (at.layer.type == T::kReshape) needed.insert(PythonModule::kReshape);
  return row->write(at);
}

}  // namespace howdah::exporting
