#include "train/packed_steps.h"

#include <algorithm>
#include <numeric>

namespace howdah::train {
namespace {

using torch::Tensor;

// Each place is taken once, so the gradient is put back as it is; that of index_select would add.
struct Pack : torch::autograd::Function<Pack> {
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& from,
                        const Tensor& places) {
    context->save_for_backward({places});
    context->saved_data["rows"] = from.size(0);
    return from.index_select(0, places);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    Tensor back = torch::zeros({context->saved_data["rows"].toInt(), gradients[0].size(1)});
    back.index_copy_(0, context->get_saved_variables()[0], gradients[0]);
    return {back, Tensor()};
  }
};

Tensor numbers(const std::vector<int64_t>& values) {
  return torch::tensor(values, torch::kInt64);
}

}  // namespace

PackedSteps packed_steps(const Tensor& lengths, int64_t length) {
  const Tensor own = lengths.contiguous();
  const int64_t* each = own.const_data_ptr<int64_t>();
  const auto batch = static_cast<size_t>(own.numel());
  std::vector<int64_t> order(batch);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [each](int64_t a, int64_t b) { return each[a] > each[b]; });
  PackedSteps steps;
  std::vector<int64_t> places, begins(batch), ends(batch);
  for (int64_t step = 0; step < each[order[0]]; ++step) {
    steps.first.push_back(static_cast<int64_t>(places.size()));
    for (const int64_t record : order) {
      if (each[record] <= step) break;
      const auto row = static_cast<int64_t>(places.size());
      if (step == 0) begins[static_cast<size_t>(record)] = row;
      ends[static_cast<size_t>(record)] = row;
      places.push_back(record * length + step);
    }
  }
  steps.first.push_back(static_cast<int64_t>(places.size()));
  steps.order = numbers(order);
  steps.places = numbers(places);
  steps.begins = numbers(begins);
  steps.ends = numbers(ends);
  return steps;
}

Tensor pack(const Tensor& sequence, const PackedSteps& steps) {
  if (steps.full(sequence.size(1))) return sequence.transpose(0, 1).reshape({-1, sequence.size(2)});
  return Pack::apply(sequence.reshape({-1, sequence.size(2)}), steps.places);
}

Tensor unpack(const Tensor& rows, const PackedSteps& steps, int64_t length) {
  const int64_t batch = steps.order.numel();
  if (steps.full(length))
    return rows.view({length, batch, rows.size(1)}).transpose(0, 1).contiguous();
  return torch::zeros({batch * length, rows.size(1)})
      .index_copy(0, steps.places, rows)
      .view({batch, length, rows.size(1)});
}

}  // namespace howdah::train
