#include "train/network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "dataset/random.h"
#include "train/normalizer.h"
#include "train/torch_call.h"

namespace howdah::train {
namespace {

using model::Layer;
using model::LayerType;
using torch::Tensor;

// Calls back as soon as a parameter's gradient is complete, and takes the gradient away, so that
// autograd hands over the next one as it is instead of adding to this one.
struct GradientHook : torch::autograd::PostAccumulateGradHook {
  GradientHook(int number, const Network::Observers* const* observers)
      : number(number), observers(observers) {}
  void operator()(const torch::autograd::Variable& parameter) override {
    Tensor& gradient = const_cast<torch::autograd::Variable&>(parameter).mutable_grad();
    const Tensor values = gradient.contiguous();
    gradient.reset();
    if (*observers != nullptr) (*observers)->gradient(number, values.const_data_ptr<float>());
  }
  const int number;
  const Network::Observers* const* const observers;
};

// Zero with probability `rate`, else 1 / (1 - rate): the j-th element of the layer depends on
// (seed, layer, j) alone, however many threads there are.
Tensor dropout_mask(const Tensor& like, double rate, uint64_t seed, int layer) {
  Tensor mask = torch::empty_like(like, torch::TensorOptions().requires_grad(false),
                                  torch::MemoryFormat::Contiguous);
  const auto threshold = static_cast<uint64_t>(rate * 0x1p32);
  const auto kept = static_cast<float>(1 / (1 - rate));
  dataset::SplitMix64 random(dataset::hash_of(seed, 0x64726f70 /* "drop" */, layer));
  float* values = mask.mutable_data_ptr<float>();
  const int64_t count = mask.numel();
  int64_t i = 0;
  for (; i + 1 < count; i += 2) {  // one draw serves two elements
    const uint64_t bits = random.next();
    values[i] = (bits >> 32) < threshold ? 0 : kept;
    values[i + 1] = (bits & 0xffffffff) < threshold ? 0 : kept;
  }
  if (i < count) values[i] = (random.next() >> 32) < threshold ? 0 : kept;
  return mask;
}

}  // namespace

class Network::Impl {
 public:
  Impl(const model::Training& training, const Layout& layout, Normalizer normalizer)
      : training_(training),
        layout_(layout),
        normalizer_(std::move(normalizer)),
        weights_(torch::zeros({layout.weights})),
        canonical_(torch::zeros({std::max<int64_t>(layout.buffer_values, 1)})),
        working_(canonical_.clone()) {
    first_parameter_.assign(training.layers.size(), 0);
    for (size_t i = layout.parameters.size(); i-- > 0;)
      first_parameter_[static_cast<size_t>(layout.parameters[i].layer)] = i;
    for (size_t i = 0; i < layout.parameters.size(); ++i) {
      const Parameter& place = layout.parameters[i];
      Tensor parameter = torch::from_blob(weights_.mutable_data_ptr<float>() + place.offset,
                                          place.shape, torch::kFloat32);
      parameter.set_requires_grad(true);
      torch::autograd::impl::set_post_acc_grad_hooks(
          parameter, std::make_unique<GradientHook>(static_cast<int>(i), &observers_));
      parameters_.push_back(std::move(parameter));
    }
  }

  std::span<float> weights() {
    return {weights_.mutable_data_ptr<float>(), static_cast<size_t>(layout_.weights)};
  }
  std::span<float> buffers() {
    return {canonical_.mutable_data_ptr<float>(), static_cast<size_t>(layout_.buffer_values)};
  }

  Status backward(const dataset::RecordBatch& batch, uint64_t dropout_seed,
                  const Observers& observers) {
    working_.copy_(canonical_);
    const Tensor outputs = forward(input_of(batch), true, dropout_seed);
    const Tensor labels = labels_of(batch);
    const Tensor loss = loss_of(outputs, labels);
    SampleSums sums;
    sums.loss = loss.item<double>();
    sums.correct = outputs.detach().argmax(1).eq(labels).sum().item<int64_t>();
    observers.forward_done(
        sums, {working_.const_data_ptr<float>(), static_cast<size_t>(layout_.buffer_values)});
    observers_ = &observers;
    try {
      loss.backward();
    } catch (...) {
      forget_gradients();
      throw;
    }
    observers_ = nullptr;
    return Status::ok();
  }

  Status evaluate(const dataset::RecordBatch& batch, ConfusionMatrix& answers, double& loss) {
    const torch::NoGradGuard no_gradients;
    working_.copy_(canonical_);
    const Tensor outputs = forward(input_of(batch), false, 0);
    loss += loss_of(outputs, labels_of(batch)).item<double>();
    const Tensor found = outputs.argmax(1).contiguous();
    const int64_t* classes = found.const_data_ptr<int64_t>();
    for (size_t i = 0; i < batch.labels.size(); ++i) answers.add(batch.labels[i], classes[i]);
    return Status::ok();
  }

