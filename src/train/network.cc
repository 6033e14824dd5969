#include "train/network.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "model/layer_walk.h"
#include "train/add_answers.h"
#include "train/augmentation.h"
#include "train/autocast.h"
#include "train/bound_module.h"
#include "train/gradient_hook.h"
#include "train/inputs.h"
#include "train/layer_forward.h"
#include "train/loss.h"
#include "train/module_call.h"
#include "train/normalizer.h"
#include "train/targets.h"
#include "train/torch_call.h"

namespace howdah::train {
namespace {

using model::Layer;
using model::LayerPlace;
using torch::Tensor;

constexpr int64_t kPrefixesAtOnce = 256;  // of a beam search

// A layer's tensors, by its number.
struct Place {
  size_t first_parameter = 0, parameters = 0, first_buffer = 0, buffers = 0;
  bool frozen_statistics = false;
  std::optional<size_t> shared = {};  // a parameter of another layer, before its own
};

// Convolutions are faster where the channels of a pixel lie side by side (bench/run_precision.sh).
// A user's module may not be written for it.
bool prefers_channels_last(const model::Training& training, const Layout& layout) {
  if (training.input_form != model::Form::kValues || training.input.size() != 3) return false;
  return training.channels_last.value_or(
      !training.module &&
      std::any_of(layout.parameters.begin(), layout.parameters.end(),
                  [](const Parameter& parameter) { return parameter.shape.size() == 4; }));
}

}  // namespace

struct PreparedBatch {
  Flow input;
  Mixing mixing;
};

class Network::Impl {
 public:
  // module: opened, of a training that has one.
  Impl(const model::Training& training, const Layout& layout, dataset::ElementType element,
       Normalizer normalizer, std::unique_ptr<UserModule> module)
      : training_(training),
        layout_(layout),
        normalizer_(std::move(normalizer)),
        loss_(training),
        weights_(torch::zeros({layout.weights})),
        canonical_(torch::zeros({std::max<int64_t>(layout.buffer_values, 1)})),
        working_(canonical_.clone()),
        channels_last_(prefers_channels_last(training, layout)),
        decoder_number_(model::layer_count(training.layers)) {
    for (size_t i = layout.parameters.size(); i-- > 0;) {
      Place& place = place_of(layout.parameters[i].layer);
      place.first_parameter = i;
      ++place.parameters;
    }
    for (size_t i = layout.buffers.size(); i-- > 0;) {
      Place& place = place_of(layout.buffers[i].layer);
      place.first_buffer = i;
      place.frozen_statistics = layout.buffers[i].frozen;
      ++place.buffers;
    }
    for (const SharedParameter& shared : layout.shared)
      place_of(shared.layer).shared = shared.parameter;
    if (module) {
      copy_values(*module, layout, weights(), buffers());
      module_ =
          std::make_unique<BoundModule>(std::move(module), training, layout, weights_, working_);
    } else {
      train::initialize(layout, training.seed, weights(), buffers());
    }
    for (size_t i = 0; i < layout.parameters.size(); ++i) add_parameter(i);
    if (training.augmentation.any()) augmenter_.emplace(training, element);
  }

  std::span<float> weights() {
    return {weights_.mutable_data_ptr<float>(), static_cast<size_t>(layout_.weights)};
  }
  std::span<float> buffers() {
    return {canonical_.mutable_data_ptr<float>(), static_cast<size_t>(layout_.buffer_values)};
  }

  Status initialize() {
    if (!module_) {
      train::initialize(layout_, training_.seed, weights(), buffers());
      return Status::ok();
    }
    const auto fresh = HOWDAH_TRY(open_user_module(training_));
    copy_values(*fresh, layout_, weights(), buffers());
    return Status::ok();
  }

  // Runs a `call` that computes.
  template <typename Call>
  Status guarded(const char* operation, Call&& call) const {
    return module_ ? module_call(call).with_operation(operation) : torch_call(operation, call);
  }

  // Uses what does not change, and the augmenter, which nobody else does.
  std::shared_ptr<const PreparedBatch> prepare(const dataset::RecordBatch& batch, uint64_t seed) {
    const torch::NoGradGuard no_gradients;
    auto prepared = std::make_shared<PreparedBatch>();
    prepared->input = input_of(batch, training_, normalizer_, augmenter_ ? &*augmenter_ : nullptr,
                               seed, &prepared->mixing);
    return prepared;
  }

