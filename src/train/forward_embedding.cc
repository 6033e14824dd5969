#include "train/forward_embedding.h"

#include <algorithm>
#include <stdexcept>

namespace howdah::train {
namespace {

using torch::Tensor;

// int64 [batch], in [0, size).
Tensor codes_of(const Tensor& x, int64_t column, int64_t size) {
  const Tensor values = x.select(1, column);
  const Tensor known = values.ge(0).logical_and(values.lt(static_cast<double>(size)));
  return torch::where(known, values, torch::zeros_like(values)).to(torch::kInt64);
}

// The columns without codes, as they are: [batch, columns].
Tensor others_of(const Tensor& x, const std::vector<int64_t>& columns) {
  std::vector<int64_t> others;
  for (int64_t column = 0; column < x.size(1); ++column)
    if (std::find(columns.begin(), columns.end(), column) == columns.end())
      others.push_back(column);
  return x.index_select(1, torch::tensor(others, torch::kInt64));
}

}  // namespace

Flow embedding_forward(const LayerCall& call) {
  const Tensor& tokens = call.in.x;
  if (const auto highest = tokens.max().item<int64_t>(), lowest = tokens.min().item<int64_t>();
      highest >= call.layer.vocabulary || lowest < 0)
    throw std::invalid_argument(call.place.text() + " (embedding) knows tokens from 0 to " +
                                std::to_string(call.layer.vocabulary - 1) + ", a text has " +
                                std::to_string(lowest < 0 ? lowest : highest) +
                                ": leave out its 'vocabulary', so that it is the data's");
  return {torch::embedding(call.tensors.parameters[0], tokens, /*padding_idx=*/0), call.in.lengths};
}

Flow embed_columns_forward(const LayerCall& call) {
  const model::Layer& layer = call.layer;
  std::vector<Tensor> parts{others_of(call.in.x, layer.columns)};
  for (size_t i = 0; i < layer.columns.size(); ++i)
    parts.push_back(torch::embedding(call.tensors.parameters[i],
                                     codes_of(call.in.x, layer.columns[i], layer.sizes[i])));
  return {torch::cat(parts, 1), {}};
}

Flow one_hot_columns_forward(const LayerCall& call) {
  const model::Layer& layer = call.layer;
  std::vector<Tensor> parts{others_of(call.in.x, layer.columns)};
  for (size_t i = 0; i < layer.columns.size(); ++i)
    parts.push_back(
        torch::one_hot(codes_of(call.in.x, layer.columns[i], layer.sizes[i]), layer.sizes[i])
            .to(torch::kFloat32));
  return {torch::cat(parts, 1), {}};
}

}  // namespace howdah::train
