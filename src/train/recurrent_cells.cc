#include "train/recurrent_cells.h"

namespace howdah::train {
namespace {

constexpr float kZeros = 0;

// One row's values before this step: those of the row, or zeros (with stride 0).
struct Before {
  const float* values;
  int64_t stride;
  float operator[](int64_t j) const { return values[j * stride]; }
};
Before before(const StepRows& step, const float* values, int64_t row) {
  if (row < step.before) return {values + row * step.units, 1};
  return {&kZeros, 0};
}

}  // namespace

void lstm_cell(const StepRows& step, const float* gates, const float* cell_before, float* cell) {
  const int64_t n = step.units;
  for (int64_t row = 0; row < step.rows; ++row) {
    const float* gate = gates + row * 4 * n;
    float* into = cell + row * n;
    if (row < step.before) {
      const float* old = cell_before + row * n;
      for (int64_t j = 0; j < n; ++j) into[j] = gate[n + j] * old[j] + gate[j] * gate[2 * n + j];
    } else {
      for (int64_t j = 0; j < n; ++j) into[j] = gate[j] * gate[2 * n + j];
    }
  }
}

void lstm_output(const StepRows& step, const float* gates, const float* tanh_cell, float* output) {
  const int64_t n = step.units;
  for (int64_t row = 0; row < step.rows; ++row)
    for (int64_t j = 0; j < n; ++j)
      output[row * n + j] = gates[row * 4 * n + 3 * n + j] * tanh_cell[row * n + j];
}

void lstm_backward(const StepRows& step, const float* gates, const float* cell_before,
                   const float* tanh_cell, const float* d_output, float* d_cell, float* d_gates) {
  const int64_t n = step.units;
  for (int64_t row = 0; row < step.rows; ++row) {
    const float* gate = gates + row * 4 * n;
    const float* tanh_of = tanh_cell + row * n;
    const float* d_out = d_output + row * n;
    float* d_c = d_cell + row * n;
    float* d = d_gates + row * 4 * n;
    const Before old = before(step, cell_before, row);
    for (int64_t j = 0; j < n; ++j) {
      const float i = gate[j], f = gate[n + j], g = gate[2 * n + j], o = gate[3 * n + j];
      const float t = tanh_of[j];
      const float dc = d_c[j] + d_out[j] * o * (1 - t * t);
      d[j] = dc * g * i * (1 - i);
      d[n + j] = dc * old[j] * f * (1 - f);
      d[2 * n + j] = dc * i * (1 - g * g);
      d[3 * n + j] = d_out[j] * t * o * (1 - o);
      d_c[j] = dc * f;
    }
  }
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
  for (int64_t row = 0; row < step.rows; ++row) {
    const float* gate = gates + row * 3 * n;
    const Before old = before(step, output_before, row);
    for (int64_t j = 0; j < n; ++j)
      output[row * n + j] = (1 - gate[n + j]) * gate[2 * n + j] + gate[n + j] * old[j];
  }
}

void gru_backward(const StepRows& step, const float* gates, const float* hidden_new,
                  const float* output_before, const float* d_output, float* d_input,
                  float* d_hidden, float* d_state) {
  const int64_t n = step.units;
  for (int64_t row = 0; row < step.rows; ++row) {
    const float* gate = gates + row * 3 * n;
    const float* part = hidden_new + row * n;
    const float* d_out = d_output + row * n;
    const Before old = before(step, output_before, row);
    float* d_in = d_input + row * 3 * n;
    float* d_hid = d_hidden + row * 3 * n;
    for (int64_t j = 0; j < n; ++j) {
      const float r = gate[j], z = gate[n + j], fresh = gate[2 * n + j];
      const float d_new = d_out[j] * (1 - z) * (1 - fresh * fresh);
      d_in[j] = d_hid[j] = d_new * part[j] * r * (1 - r);
      d_in[n + j] = d_hid[n + j] = d_out[j] * (old[j] - fresh) * z * (1 - z);
      d_in[2 * n + j] = d_new;
      d_hid[2 * n + j] = d_new * r;
      d_state[row * n + j] = d_out[j] * z;
    }
  }
}

void rnn_backward(const StepRows& step, bool relu, const float* output, const float* d_output,
                  float* d_gates) {
  const int64_t count = step.rows * step.units;
  for (int64_t j = 0; j < count; ++j)
    d_gates[j] =
        relu ? (output[j] > 0 ? d_output[j] : 0) : d_output[j] * (1 - output[j] * output[j]);
}

}  // namespace howdah::train
