#include "train/bound_module.h"

#include <algorithm>
#include <map>

#include "train/module_call.h"

namespace howdah::train {
namespace {

using torch::Tensor;

std::pair<std::string, std::string> owner_and_name(const std::string& full) {
  const size_t dot = full.rfind('.');
  if (dot == std::string::npos) return {"", full};
  return {full.substr(0, dot), full.substr(dot + 1)};
}

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument(what);
}

void check_parameter(const HeldTensor& held) {
  if (held.tensor.scalar_type() != torch::kFloat32 || held.tensor.layout() != torch::kStrided ||
      !held.tensor.device().is_cpu())
    refuse("its parameter '" + held.name + "' is of " + held.tensor.toString() +
           "; float32 can be trained");
  if (held.tensor.numel() == 0) refuse("its parameter '" + held.name + "' has no value");
}

// Each parameter gets memory of its own: two that are parts of one tensor would come apart.
void check_apart(const std::vector<HeldTensor>& parameters) {
  std::map<const void*, const HeldTensor*> storages;
  for (const HeldTensor& held : parameters) {
    const auto [other, is_new] = storages.emplace(held.tensor.storage().data(), &held);
    if (!is_new)
      refuse("its parameters '" + other->second->name + "' and '" + held.name +
             "' are parts of one tensor: that cannot be trained");
  }
}

bool is_float(const Tensor& tensor) {
  return tensor.scalar_type() == torch::kFloat32;
}

Tensor view_of(const Tensor& flat, int64_t offset, int64_t count, const model::Shape& shape) {
  return flat.narrow(0, offset, count).view(shape);
}

[[noreturn]] void refuse_other_module(const std::string& name) {
  refuse("the module is another one than it was: '" + name + "'");
}

std::map<std::string, Tensor> by_name(const std::vector<HeldTensor>& held) {
  std::map<std::string, Tensor> tensors;
  for (const HeldTensor& each : held) tensors.emplace(each.name, each.tensor);
  return tensors;
}

const Tensor& find(const std::map<std::string, Tensor>& tensors, const std::string& name,
                   const model::Shape& shape) {
  const auto found = tensors.find(name);
  if (found == tensors.end() || found->second.sizes() != torch::IntArrayRef(shape))
    refuse_other_module(name);
  return found->second;
}

}  // namespace

std::vector<model::LayerShape> parts_of(UserModule& module) {
  const std::vector<HeldTensor> parameters = module.parameters();
  for (const HeldTensor& held : parameters) check_parameter(held);
  check_apart(parameters);
  // One that was saved for inference alone says nothing of what to freeze.
  const bool says_what = std::any_of(parameters.begin(), parameters.end(),
                                     [](const auto& held) { return held.tensor.requires_grad(); });
  std::vector<model::LayerShape> parts;
  const auto part = [&](const std::string& owner) -> model::LayerShape& {
    for (model::LayerShape& known : parts)
      if (known.name == owner) return known;
    parts.emplace_back().name = owner;
    return parts.back();
  };
  for (const HeldTensor& held : parameters) {
    const auto [owner, name] = owner_and_name(held.name);
    model::LayerShape& of = part(owner);
    // Biases and the scales of norms have one dimension.
    of.trained.push_back({.name = name,
                          .shape = held.tensor.sizes().vec(),
                          .regularized = held.tensor.dim() > 1,
                          .frozen = says_what && !held.tensor.requires_grad()});
    of.parameters += held.tensor.numel();
  }
  for (const HeldTensor& held : module.buffers()) {
    if (!is_float(held.tensor) || held.tensor.numel() == 0) continue;
    const auto [owner, name] = owner_and_name(held.name);
    part(owner).buffers.push_back({name, held.tensor.sizes().vec()});
  }
  return parts;
}

