// One direction of one layer of rnn, lstm or gru, over packed texts, with its gradient. With
// libtorch's headers.
#pragma once

#include "train/packed_steps.h"

namespace howdah::train {

struct Recurrence {
  model::LayerType type = model::LayerType::kLstm;
  bool relu = false;     // rnn
  bool reverse = false;  // from each text's last step to its first
  PackedSteps steps;
  // [batch, units], by PackedSteps::order: what the state is multiplied by where it goes into the
  // products of the next step (what a gru carries over beside them stays whole). Undefined:
  // nothing.
  torch::Tensor mask = {};
};

// As torch.nn.RNN, LSTM and GRU name them.
struct RecurrentWeights {
  torch::Tensor weight_ih, weight_hh, bias_ih, bias_hh;
};

// rows: [rows, features]; gives the state after each step, [rows, units]. The cells are PyTorch's.
// All in float32, also where autocast is on. The same bits for the same threads: nothing is summed
// in an order of chance.
torch::Tensor recur(const Recurrence& how, const RecurrentWeights& weights,
                    const torch::Tensor& rows);

}  // namespace howdah::train
