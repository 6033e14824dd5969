#include "train/recurrent_cells.h"

#include <algorithm>
#include <vector>

namespace howdah::train {
namespace {

// The rows of a step one by one, each with what stood before it, or zeros.
template <typename Row>
void each_row(const StepRows& step, const float* before, const Row& row) {
  const int64_t begun = std::min(step.before, step.rows);
  for (int64_t i = 0; i < begun; ++i) row(i, before + i * step.units);
  if (begun == step.rows) return;
  const std::vector<float> zeros(static_cast<size_t>(step.units));
  for (int64_t i = begun; i < step.rows; ++i) row(i, zeros.data());
}

// A row each; a pointer to each gate, so that the compiler vectorizes them.

void lstm_row_backward(int64_t units, const float* __restrict in, const float* __restrict forget,
                       const float* __restrict fresh, const float* __restrict out,
                       const float* __restrict cell_before, const float* __restrict tanh_cell,
                       const float* __restrict d_output, const float* __restrict d_state,
                       float* __restrict d_cell, float* __restrict d_in, float* __restrict d_forget,
                       float* __restrict d_fresh, float* __restrict d_out) {
  for (int64_t j = 0; j < units; ++j) {
    const float i = in[j], f = forget[j], g = fresh[j], o = out[j], t = tanh_cell[j];
    const float d = d_output[j] + d_state[j];
    const float dc = d_cell[j] + d * o * (1 - t * t);
    d_in[j] = dc * g * i * (1 - i);
    d_forget[j] = dc * cell_before[j] * f * (1 - f);
    d_fresh[j] = dc * i * (1 - g * g);
    d_out[j] = d * t * o * (1 - o);
    d_cell[j] = dc * f;
  }
}

void gru_row_backward(int64_t units, const float* __restrict reset, const float* __restrict update,
                      const float* __restrict fresh, const float* __restrict hidden_new,
                      const float* __restrict output_before, const float* __restrict d_output,
                      const float* __restrict d_state, float* __restrict d_reset,
                      float* __restrict d_update, float* __restrict d_fresh,
                      float* __restrict d_hidden_new, float* __restrict d_around) {
  for (int64_t j = 0; j < units; ++j) {
    const float r = reset[j], z = update[j], fresh_j = fresh[j];
    const float d = d_output[j] + d_state[j];
    const float d_new = d * (1 - z) * (1 - fresh_j * fresh_j);
    d_reset[j] = d_new * hidden_new[j] * r * (1 - r);
    d_update[j] = d * (output_before[j] - fresh_j) * z * (1 - z);
    d_fresh[j] = d_new;
    d_hidden_new[j] = d_new * r;
    d_around[j] = d * z;
  }
}

}  // namespace

void lstm_cell(const StepRows& step, const float* gates, const float* cell_before, float* cell) {
  const int64_t n = step.units;
  each_row(step, cell_before, [=](int64_t row, const float* old) {
    const float* gate = gates + row * 4 * n;
    float* __restrict into = cell + row * n;
    for (int64_t j = 0; j < n; ++j) into[j] = gate[n + j] * old[j] + gate[j] * gate[2 * n + j];
  });
}

void lstm_output(const StepRows& step, const float* gates, const float* tanh_cell, float* output) {
  const int64_t n = step.units;
  for (int64_t row = 0; row < step.rows; ++row)
    for (int64_t j = 0; j < n; ++j)
      output[row * n + j] = gates[row * 4 * n + 3 * n + j] * tanh_cell[row * n + j];
}

void lstm_backward(const StepRows& step, const float* gates, const float* cell_before,
                   const float* tanh_cell, const float* d_output, const float* d_state,
                   float* d_cell, float* d_gates) {
  const int64_t n = step.units;
  each_row(step, cell_before, [=](int64_t row, const float* old) {
    const float* gate = gates + row * 4 * n;
    float* d = d_gates + row * 4 * n;
    lstm_row_backward(n, gate, gate + n, gate + 2 * n, gate + 3 * n, old, tanh_cell + row * n,
                      d_output + row * n, d_state + row * n, d_cell + row * n, d, d + n, d + 2 * n,
                      d + 3 * n);
  });
}

void gru_new(const StepRows& step, float* gates, const float* hidden, float* hidden_new) {
  const int64_t n = step.units;
  for (int64_t row = 0; row < step.rows; ++row) {
    float* gate = gates + row * 3 * n;
    const float* part = hidden + row * 3 * n + 2 * n;
    float* keep = hidden_new + row * n;
    for (int64_t j = 0; j < n; ++j) {
      keep[j] = part[j];
      gate[2 * n + j] += gate[j] * part[j];
    }
  }
}

void gru_output(const StepRows& step, const float* gates, const float* output_before,
                float* output) {
  const int64_t n = step.units;
  each_row(step, output_before, [=](int64_t row, const float* old) {
    const float* gate = gates + row * 3 * n;
    float* __restrict into = output + row * n;
    for (int64_t j = 0; j < n; ++j)
      into[j] = (1 - gate[n + j]) * gate[2 * n + j] + gate[n + j] * old[j];
  });
}

void gru_backward(const StepRows& step, const float* gates, const float* hidden_new,
                  const float* output_before, const float* d_output, const float* d_state,
                  float* d_input, float* d_hidden, float* d_around) {
  const int64_t n = step.units;
  each_row(step, output_before, [=](int64_t row, const float* old) {
    const float* gate = gates + row * 3 * n;
    float *d_in = d_input + row * 3 * n, *d_hid = d_hidden + row * 3 * n;
    gru_row_backward(n, gate, gate + n, gate + 2 * n, hidden_new + row * n, old, d_output + row * n,
                     d_state + row * n, d_in, d_in + n, d_in + 2 * n, d_hid + 2 * n,
                     d_around + row * n);
    std::copy_n(d_in, 2 * n, d_hid);
  });
}

void rnn_backward(const StepRows& step, bool relu, const float* output, const float* d_output,
                  const float* d_state, float* d_gates) {
  const int64_t count = step.rows * step.units;
  for (int64_t j = 0; j < count; ++j) {
    const float d_out = d_output[j] + d_state[j];
    d_gates[j] = relu ? (output[j] > 0 ? d_out : 0) : d_out * (1 - output[j] * output[j]);
  }
}

}  // namespace howdah::train