void copy_values(UserModule& module, const Layout& layout, std::span<float> weights,
                 std::span<float> buffers) {
  const auto copy = [](const Tensor& from, std::span<float> whole, int64_t offset, int64_t count) {
    const Tensor values = from.detach().contiguous();
    std::copy_n(values.const_data_ptr<float>(), count, whole.begin() + offset);
  };
  const auto parameters = by_name(module.parameters()), held = by_name(module.buffers());
  std::fill(weights.begin(), weights.end(), 0.0F);
  for (const Parameter& parameter : layout.parameters)
    copy(find(parameters, parameter.name, parameter.shape), weights, parameter.offset,
         parameter.count);
  for (const Buffer& buffer : layout.buffers)
    copy(find(held, buffer.name, buffer.shape), buffers, buffer.offset, buffer.count);
}

BoundModule::BoundModule(std::unique_ptr<UserModule> module, const model::Training& training,
                         const Layout& layout, const Tensor& weights, const Tensor& buffers)
    : module_(std::move(module)), output_(model::network_output(training)), task_(training.task) {
  const auto held = by_name(module_->parameters());
  for (const Parameter& place : layout.parameters) {
    Tensor parameter = find(held, place.name, place.shape);
    parameter.set_data(view_of(weights, place.offset, place.count, place.shape));
    parameter.set_requires_grad(!place.frozen);
    parameters_.push_back(std::move(parameter));
  }
  std::map<std::string, const Buffer*> places;
  for (const Buffer& place : layout.buffers) {
    places.emplace(place.name, &place);
    if (place.frozen) evaluating_.insert(owner_and_name(place.name).first);
  }
  for (const HeldTensor& buffer : module_->buffers()) {
    Place& own = buffers_.emplace_back();
    const auto place = places.find(buffer.name);
    if (place == places.end())
      own.constant = buffer.tensor.detach().clone();
    else
      own.in_memory =
          view_of(buffers, place->second->offset, place->second->count, place->second->shape);
  }
}

Flow BoundModule::forward(const Flow& in, const LayerContext& context) {
  if (const int mode = context.training ? 1 : 0; mode != mode_) {
    module_->set_training(context.training, evaluating_);
    mode_ = mode;
  }
  put_buffers();
  Tensor given;
  {
    const GeneratorLock generator(context.dropout_seed);
    given = module_->forward(in.x, in.lengths);
  }
  take_buffers();
  return checked(std::move(given), in);
}

void BoundModule::put_buffers() {
  for (size_t i = 0; i < buffers_.size(); ++i)
    module_->put_buffer(
        i, buffers_[i].in_memory.defined() ? buffers_[i].in_memory : buffers_[i].constant.clone());
}

// A forward pass may have put a new tensor where a buffer was.
void BoundModule::take_buffers() {
  for (size_t i = 0; i < buffers_.size(); ++i) {
    Tensor& place = buffers_[i].in_memory;
    if (!place.defined()) continue;
    const Tensor now = module_->buffer(i).detach();
    if (now.sizes() != place.sizes())
      refuse("its forward gave a buffer another shape: " + std::to_string(now.numel()) +
             " values instead of " + std::to_string(place.numel()));
    if (now.data_ptr() != place.data_ptr()) place.copy_(now);
  }
}

Flow BoundModule::checked(Tensor given, const Flow& in) const {
  const bool each = output_.form == model::Form::kSequence;
  model::Shape wanted{in.x.size(0)};
  wanted.insert(wanted.end(), output_.shape.begin(), output_.shape.end());
  if (each) wanted[1] = in.x.size(1);
  if (!given.defined() || given.sizes() != torch::IntArrayRef(wanted) || !given.is_floating_point())
    refuse("it gives " +
           (given.defined() ? model::to_string(given.sizes().vec()) + " of " +
                                  std::string(c10::toString(given.scalar_type()))
                            : std::string("nothing")) +
           " for an input of " + model::to_string(in.x.sizes().vec()) + ", and must give " +
           model::to_string(wanted) + " of Float: " + std::string(model::what_outputs_say(task_)));
  return {std::move(given), each ? in.lengths : Tensor()};
}

}  // namespace howdah::train
