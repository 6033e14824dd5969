#include "train/forward_recurrent.h"

#include "train/dropout_mask.h"
#include "train/recurrence.h"

namespace howdah::train {
namespace {

using torch::Tensor;

// Masks on the state follow those between the layers.
constexpr uint64_t kFirstStateMask = model::Layer::kMostRepeats;

// The text with a step before its first one, made of what the encoder gave at its last token and at
// its first: the state that is left then is where the layer begins.
Flow with_beginning(const LayerCall& call) {
  const Flow& memory = *call.context.memory;
  const auto bridge = call.tensors.parameters.last(2);
  const Tensor end =
      memory.x.index({torch::arange(memory.x.size(0), torch::kInt64), memory.lengths - 1});
  const Tensor first =
      torch::linear(torch::cat({end, memory.x.select(1, 0)}, 1), bridge[0], bridge[1]);
  return {torch::cat({first.unsqueeze(1), call.in.x}, 1), call.in.lengths + 1};
}

Flow run(const LayerCall& call) {
  const model::Layer& layer = call.layer;
  const LayerContext& context = call.context;
  const int64_t length = call.in.x.size(1), batch = call.in.x.size(0);
  Recurrence how{
      .type = layer.type, .relu = layer.relu, .steps = packed_steps(call.in.lengths, length)};
  const size_t directions = layer.bidirectional ? 2 : 1;
  Tensor rows = pack(call.in.x.to(torch::kFloat32), how.steps);
  std::vector<Tensor> outputs(directions);
  for (size_t l = 0; l < static_cast<size_t>(layer.repeats); ++l) {
    if (l > 0 && context.training && layer.rate > 0)
      rows =
          rows * dropout_mask(rows.sizes(), layer.rate, context.dropout_seed, call.place.number, l);
    for (size_t direction = 0; direction < directions; ++direction) {
      const size_t which = l * directions + direction;
      const auto own = call.tensors.parameters.subspan(4 * which, 4);
      how.reverse = direction == 1;
      if (context.training && layer.recurrent_rate > 0)
        how.mask = dropout_mask({batch, layer.units}, layer.recurrent_rate, context.dropout_seed,
                                call.place.number, kFirstStateMask + which)
                       .index_select(0, how.steps.order);
      outputs[direction] = recur(how, {own[0], own[1], own[2], own[3]}, rows);
    }
    rows = directions == 1 ? outputs[0] : torch::cat(outputs, 1);
  }
  if (!layer.last) return {unpack(rows, how.steps, length), call.in.lengths};
  Tensor last = outputs[0].index_select(0, how.steps.ends);
  if (directions == 2) last = torch::cat({last, outputs[1].index_select(0, how.steps.begins)}, 1);
  return {last, {}};
}

}  // namespace

Flow recurrent_forward(const LayerCall& call) {
  if (!call.layer.from_memory) return run(call);
  const Flow begun = with_beginning(call);
  Flow out = run({call.layer, call.place, call.tensors, begun, call.context});
  if (call.layer.last) return out;
  return {out.x.narrow(1, 1, call.in.x.size(1)), call.in.lengths};
}

}  // namespace howdah::train