  Status backward(const dataset::RecordBatch& batch, uint64_t seed, const Observers& observers,
                  const PreparedBatch& prepared) {
    working_.copy_(canonical_);
    const Mixing& mixing = prepared.mixing;
    Flow input = prepared.input;
    // A user's module may write into it, and a step that breaks is computed again.
    if (module_ && input.lengths.defined()) input.lengths = input.lengths.clone();
    if (module_) input.x = input.x.clone();
    const Tensor outputs = HOWDAH_TRY(forward(batch, std::move(input), {true, seed})).x;
    const Tensor targets = targets_of(batch, training_, outputs);
    Tensor loss = loss_.sum(outputs, targets);
    SampleSums sums = loss_.counts(outputs, targets);
    if (!mixing.partner.empty()) {
      const Tensor others = targets.index_select(0, torch::tensor(mixing.partner));
      loss = mixing.weight * loss + (1 - mixing.weight) * loss_.sum(outputs, others);
      sums.divisor = mixing.weight * sums.divisor +
                     (1 - mixing.weight) * loss_.counts(outputs, others).divisor;
    }
    sums.loss = loss.item<double>();
    observers.forward_done(
        sums, {working_.const_data_ptr<float>(), static_cast<size_t>(layout_.buffer_values)});
    for (const int frozen : frozen_) observers.gradient(frozen, no_gradient_.data());
    std::optional<EachGradientOnce> each_once;
    if (module_) each_once.emplace(layout_, observers);
    observers_ = each_once ? &each_once->observers() : &observers;
    try {
      loss.backward();
    } catch (...) {
      forget_gradients();
      throw;
    }
    observers_ = nullptr;
    if (each_once) each_once->tell_missing(no_gradient_.data());
    return Status::ok();
  }

  Status evaluate(const dataset::RecordBatch& batch, Answers& answers) {
    const torch::NoGradGuard no_gradients;
    working_.copy_(canonical_);
    const Tensor outputs = HOWDAH_TRY(forward(batch, plain_input(batch), {})).x;
    add_answers(outputs, targets_of(batch, training_, outputs), loss_, answers);
    return Status::ok();
  }

  Result<Predictions> predict(const dataset::RecordBatch& batch) {
    if (!training_.decoder.empty())
      return Status(Code::kUnsupported, "a translation is written, not said in a word");
    const torch::NoGradGuard no_gradients;
    working_.copy_(canonical_);
    const Flow said = HOWDAH_TRY(forward(batch, plain_input(batch), {}));
    Predictions predictions;
    if (training_.task == model::Task::kTagging) {
      const Tensor found = loss_.answers(said.x).contiguous();
      for (int64_t record = 0; record < batch.records; ++record) {
        const int64_t* tags = found.const_data_ptr<int64_t>() + record * found.size(1);
        predictions.tags.emplace_back(tags, tags + said.lengths[record].item<int64_t>());
      }
      return predictions;
    }
    if (said.lengths.defined())
      return Status(Code::kUnsupported, "a language model says nothing of a record")
          .with_advice("howdah evaluate measures its perplexity");
    const Tensor scores = scores_of(said.x).contiguous();
    predictions.width = static_cast<size_t>(scores.size(1));
    predictions.scores.assign(scores.const_data_ptr<float>(),
                              scores.const_data_ptr<float>() + scores.numel());
    return predictions;
  }

  Result<std::vector<std::vector<int32_t>>> translate(const dataset::RecordBatch& batch,
                                                      BeamOptions options) {
    if (training_.decoder.empty())
      return Status(Code::kInvalidArgument, "the network has no decoder that could write a text");
    const torch::NoGradGuard no_gradients;
    working_.copy_(canonical_);
    const Autocast autocast(training_.bfloat16);
    const Flow memory = HOWDAH_TRY(encode(plain_input(batch), {}));
    // The decoder sees the begin, and all tokens but the last.
    options.longest = std::min(options.longest, training_.target_width - 1);
    return beam_search(batch.records, training_.classes, options,
                       [&](const Prefixes& prefixes, std::vector<float>& scores) {
                         return next_tokens(prefixes, memory, scores);
                       });
  }

 private:
  Tensor scores_of(const Tensor& outputs) const {
    if (training_.task == model::Task::kRegression) return outputs;
    if (training_.task == model::Task::kBinaryClassification) return torch::sigmoid(outputs);
    return training_.loss.type == model::LossType::kNll ? torch::exp(outputs)
                                                        : torch::softmax(outputs, 1);
  }
  // What the walk does at each layer: the forward pass.
  struct Pass {
    Impl& network;
    const LayerContext context;
    const Layer* last_place = nullptr;  // a dense layer of which the last place alone is wanted

