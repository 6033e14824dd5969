#include "train/recurrence.h"

#include <algorithm>

#include "train/recurrent_cells.h"

namespace howdah::train {
namespace {

using model::LayerType;
using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

const float* read(const Tensor& tensor) {
  return tensor.const_data_ptr<float>();
}
float* write(const Tensor& tensor) {
  return tensor.mutable_data_ptr<float>();
}

// What the way back needs besides inputs and outputs. Rows of all steps.
struct Kept : torch::CustomClassHolder {
  Recurrence how;
  Tensor gates;       // activated; rnn: none
  Tensor state;       // what the products saw: the output before, masked
  Tensor cell;        // lstm
  Tensor tanh_cell;   // lstm
  Tensor hidden_new;  // gru: the state's part of the new gate
};

// One step of the way: where it is in the rows, and from where its state comes.
struct Step {
  int64_t at = 0, before = 0;  // `before` is any step where no row has one
  StepRows rows{};
};
Step step_of(const Recurrence& how, int64_t number, int64_t units) {
  const int64_t last = how.steps.steps() - 1;
  Step step{.at = how.reverse ? last - number : number};
  step.before = std::clamp<int64_t>(how.reverse ? step.at + 1 : step.at - 1, 0, last);
  step.rows = {how.steps.rows(step.at), units, 0};
  if (number > 0) step.rows.before = std::min(step.rows.rows, how.steps.rows(step.before));
  return step;
}

// The state that the step's products see.
Tensor take_state(const Kept& kept, const Step& step, const Tensor& outputs) {
  Tensor state = kept.how.steps.of(step.at, kept.state);
  if (step.rows.before > 0) {
    Tensor begun = state.narrow(0, 0, step.rows.before);
    const Tensor from = kept.how.steps.of(step.before, outputs).narrow(0, 0, step.rows.before);
    if (kept.how.mask.defined())
      torch::mul_out(begun, from, kept.how.mask.narrow(0, 0, step.rows.before));
    else
      begun.copy_(from);
  }
  return state;
}

void lstm_step(const Kept& kept, const Step& step, const Tensor& gates, const Tensor& output) {
  const PackedSteps& steps = kept.how.steps;
  const int64_t units = step.rows.units;
  gates.narrow(1, 0, 2 * units).sigmoid_();
  gates.narrow(1, 2 * units, units).tanh_();
  gates.narrow(1, 3 * units, units).sigmoid_();
  const Tensor cell = steps.of(step.at, kept.cell);
  lstm_cell(step.rows, read(gates), read(steps.of(step.before, kept.cell)), write(cell));
  Tensor tanh_cell = steps.of(step.at, kept.tanh_cell);
  torch::tanh_out(tanh_cell, cell);
  lstm_output(step.rows, read(gates), read(tanh_cell), write(output));
}

void gru_step(const Kept& kept, const Step& step, const Tensor& gates, const Tensor& hidden,
              const Tensor& outputs) {
  const PackedSteps& steps = kept.how.steps;
  const int64_t units = step.rows.units;
  gates.narrow(1, 0, 2 * units).add_(hidden.narrow(1, 0, 2 * units)).sigmoid_();
  gru_new(step.rows, write(gates), read(hidden), write(steps.of(step.at, kept.hidden_new)));
  gates.narrow(1, 2 * units, units).tanh_();
  gru_output(step.rows, read(gates), read(steps.of(step.before, outputs)),
             write(steps.of(step.at, outputs)));
}

Tensor go_through(Kept& kept, const RecurrentWeights& weights, const Tensor& rows) {
  const at::AutoDispatchBelowADInplaceOrView many_small_operations_without_autograd;
  const Recurrence& how = kept.how;
  const int64_t units = weights.weight_hh.size(1);
  const bool gru = how.type == LayerType::kGru, lstm = how.type == LayerType::kLstm;
  const Tensor from_state = weights.weight_hh.t();
  kept.gates = torch::addmm(gru ? weights.bias_ih : weights.bias_ih + weights.bias_hh, rows,
                            weights.weight_ih.t());
  kept.state = torch::zeros({rows.size(0), units});
  Tensor outputs = torch::empty({rows.size(0), units});
  if (lstm) {
    kept.cell = torch::empty_like(outputs);
    kept.tanh_cell = torch::empty_like(outputs);
  }
  if (gru) kept.hidden_new = torch::empty_like(outputs);
  for (int64_t number = 0; number < how.steps.steps(); ++number) {
    const Step step = step_of(how, number, units);
    const Tensor state = take_state(kept, step, outputs);
    const Tensor gates = how.steps.of(step.at, kept.gates);
    if (gru) {
      gru_step(kept, step, gates, torch::addmm(weights.bias_hh, state, from_state), outputs);
      continue;
    }
    const int64_t before = step.rows.before;
    if (before > 0) gates.narrow(0, 0, before).addmm_(state.narrow(0, 0, before), from_state);
    Tensor output = how.steps.of(step.at, outputs);
    if (lstm)
      lstm_step(kept, step, gates, output);
    else if (how.relu)
      torch::clamp_min_out(output, gates, 0);
    else
      torch::tanh_out(output, gates);
  }
  if (!lstm && !gru) kept.gates = Tensor();
  return outputs;
}

// The way back, step by step.
class WayBack {
 public:
  WayBack(const Kept& kept, const Tensor& weight_hh, const Tensor& outputs)
      : kept_(kept), weight_hh_(weight_hh), outputs_(outputs) {
    const int64_t batch = kept.how.steps.rows(0), units = weight_hh.size(1);
    carried_ = torch::zeros({batch, units});
    around_ = torch::zeros({batch, units});
    d_gates = torch::empty({outputs.size(0), weight_hh.size(0)});
    d_hidden = kept.how.type == LayerType::kGru ? torch::empty_like(d_gates) : d_gates;
  }

