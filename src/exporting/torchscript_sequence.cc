// Embeddings, and what looks at several steps of a text and not at its padding.
#include "exporting/torchscript_layers.h"

namespace howdah::exporting {
namespace {

// int64 [batch], in [0, size): a code that training did not have counts as 0.
std::string codes(const TorchScriptLayer& at, const std::string& x, size_t which) {
  const std::string values =
      at.assign(fmt::format("torch.select({}, 1, {})", x, at.layer.columns[which]));
  const std::string known = at.assign(fmt::format(
      "torch.logical_and(torch.ge({0}, 0), torch.lt({0}, {1}))", values, at.layer.sizes[which]));
  return at.assign(fmt::format("torch.to(torch.where({}, {}, torch.zeros_like({})), {})", known,
                               values, values, kInt64));
}

// The other columns as they are, then what `write` makes of each one's codes.
template <class Write>
std::string columns(const TorchScriptLayer& at, const std::string& x, const Write& write) {
  std::vector<std::string> parts;
  const std::vector<int64_t> others = other_columns(at);
  if (!others.empty())
    parts.push_back(fmt::format("torch.index_select({0}, 1, torch.tensor({1}, device={0}.device))",
                                x, torchscript_list(others)));
  for (size_t i = 0; i < at.layer.columns.size(); ++i) parts.push_back(write(i, codes(at, x, i)));
  return fmt::format("torch.cat([{}], 1)", fmt::join(parts, ", "));
}

// The sequence with `value` in its padding, whatever stood there.
std::string filled(const TorchScriptLayer& at, const std::string& x, std::string_view value) {
  const std::string mask = torchscript_text_mask(at, {x, at.lengths});
  return at.assign(fmt::format(
      "torch.masked_fill({}, torch.unsqueeze(torch.logical_not({}), 2), {})", x, mask, value));
}

}  // namespace

std::string torchscript_text_mask(const TorchScriptLayer& at, const Wire& text) {
  return at.assign(
      fmt::format("torch.lt(torch.unsqueeze(torch.arange({0}.size(1), "
                  "device={0}.device), 0), torch.unsqueeze({1}, 1))",
                  text.x, text.lengths));
}

std::string torchscript_embedding(const TorchScriptLayer& at, const std::string& x) {
  return fmt::format("torch.embedding({}, {})", at.tensor("weight"), x);
}

std::string torchscript_embed_columns(const TorchScriptLayer& at, const std::string& x) {
  return columns(at, x, [&](size_t i, const std::string& found) {
    return fmt::format("torch.embedding({}, {})", at.tensor(fmt::format("embeddings.{}.weight", i)),
                       found);
  });
}

std::string torchscript_one_hot_columns(const TorchScriptLayer& at, const std::string& x) {
  return columns(at, x, [&](size_t i, const std::string& found) {
    return fmt::format("torch.to(torch.one_hot({}, {}), {})", found, at.layer.sizes[i], kFloat32);
  });
}

std::string torchscript_sequence_convolution(const TorchScriptLayer& at, const std::string& x) {
  const auto [before, behind] = padding_along(at.layer);
  const std::string padded =
      at.assign(fmt::format("torch.constant_pad_nd(torch.transpose({}, 1, 2), [{}, {}])",
                            filled(at, x, "0.0"), before, behind));
  return fmt::format("torch.transpose(torch.conv1d({}, {}, {}, [1], [0], [{}], {}), 1, 2)", padded,
                     at.tensor("weight"), at.layer.bias ? at.tensor("bias") : "None",
                     at.layer.dilation.columns, at.layer.groups);
}

std::string torchscript_sequence_average(const TorchScriptLayer& at, const std::string& x) {
  return fmt::format("torch.div(torch.sum({}, [1]), torch.to(torch.unsqueeze({}, 1), {}))",
                     filled(at, x, "0.0"), at.lengths, kFloat32);
}

std::string torchscript_sequence_max(const TorchScriptLayer& at, const std::string& x) {
  return fmt::format("torch.amax({}, [1])", filled(at, x, "float(\"-inf\")"));
}

}  // namespace howdah::exporting