    Result<Flow> apply(const Layer& layer, const LayerPlace& place, Flow in) {
      if (&layer == last_place) in.x = in.x.narrow(1, in.x.size(1) - 1, 1);
      const Place& own = network.place_of(place.number);
      LayerTensors tensors;
      tensors.parameters =
          std::span(network.parameters_).subspan(own.first_parameter, own.parameters);
      std::vector<Tensor> with_shared;
      if (own.shared) {
        with_shared.push_back(network.parameters_[*own.shared]);
        with_shared.insert(with_shared.end(), tensors.parameters.begin(), tensors.parameters.end());
        tensors.parameters = with_shared;
      }
      for (size_t i = 0; i < own.buffers; ++i)
        tensors.buffers.push_back(network.working_buffer(own.first_buffer + i));
      if (!own.frozen_statistics) return layer_forward({layer, place, tensors, in, context});
      LayerContext evaluating = context;
      evaluating.training = false;
      return layer_forward({layer, place, tensors, in, evaluating});
    }
    static Status enter(const Layer&, const LayerPlace&, const Flow&) { return Status::ok(); }
    static Result<Flow> merge(const Layer& layer, const LayerPlace&,
                              const std::vector<Flow>& outputs) {
      return merge_forward(layer, outputs);
    }
  };

  Flow plain_input(const dataset::RecordBatch& batch) const {
    return input_of(batch, training_, normalizer_);
  }

  // What the last layer gives, with teacher forcing where there is a decoder.
  Result<Flow> forward(const dataset::RecordBatch& batch, Flow input, const LayerContext& context) {
    if (channels_last_) input.x = input.x.contiguous(torch::MemoryFormat::ChannelsLast);
    const Autocast autocast(training_.bfloat16);
    Flow flow = HOWDAH_TRY(encode(std::move(input), context));
    if (!training_.decoder.empty())
      flow = HOWDAH_TRY(decode(decoder_input_of(batch, training_), flow, context));
    flow.x = flow.x.to(torch::kFloat32);  // losses and measures are of full precision
    return flow;
  }
  Result<Flow> encode(Flow in, const LayerContext& context) {
    if (module_) return module_->forward(in, context);
    Pass pass{*this, context};
    return model::LayerWalk<Flow, Pass>(pass).through(training_.layers, std::move(in));
  }
  Result<Flow> decode(Flow in, const Flow& memory, LayerContext context,
                      const Layer* last_place = nullptr) {
    context.memory = &memory;
    Pass pass{*this, context, last_place};
    return model::LayerWalk<Flow, Pass>(pass).through(
        training_.decoder, std::move(in), {.name = "decoder", .first_number = decoder_number_});
  }

  void add_parameter(size_t number) {
    const Parameter& where = layout_.parameters[number];
    Tensor parameter = module_ ? module_->parameters()[number]
                               : torch::from_blob(weights_.mutable_data_ptr<float>() + where.offset,
                                                  where.shape, torch::kFloat32);
    if (where.frozen || module_)
      no_gradient_.resize(std::max(no_gradient_.size(), static_cast<size_t>(where.count)));
    if (where.frozen) {
      // Nothing is computed for it, nor below where nothing is trained.
      frozen_.push_back(static_cast<int>(number));
    } else {
      parameter.set_requires_grad(true);
      torch::autograd::impl::set_post_acc_grad_hooks(
          parameter, std::make_unique<GradientHook>(static_cast<int>(number), &observers_));
    }
    parameters_.push_back(std::move(parameter));
  }

  // As NextTokens. A vocabulary at each place of each prefix would not fit the memory.
  Status next_tokens(const Prefixes& prefixes, const Flow& memory, std::vector<float>& scores) {
    const Layer& last = training_.decoder.back();
    const auto all = static_cast<int64_t>(prefixes.texts.size());
    for (int64_t first = 0; first < all; first += kPrefixesAtOnce) {
      const int64_t some = std::min(kPrefixesAtOnce, all - first);
      const auto tokens = prefixes.tokens.begin() + first * prefixes.length;
      const Flow in{integers(tokens, some * prefixes.length).view({some, prefixes.length}),
                    torch::full({some}, prefixes.length, torch::kInt64)};
      const Tensor texts = integers(prefixes.texts.begin() + first, some);
      const Flow seen{memory.x.index_select(0, texts), memory.lengths.index_select(0, texts)};
      const Tensor given =
          HOWDAH_TRY(decode(in, seen, {}, last.type == model::LayerType::kDense ? &last : nullptr))
              .x;
      Tensor next = given.select(1, given.size(1) - 1).to(torch::kFloat32).clone();
      for (const int32_t never : {kPaddingToken, kBeginToken})
        next.select(1, never).fill_(-std::numeric_limits<float>::infinity());
      next = next.log_softmax(1).contiguous();
      const float* values = next.const_data_ptr<float>();
      scores.insert(scores.end(), values, values + next.numel());
    }
    return Status::ok();
  }
  static Tensor integers(std::vector<int32_t>::const_iterator first, int64_t count) {
    Tensor numbers = torch::empty({count}, torch::kInt64);
    std::copy_n(first, count, numbers.mutable_data_ptr<int64_t>());
    return numbers;
  }

