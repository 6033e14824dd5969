// Layers that turn numbers of a list into values: tokens of a text, categories of a table.
#include "exporting/onnx_layers.h"

namespace howdah::exporting {
namespace {

// int64 [batch], in [0, size): a code that training did not have counts as 0.
std::string codes(const OnnxLayer& at, const std::string& x, size_t which) {
  const std::string values =
      at.add("Gather", {x, at.whole("column", at.layer.columns[which])}, {{"axis", int64_t{1}}});
  const std::string zero = at.scalar("unknown", 0);
  const std::string known = at.add(
      "And",
      {at.add("GreaterOrEqual", {values, zero}),
       at.add("Less", {values, at.scalar("size", static_cast<double>(at.layer.sizes[which]))})});
  return at.add("Cast", {at.add("Where", {known, values, zero})},
                {{"to", int64_t{onnx::TensorProto::INT64}}});
}

// The other columns as they are, then what `write` makes of each one's codes.
template <class Write>
std::string columns(const OnnxLayer& at, const std::string& x, const Write& write) {
  std::vector<std::string> parts;
  const std::vector<int64_t> others = other_columns(at);
  if (!others.empty())
    parts.push_back(at.add("Gather", {x, at.list("others", others)}, {{"axis", int64_t{1}}}));
  for (size_t i = 0; i < at.layer.columns.size(); ++i) parts.push_back(write(i, codes(at, x, i)));
  return at.add("Concat", parts, {{"axis", int64_t{1}}});
}

}  // namespace

std::string onnx_embedding(const OnnxLayer& at, const std::string& x) {
  return at.add("Gather", {at.tensor("weight"), x});
}

std::string onnx_embed_columns(const OnnxLayer& at, const std::string& x) {
  return columns(at, x, [&](size_t i, const std::string& found) {
    return at.add("Gather", {at.tensor(fmt::format("embeddings.{}.weight", i)), found});
  });
}

std::string onnx_one_hot_columns(const OnnxLayer& at, const std::string& x) {
  const float off_on[] = {0, 1};
  const std::string values = at.graph.constant(at.shape.name + ".values", off_on, {2});
  return columns(at, x, [&](size_t i, const std::string& found) {
    return at.add("OneHot", {found, at.whole("depth", at.layer.sizes[i]), values});
  });
}

}  // namespace howdah::exporting
