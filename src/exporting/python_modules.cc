#include "exporting/python_modules.h"

#include "exporting/python_texts.h"

namespace howdah::exporting {
namespace {

constexpr std::string_view kPlainLayers = R"(
Layers = nn.Sequential
)";

constexpr std::string_view kGlobalAveragePool = R"(
class GlobalAveragePool(nn.Module):
    def forward(self, x):
        return x.flatten(2).mean(2)
)";

constexpr std::string_view kGlobalMaxPool = R"(
class GlobalMaxPool(nn.Module):
    def forward(self, x):
        return x.flatten(2).amax(2)
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

    sees_text = True

    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers = Layers(*layers)
        self.shortcut = Layers(*shortcut)

    def forward(self, x, *text):
        return self.layers(x, *text) + self.shortcut(x, *text)
)";

constexpr std::string_view kParallel = R"(
class Parallel(nn.Module):
    """The branches' outputs, one after the other along an axis, or their sum where that is None."""

    sees_text = True

    def __init__(self, branches, axis):
        super().__init__()
        self.branches = nn.ModuleList(Layers(*branch) for branch in branches)
        self.axis = axis

    def forward(self, x, *text):
        outputs = [branch(x, *text) for branch in self.branches]
        return sum(outputs[1:], outputs[0]) if self.axis is None else torch.cat(outputs, self.axis)
)";

constexpr std::string_view kColumns = R"(
class Columns(nn.Module):
    """The other columns as they are, then what each of `columns` becomes, which hold codes. A code that
    training did not have counts as 0."""

    def __init__(self, others, columns, sizes):
        super().__init__()
        self.others, self.columns, self.sizes = others, columns, sizes

    def forward(self, x):
        parts = [x[:, self.others]]
        for number, (column, size) in enumerate(zip(self.columns, self.sizes)):
            codes = x[:, column]
            codes = torch.where((codes >= 0) & (codes < size), codes, torch.zeros_like(codes))
            parts.append(self.values(number, codes.long()))
        return torch.cat(parts, 1)
)";

constexpr std::string_view kEmbedColumns = R"(
class EmbedColumns(Columns):
    def __init__(self, others, columns, sizes, features):
        super().__init__(others, columns, sizes)
        self.embeddings = nn.ModuleList(nn.Embedding(size, features) for size in sizes)

    def values(self, number, codes):
        return self.embeddings[number](codes)
)";

constexpr std::string_view kOneHotColumns = R"(
class OneHotColumns(Columns):
    def values(self, number, codes):
        return F.one_hot(codes, self.sizes[number]).float()
)";

// The owner stands in a list, so that its weight has one name only.
constexpr std::string_view kSharedEmbedding = R"(
class SharedEmbedding(nn.Module):
    """An embedding with the weight of owner[0]."""

    def forward(self, x):
        return F.embedding(x, self.owner[0].weight, padding_idx=0)
)";

constexpr std::string_view kSharedLinear = R"(
class SharedLinear(nn.Module):
    """A dense layer with the weight of owner[0]."""

    def __init__(self, units, bias=True):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(units)) if bias else None

    def forward(self, x):
        return F.linear(x, self.owner[0].weight, self.bias)
)";

}  // namespace

std::string_view python_definition(PythonModule module) {
  switch (module) {
    case PythonModule::kPlainLayers:
      return kPlainLayers;
    case PythonModule::kTextLayers:
      return kPythonTextLayers;
    case PythonModule::kTextMask:
      return kPythonTextMask;
    case PythonModule::kGlobalAveragePool:
      return kGlobalAveragePool;
    case PythonModule::kGlobalMaxPool:
      return kGlobalMaxPool;
    case PythonModule::kReshape:
      return kReshape;
    case PythonModule::kResidual:
      return kResidual;
    case PythonModule::kParallel:
      return kParallel;
    case PythonModule::kColumns:
      return kColumns;
    case PythonModule::kEmbedColumns:
      return kEmbedColumns;
    case PythonModule::kOneHotColumns:
      return kOneHotColumns;
    case PythonModule::kSharedEmbedding:
      return kSharedEmbedding;
    case PythonModule::kSharedLinear:
      return kSharedLinear;
    case PythonModule::kTextConvolution:
      return kPythonTextConvolution;
    case PythonModule::kTextAveragePool:
      return kPythonTextAveragePool;
    case PythonModule::kTextMaxPool:
      return kPythonTextMaxPool;
    case PythonModule::kRecurrent:
      return kPythonRecurrent;
    case PythonModule::kMultiHeadAttention:
      return kPythonMultiHeadAttention;
    case PythonModule::kAttention:
      return kPythonAttention;
    case PythonModule::kLuongAttention:
      return kPythonLuongAttention;
    case PythonModule::kPositionalEncoding:
      return kPythonPositionalEncoding;
    case PythonModule::kTransformerEncoder:
      return kPythonTransformerEncoder;
    case PythonModule::kTransformerDecoder:
      break;
  }
  return kPythonTransformerDecoder;
}

}  // namespace howdah::exporting
