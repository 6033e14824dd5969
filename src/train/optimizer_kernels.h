// The update of a run of weights by each optimizer: loops over flat float32 arrays that the
// compiler vectorizes. Every state begins at 0, but for Adagrad's.
#pragma once

#include "train/gradient_rule.h"

namespace howdah::train {

// One parameter's part of the flat buffers; states as the kernel names them, null: not kept.
struct Elements {
  float* weights;
  const float* sums;  // the gradient, over the batch
  float* states[3];
  int64_t count;
};

// Sutskever et al., 2013, as PyTorch writes it: the rate is outside the buffer.
// States: momentum_buffer, where there is momentum.
struct SgdRule {
  float rate, momentum;
  float share;    // of the gradient in the buffer: 1 - dampening, but 1 at the first step
  bool nesterov;  // only with a share of 1
};
void sgd(const GradientRule& gradient, const SgdRule& rule, const Elements& elements);

// Kingma and Ba, 2015; decoupled decay: Loshchilov and Hutter, 2019; amsgrad: Reddi et al., 2018.
// States: exp_avg, exp_avg_sq, and max_exp_avg_sq with amsgrad.
struct AdamRule {
  float beta1, beta2, epsilon;
  float new1, new2;       // 1 - beta, rounded once
  float step_size;        // rate / (1 - beta1^t)
  float root_correction;  // sqrt(1 - beta2^t)
  float keep;             // 1 - rate * decoupled weight decay
};
void adam(const GradientRule& gradient, const AdamRule& rule, const Elements& elements);

// Duchi et al., 2011, the diagonal form. States: sum.
struct AdagradRule {
  float rate;  // that of the step: rate / (1 + steps before it * rate_decay)
  float epsilon;
};
void adagrad(const GradientRule& gradient, const AdagradRule& rule, const Elements& elements);

// Zeiler, 2012. States: square_avg, acc_delta.
struct AdadeltaRule {
  float rate, rho, fresh /* 1 - rho */, epsilon;
};
void adadelta(const GradientRule& gradient, const AdadeltaRule& rule, const Elements& elements);

// Tieleman and Hinton, 2012; centered: Graves, 2013. States: square_avg; momentum_buffer, where
// there is momentum; grad_avg, where it is centered.
struct RmspropRule {
  float rate, alpha, fresh /* 1 - alpha */, epsilon, momentum;
};
void rmsprop(const GradientRule& gradient, const RmspropRule& rule, const Elements& elements);

// average += share * (weights - average)
void average_weights(float share, const float* weights, float* average, int64_t count);

}  // namespace howdah::train
