// Texts of different lengths, packed for going through them step by step: the rows of step 0 of all
// texts, then those of step 1 of the texts that have one, and so on, the longest text first. What
// torch.nn.utils.rnn calls a PackedSequence: no padding is computed. With libtorch's headers.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "train/layer_forward.h"

namespace howdah::train {

struct PackedSteps {
  std::vector<int64_t> first;  // of each step: its first row; then the number of all rows
  torch::Tensor order;         // int64 [batch]: the records, the longest first
  torch::Tensor places;        // int64 [rows]: where each row stands in [batch * length]
  torch::Tensor begins, ends;  // int64 [batch], by record: the row of its first, of its last step

  // Every text is of full length: the rows are the same as turned around.
  bool full(int64_t length) const { return places.numel() == order.numel() * length; }
  int64_t steps() const { return static_cast<int64_t>(first.size()) - 1; }
  int64_t rows(int64_t step) const {
    return first[static_cast<size_t>(step) + 1] - first[static_cast<size_t>(step)];
  }
  torch::Tensor of(int64_t step, const torch::Tensor& rows_of_all) const {
    return rows_of_all.narrow(0, first[static_cast<size_t>(step)], rows(step));
  }
};

// lengths: int64 [batch], each from 1 to `length`.
PackedSteps packed_steps(const torch::Tensor& lengths, int64_t length);

// [batch, length, features] to [rows, features], and back with zeros in the padding.
torch::Tensor pack(const torch::Tensor& sequence, const PackedSteps& steps);
torch::Tensor unpack(const torch::Tensor& rows, const PackedSteps& steps, int64_t length);

}  // namespace howdah::train