  void go(const Tensor& d_outputs) {
    const PackedSteps& steps = kept_.how.steps;
    for (int64_t number = steps.steps(); number-- > 0;) {
      const Step step = step_of(kept_.how, number, weight_hh_.size(1));
      cell(step, read(steps.of(step.at, d_outputs)), read(carried_));
      if (step.rows.before > 0) carry(step);
    }
  }

  Tensor d_gates;   // as the input's products see them, before the activation
  Tensor d_hidden;  // as the state's do

 private:
  void cell(const Step& step, const float* d_output, const float* d_state) {
    const PackedSteps& steps = kept_.how.steps;
    const auto at = [&](const Tensor& rows) { return read(steps.of(step.at, rows)); };
    const auto before = [&](const Tensor& rows) { return read(steps.of(step.before, rows)); };
    float* d = write(steps.of(step.at, d_gates));
    switch (kept_.how.type) {
      case LayerType::kLstm:
        return lstm_backward(step.rows, at(kept_.gates), before(kept_.cell), at(kept_.tanh_cell),
                             d_output, d_state, write(around_), d);
      case LayerType::kGru:
        return gru_backward(step.rows, at(kept_.gates), at(kept_.hidden_new), before(outputs_),
                            d_output, d_state, d, write(steps.of(step.at, d_hidden)),
                            write(around_));
      default:
        return rnn_backward(step.rows, kept_.how.relu, at(outputs_), d_output, d_state, d);
    }
  }

  // To the step before: through the products, and of a gru also around them.
  void carry(const Step& step) {
    const int64_t before = step.rows.before;
    Tensor carried = carried_.narrow(0, 0, before);
    torch::mm_out(carried, kept_.how.steps.of(step.at, d_hidden).narrow(0, 0, before), weight_hh_);
    if (kept_.how.mask.defined()) carried.mul_(kept_.how.mask.narrow(0, 0, before));
    if (kept_.how.type == LayerType::kGru) carried.add_(around_.narrow(0, 0, before));
  }

  const Kept& kept_;
  const Tensor weight_hh_, outputs_;
  Tensor carried_;  // [batch, units]: of the output before, as far as it is known
  Tensor around_;   // lstm: of the cell before; gru: of the output before, around the products
};

struct Recur : torch::autograd::Function<Recur> {
  static Tensor forward(AutogradContext* context, const c10::intrusive_ptr<Kept>& kept,
                        const Tensor& rows, const Tensor& weight_ih, const Tensor& weight_hh,
                        const Tensor& bias_ih, const Tensor& bias_hh) {
    Tensor outputs = go_through(*kept, {weight_ih, weight_hh, bias_ih, bias_hh}, rows);
    context->save_for_backward({rows, weight_ih, weight_hh, outputs});
    context->saved_data["kept"] = c10::IValue::make_capsule(kept);
    return outputs;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::AutoDispatchBelowADInplaceOrView many_small_operations_without_autograd;
    const auto holder = context->saved_data["kept"].toCapsule();
    const auto& kept = static_cast<const Kept&>(*holder);
    WayBack back(kept, saved[2], saved[3]);
    back.go(gradients[0].contiguous());
    const Tensor d_bias_ih = back.d_gates.sum(0);
    const bool gru = kept.how.type == LayerType::kGru;
    return {Tensor(),
            back.d_gates.mm(saved[1]),
            back.d_gates.t().mm(saved[0]),
            back.d_hidden.t().mm(kept.state),
            d_bias_ih,
            gru ? back.d_hidden.sum(0) : d_bias_ih};
  }
};

}  // namespace

Tensor recur(const Recurrence& how, const RecurrentWeights& weights, const Tensor& rows) {
  // The loops take float32; a state that goes through many steps would lose much in bfloat16
  // besides.
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::DispatchKey::AutocastCPU);
  auto kept = c10::make_intrusive<Kept>();
  kept->how = how;
  return Recur::apply(kept, rows.contiguous(), weights.weight_ih, weights.weight_hh,
                      weights.bias_ih, weights.bias_hh);
}

}  // namespace howdah::train