 private:
  Tensor input_of(const dataset::RecordBatch& batch) {
    std::vector<int64_t> sizes{batch.records};
    sizes.insert(sizes.end(), training_.input.begin(), training_.input.end());
    Tensor input = torch::empty(sizes);
    normalizer_.apply(batch.features, input.mutable_data_ptr<float>());
    return input;
  }
  static Tensor labels_of(const dataset::RecordBatch& batch) {
    Tensor labels = torch::empty({batch.records}, torch::kInt64);
    std::copy(batch.labels.begin(), batch.labels.end(), labels.mutable_data_ptr<int64_t>());
    return labels;
  }
  static Tensor loss_of(const Tensor& outputs, const Tensor& labels) {
    return torch::nn::functional::cross_entropy(
        outputs, labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
  }

  Tensor forward(Tensor x, bool training, uint64_t dropout_seed) {
    size_t buffer = 0;
    for (size_t i = 0; i < training_.layers.size(); ++i)
      x = apply(static_cast<int>(i), x, training, dropout_seed, buffer);
    return x;
  }

  // buffer: the layer's first, moved on to the next layer's.
  Tensor apply(int number, const Tensor& x, bool training, uint64_t dropout_seed, size_t& buffer) {
    const Layer& layer = training_.layers[static_cast<size_t>(number)];
    const size_t first = first_parameter_[static_cast<size_t>(number)];
    const auto bias = [&] { return layer.bias ? parameters_[first + 1] : Tensor(); };
    switch (layer.type) {
      case LayerType::kConv2d: {
        const int64_t padding =
            layer.padding == Layer::kSame ? (layer.kernel - 1) / 2 : layer.padding;
        return torch::conv2d(x, parameters_[first], bias(), layer.stride, padding);
      }
      case LayerType::kMaxPool2d:
        return torch::max_pool2d(x, layer.kernel, layer.stride, layer.padding);
      case LayerType::kAveragePool2d:
        return torch::avg_pool2d(x, layer.kernel, layer.stride, layer.padding);
      case LayerType::kBatchNorm2d: {
        if (training && x.numel() == x.size(1))
          throw std::invalid_argument("layer " + std::to_string(number + 1) +
                                      " (batch_norm2d) needs more than one value a channel: a"
                                      " larger batch, or fewer streams");
        const Tensor mean = working_buffer(buffer++), variance = working_buffer(buffer++);
        return torch::batch_norm(x, parameters_[first], parameters_[first + 1], mean, variance,
                                 training, 0.1, 1e-5, false);
      }
      case LayerType::kDense:
        return torch::linear(x, parameters_[first], bias());
      case LayerType::kFlatten:
        return x.flatten(1);
      case LayerType::kDropout:
        if (!training || layer.rate == 0) return x;
        return x * dropout_mask(x, layer.rate, dropout_seed, number);
      case LayerType::kRelu:
        return torch::relu(x);
      case LayerType::kGelu:
        return torch::gelu(x);
      case LayerType::kTanh:
        return torch::tanh(x);
      case LayerType::kSigmoid:
        return torch::sigmoid(x);
    }
    return x;
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
  Tensor weights_, canonical_, working_;
  std::vector<Tensor> parameters_;       // leaves that share weights_' memory
  std::vector<size_t> first_parameter_;  // of each layer
  const Observers* observers_ = nullptr;
};

Network::Network(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Network::~Network() = default;

Result<std::unique_ptr<Network>> Network::create(const model::Training& training,
                                                 const Layout& layout,
                                                 dataset::ElementType element) {
  Normalizer normalizer =
      HOWDAH_TRY(Normalizer::make(training.normalization, training.input, element));
  std::unique_ptr<Network> network;
  HOWDAH_TRY(torch_call("build the network", [&] {
    network.reset(new Network(std::make_unique<Impl>(training, layout, std::move(normalizer))));
    return Status::ok();
  }));
  initialize(layout, training.seed, network->weights(), network->buffers());
  return network;
}

std::span<float> Network::weights() {
  return impl_->weights();
}
std::span<float> Network::buffers() {
  return impl_->buffers();
}

Status Network::backward(const dataset::RecordBatch& batch, uint64_t dropout_seed,
                         const Observers& observers) {
  return torch_call("train", [&] { return impl_->backward(batch, dropout_seed, observers); });
}

Status Network::evaluate(const dataset::RecordBatch& batch, ConfusionMatrix& answers,
                         double& loss) {
  return torch_call("evaluate", [&] { return impl_->evaluate(batch, answers, loss); });
}

}  // namespace howdah::train
