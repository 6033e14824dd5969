#include "exporting/torchscript_module.h"

#include <torch/script.h>

#include <map>
#include <sstream>

#include "exporting/torchscript_source.h"
#include "train/torch_call.h"

namespace howdah::exporting {
namespace {

using torch::Tensor;
using torch::jit::Module;

// The submodule "3.layers.0", made where it is not there yet.
Module submodule(Module parent, const std::string& path) {
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('.', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    if (!parent.hasattr(name)) {
      Module child("Layer");
      child.register_attribute("training", c10::BoolType::get(), false);
      parent.register_module(name, child);
    }
    parent = parent.attr(name).toModule();
    begin = end + 1;
  }
  return parent;
}

Tensor copy_of(const train::TensorView& view) {
  const auto type = view.type == train::TensorType::kFloat32 ? torch::kFloat32 : torch::kInt64;
  Tensor tensor = torch::empty(view.shape, type);
  std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
  return tensor;
}

bool is_parameter(const TrainedModel& model, const std::string& name) {
  for (const model::LayerShape& shape : model.shapes)
    for (const model::LayerParameter& parameter : shape.trained)
      if (name == shape.name + "." + parameter.name) return true;
  return false;
}

Tensor figures(const std::vector<double>& values, const model::Shape& input) {
  std::vector<int64_t> sizes(input.size(), 1);
  sizes[0] = static_cast<int64_t>(values.size());
  return torch::tensor(values, torch::kFloat32).reshape(sizes);
}

void add_normalization(Module& module, const TrainedModel& model) {
  const auto& [mean, stddev] = model.training.normalization;
  if (mean.empty()) return;
  Module child = submodule(module, kNormalization);
  child.register_buffer("mean", figures(mean, model.training.input));
  child.register_buffer("stddev", figures(stddev, model.training.input));
}

void add_tensors(Module& module, const TrainedModel& model) {
  for (const train::TensorView& view : model.tensors) {
    const size_t dot = view.name.rfind('.');
    Module layer = submodule(module, view.name.substr(0, dot));
    const std::string name = view.name.substr(dot + 1);
    if (is_parameter(model, view.name))
      layer.register_parameter(name, copy_of(view), false);
    else
      layer.register_buffer(name, copy_of(view));
  }
}

// The archive that training began with, with the weights that it ended with.
Result<std::string> trained_archive(const TrainedModel& model,
                                    const torch::jit::ExtraFilesMap& extra) {
  std::string file;
  HOWDAH_TRY(train::torch_call("write TorchScript", [&] {
    std::istringstream archive(*model.training.module->content);
    Module module = torch::jit::load(archive, torch::kCPU);
    std::map<std::string, Tensor> held;
    for (const auto& each : module.named_parameters()) held.emplace(each.name, each.value);
    for (const auto& each : module.named_buffers()) held.emplace(each.name, each.value);
    const torch::NoGradGuard no_gradients;
    for (const train::TensorView& view : model.tensors)
      if (const auto found = held.find(view.name); found != held.end())
        found->second.copy_(copy_of(view));
    module.eval();
    std::ostringstream out;
    module.save(out, extra);
    file = std::move(out).str();
    return Status::ok();
  }));
  return file;
}

}  // namespace

Result<std::string> torchscript_file(
    const TrainedModel& model, const std::vector<std::pair<std::string, std::string>>& extra) {
  if (model.training.module) return trained_archive(model, {extra.begin(), extra.end()});
  const std::string source = HOWDAH_TRY(torchscript_source(model));
  std::string file;
  HOWDAH_TRY(train::torch_call("write TorchScript", [&] {
    Module module("Network");
    module.register_attribute("training", c10::BoolType::get(), false);
    add_normalization(module, model);
    add_tensors(module, model);
    module.define(source);
    std::ostringstream out;
    module.save(out, torch::jit::ExtraFilesMap(extra.begin(), extra.end()));
    file = std::move(out).str();
    return Status::ok();
  }));
  return file;
}

}  // namespace howdah::exporting
