// Tests only: TorchScript archives, as somebody else would have written them. With libtorch's
// headers.
#pragma once

#include <torch/script.h>

#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "train/layout.h"

namespace howdah::train {

class TestScript {
 public:
  TestScript() { add_training(module_); }

  // "norm.weight": the submodules are made where they are not there yet.
  TestScript& parameter(const std::string& name, torch::Tensor value, bool trained = true) {
    const auto [owner, own] = owner_of(name);
    torch::jit::Module(owner).register_parameter(own, value.set_requires_grad(trained), false);
    return *this;
  }
  TestScript& buffer(const std::string& name, torch::Tensor value) {
    const auto [owner, own] = owner_of(name);
    torch::jit::Module(owner).register_buffer(own, std::move(value));
    return *this;
  }
  TestScript& define(const std::string& source) {
    module_.define(source);
    return *this;
  }
  std::string archive() const {
    std::ostringstream out;
    module_.save(out);
    return std::move(out).str();
  }

 private:
  static void add_training(torch::jit::Module& module) {
    module.register_attribute("training", c10::BoolType::get(), true);
  }
  std::pair<torch::jit::Module, std::string> owner_of(const std::string& name) {
    torch::jit::Module owner = module_;
    size_t begin = 0;
    for (size_t dot; (dot = name.find('.', begin)) != std::string::npos; begin = dot + 1) {
      const std::string part = name.substr(begin, dot - begin);
      if (!owner.hasattr(part)) {
        torch::jit::Module child("Part");
        add_training(child);
        owner.register_module(part, child);
      }
      owner = owner.attr(part).toModule();
    }
    return {owner, name.substr(begin)};
  }
  torch::jit::Module module_{"Net"};
};

// A training whose model is the archive, as if somebody had read it.
inline void use_archive(model::Training& training, std::string archive) {
  training.layers.clear();
  training.module.emplace();
  training.module->sha256 = std::string(64, 'a');
  training.module->content = std::make_shared<const std::string>(std::move(archive));
}

inline std::vector<model::Layer> small_layers() {
  using model::LayerType;
  return {{.type = LayerType::kConv2d, .units = 8, .kernel = 3, .padding = model::Layer::kSame},
          {.type = LayerType::kBatchNorm2d},
          {.type = LayerType::kRelu},
          {.type = LayerType::kMaxPool2d, .kernel = 2, .stride = 2},
          {.type = LayerType::kFlatten},
          {.type = LayerType::kDense, .units = 4}};
}
// The same network as small_layers(), with the weights that this training of them begins with.
// dropout_percent: libtorch's, before the dense layer.
inline std::string small_archive(const model::Training& of_layers, int dropout_percent = 0) {
  const Layout layout = Layout::of(of_layers).value();
  std::vector<float> weights(static_cast<size_t>(layout.weights)),
      buffers(static_cast<size_t>(layout.buffer_values));
  initialize(layout, of_layers.seed, weights, buffers);
  const auto value = [&](size_t number) {
    const Parameter& parameter = layout.parameters[number];
    return torch::from_blob(weights.data() + parameter.offset, parameter.shape).clone();
  };
  std::ostringstream source;
  source << "def forward(self, x):\n"
            "  x = torch.conv2d(x, self.conv.weight, self.conv.bias, [1, 1], [1, 1])\n"
            "  x = torch.batch_norm(x, self.norm.weight, self.norm.bias, self.norm.running_mean,\n"
            "                       self.norm.running_var, self.norm.training, 0.1, 1e-05, False)\n"
            "  self.norm.num_batches_tracked += 1\n"
            "  x = torch.flatten(torch.max_pool2d(torch.relu(x), [2, 2], [2, 2]), 1)\n"
         << "  x = torch.dropout(x, " << dropout_percent << ".0 / 100.0, self.training)\n"
         << "  return torch.linear(x, self.head.weight, self.head.bias)\n";
  return TestScript()
      .parameter("conv.weight", value(0))
      .parameter("conv.bias", value(1))
      .parameter("norm.weight", value(2))
      .parameter("norm.bias", value(3))
      .buffer("norm.running_mean", torch::zeros({8}))
      .buffer("norm.running_var", torch::ones({8}))
      .buffer("norm.num_batches_tracked", torch::zeros({}, torch::kInt64))
      .parameter("head.weight", value(4))
      .parameter("head.bias", value(5))
      .define(source.str())
      .archive();
}

}  // namespace howdah::train
