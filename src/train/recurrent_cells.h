// The arithmetic of one step of a recurrent layer that is neither a product of matrices nor an
// exponential: loops over rows, free of libtorch. Gates lie one after the other in a row, in
// PyTorch's order (lstm: input, forget, cell, output; gru: reset, update, new), with their
// activation applied.
#pragma once

#include <cstdint>

namespace howdah::train {

// The rows of a step: `state` values each, in contiguous rows.
struct StepRows {
  int64_t rows = 0;
  int64_t units = 0;
  int64_t before = 0;  // so many of them had a step before this one; the others begin with zeros
};

// cell = forget * cell_before + input * cell gate.
void lstm_cell(const StepRows& step, const float* gates, const float* cell_before, float* cell);
// output = output gate * tanh_cell.
void lstm_output(const StepRows& step, const float* gates, const float* tanh_cell, float* output);
// d_output: of the loss, but for what comes by way of the steps after this one: d_state. d_cell:
// that of the cell; it becomes what goes to the step before. d_gates: of the gates before their
// activation.
void lstm_backward(const StepRows& step, const float* gates, const float* cell_before,
                   const float* tanh_cell, const float* d_output, const float* d_state,
                   float* d_cell, float* d_gates);

// Before the new gate's tanh: input part + reset * hidden part (both [rows, 3 * units]; the input
// part's new gate changes). hidden_new keeps the hidden part.
void gru_new(const StepRows& step, float* gates, const float* hidden, float* hidden_new);
// output = (1 - update) * new + update * output_before.
void gru_output(const StepRows& step, const float* gates, const float* output_before,
                float* output);
// d_input, d_hidden: of the gates before their activation, as the input's and the state's products
// see them; d_around: what goes around both, to the step before.
void gru_backward(const StepRows& step, const float* gates, const float* hidden_new,
                  const float* output_before, const float* d_output, const float* d_state,
                  float* d_input, float* d_hidden, float* d_around);

// With the output of tanh, or of relu.
void rnn_backward(const StepRows& step, bool relu, const float* output, const float* d_output,
                  const float* d_state, float* d_gates);

}  // namespace howdah::train
