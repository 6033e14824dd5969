// TorchScript archives, as torch.jit.save and Module::save write them.
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include <algorithm>
#include <sstream>

#include "train/user_module.h"

namespace howdah::train {
namespace {

using torch::Tensor;
using Script = torch::jit::Module;

// A buffer: an attribute of a submodule.
struct Slot {
  std::string name;
  Script owner;
  std::string attribute;
};

class TorchScript : public UserModule {
 public:
  TorchScript(Script script, bool takes_lengths)
      : script_(std::move(script)), takes_lengths_(takes_lengths) {
    for (const auto& part : script_.named_modules())
      for (const auto& buffer : part.value.named_buffers(false))
        if (buffer.value.defined())
          slots_.push_back({part.name.empty() ? buffer.name : part.name + "." + buffer.name,
                            part.value, buffer.name});
  }

  std::vector<HeldTensor> parameters() override {
    std::vector<HeldTensor> held;
    for (const auto& each : script_.named_parameters()) {
      bool twice = !each.value.defined();
      for (const HeldTensor& other : held) twice |= other.tensor.is_same(each.value);
      if (!twice) held.push_back({each.name, each.value});
    }
    return held;
  }

  std::vector<HeldTensor> buffers() override {
    std::vector<HeldTensor> held;
    for (size_t i = 0; i < slots_.size(); ++i) held.push_back({slots_[i].name, buffer(i)});
    return held;
  }
  void put_buffer(size_t number, const Tensor& tensor) override {
    slots_[number].owner.setattr(slots_[number].attribute, tensor);
  }
  Tensor buffer(size_t number) override {
    return slots_[number].owner.attr(slots_[number].attribute).toTensor();
  }

  void set_training(bool training, const std::set<std::string>& evaluating) override {
    script_.train(training);
    if (!training) return;
    for (const auto& part : script_.named_modules())
      if (evaluating.contains(part.name)) Script(part.value).eval();
  }

  // Each operation by itself: what the optimizing executor makes of them depends on how often it
  // has run, and the bits with it.
  Tensor forward(const Tensor& x, const Tensor& lengths) override {
    const torch::jit::GraphOptimizerEnabledGuard as_written(false);
    std::vector<torch::jit::IValue> inputs{x};
    if (takes_lengths_ && lengths.defined()) inputs.emplace_back(lengths);
    const torch::jit::IValue given = script_.forward(std::move(inputs));
    if (!given.isTensor())
      throw std::invalid_argument("its forward gives " + given.type()->repr_str() +
                                  ", not a tensor");
    return given.toTensor();
  }

 private:
  Script script_;
  const bool takes_lengths_;
  std::vector<Slot> slots_;
};

// libtorch goes on at length.
std::string first_sentence(const std::string& text) {
  return text.substr(0, std::min(text.find('\n'), text.find(". ")));
}

bool is_tensor(const c10::Argument& argument) {
  return argument.type()->isSubtypeOf(*c10::TensorType::get());
}

}  // namespace

Result<std::unique_ptr<UserModule>> open_torchscript(const std::string& content) {
  Script script;
  try {
    std::istringstream stream(content);
    script = torch::jit::load(stream, torch::kCPU);
  } catch (const std::exception& error) {
    const auto* known = dynamic_cast<const c10::Error*>(&error);
    const std::string text = known != nullptr ? known->what_without_backtrace() : error.what();
    return Status(Code::kInvalidArgument, "is no TorchScript archive: " + first_sentence(text))
        .with_advice("write it by torch.jit.script(model).save(...)");
  }
  const auto forward = script.find_method("forward");
  if (!forward) return Status(Code::kInvalidArgument, "the module in it has no method 'forward'");
  const auto& arguments = forward->function().getSchema().arguments();  // the first is itself
  const bool lengths = arguments.size() > 2 && is_tensor(arguments[2]);
  size_t needed = 0;
  for (size_t i = 0; i < arguments.size(); ++i)
    if (!arguments[i].default_value()) needed = i + 1;
  if (arguments.size() < 2 || !is_tensor(arguments[1]) || needed > (lengths ? 3U : 2U))
    return Status(Code::kInvalidArgument,
                  "its forward must take one tensor, or of texts a second one: their lengths")
        .with_advice("whatever else it takes needs a default");
  return std::unique_ptr<UserModule>(std::make_unique<TorchScript>(std::move(script), lengths));
}

}  // namespace howdah::train