  Place& place_of(int layer) {
    const auto number = static_cast<size_t>(layer);
    if (number >= places_.size()) places_.resize(number + 1);
    return places_[number];
  }

  Tensor working_buffer(size_t number) {
    const Buffer& buffer = layout_.buffers[number];
    return working_.narrow(0, buffer.offset, buffer.count);
  }

  void forget_gradients() {
    observers_ = nullptr;
    for (Tensor& parameter : parameters_) parameter.mutable_grad().reset();
  }

  const model::Training training_;
  const Layout& layout_;
  const Normalizer normalizer_;
  const LossFunction loss_;
  Tensor weights_, canonical_, working_;
  std::unique_ptr<BoundModule> module_;  // instead of layers
  std::vector<Tensor> parameters_;       // leaves that share weights_' memory
  std::vector<Place> places_;            // by the layers' numbers
  std::vector<int> frozen_;              // parameters whose gradient is no_gradient_
  std::vector<float> no_gradient_;       // zeros
  std::optional<Augmenter> augmenter_;
  const bool channels_last_;
  const int decoder_number_;  // of the decoder's first layer
  const Observers* observers_ = nullptr;
};

Network::Network(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Network::~Network() = default;

Result<std::unique_ptr<Network>> Network::create(const model::Training& training,
                                                 const Layout& layout,
                                                 dataset::ElementType element) {
  Normalizer normalizer =
      HOWDAH_TRY(Normalizer::make(training.normalization, training.input, element));
  std::unique_ptr<UserModule> module;
  if (training.module) module = HOWDAH_TRY(open_user_module(training));
  std::unique_ptr<Network> network;
  HOWDAH_TRY(torch_call("build the network", [&] {
    network.reset(new Network(std::make_unique<Impl>(training, layout, element,
                                                     std::move(normalizer), std::move(module))));
    return Status::ok();
  }));
  return network;
}

Status Network::initialize() {
  return impl_->guarded("initialize", [&] { return impl_->initialize(); });
}

std::span<float> Network::weights() {
  return impl_->weights();
}
std::span<float> Network::buffers() {
  return impl_->buffers();
}

Result<std::shared_ptr<const PreparedBatch>> Network::prepare(const dataset::RecordBatch& batch,
                                                              uint64_t seed) {
  std::shared_ptr<const PreparedBatch> prepared;
  HOWDAH_TRY(torch_call("prepare a micro-batch", [&] {
    prepared = impl_->prepare(batch, seed);
    return Status::ok();
  }));
  return prepared;
}

Status Network::backward(const dataset::RecordBatch& batch, uint64_t seed,
                         const Observers& observers, const PreparedBatch* prepared) {
  return impl_->guarded("train", [&] {
    return impl_->backward(batch, seed, observers,
                           prepared != nullptr ? *prepared : *impl_->prepare(batch, seed));
  });
}

Result<Predictions> Network::predict(const dataset::RecordBatch& batch) {
  Predictions said;
  HOWDAH_TRY(impl_->guarded("predict", [&]() -> Status {
    said = HOWDAH_TRY(impl_->predict(batch));
    return Status::ok();
  }));
  return said;
}

Status Network::evaluate(const dataset::RecordBatch& batch, Answers& answers) {
  return impl_->guarded("evaluate", [&] { return impl_->evaluate(batch, answers); });
}

Result<std::vector<std::vector<int32_t>>> Network::translate(const dataset::RecordBatch& batch,
                                                             const BeamOptions& options) {
  std::vector<std::vector<int32_t>> texts;
  HOWDAH_TRY(impl_->guarded("translate", [&]() -> Status {
    texts = HOWDAH_TRY(impl_->translate(batch, options));
    return Status::ok();
  }));
  return texts;
}

}  // namespace howdah::train
