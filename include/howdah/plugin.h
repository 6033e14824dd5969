// A network of your own in C++: a library that `model: {plugin: libmynet.so}` of a job file names.
//
//   #include <howdah/plugin.h>
//
//   struct Net : torch::nn::Module {
//     explicit Net(const howdah::ModelRequest& request)
//         : dense(register_module("dense", torch::nn::Linear(request.input[0], request.outputs)))
//         {}
//     torch::Tensor forward(torch::Tensor x) { return dense(x); }
//     torch::nn::Linear dense;
//   };
//   HOWDAH_MODEL([](const howdah::ModelRequest& request) { return std::make_shared<Net>(request);
//   })
//
// It is built against Howdah's own libtorch (`./dev setup` puts it into the cache) and linked to
// libtorch_cpu and libc10 alone; examples/plugin has a CMakeLists.txt. Howdah trains the module as
// it trains its own layers: parameters and float32 buffers by their registered names, the state of
// nothing else. So forward() changes a buffer in place, if at all, and keeps nothing in other
// members; random numbers come from libtorch's default generator, which is seeded before each call.
//
// A library that was built for another Howdah or another libtorch is refused by kModelAbi.
#pragma once

#include <torch/torch.h>
#include <torch/version.h>

#include <charconv>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#define HOWDAH_PLUGIN_STRING_OF(x) #x
#define HOWDAH_PLUGIN_STRING(x) HOWDAH_PLUGIN_STRING_OF(x)

namespace howdah {

inline constexpr const char* kModelAbi =
    "howdah model 1, torch " TORCH_VERSION
    ", libstdc++ ABI " HOWDAH_PLUGIN_STRING(_GLIBCXX_USE_CXX11_ABI);

// What a job asks of the module.
struct ModelRequest {
  // Of `model.options`; a list is its elements with commas between. An option that the factory did
  // not ask for, by text() and its like, is refused.
  std::map<std::string, std::string> options;
  std::vector<int64_t> input;  // the shape of a sample: [channels, height, width], [columns],
                               // [length] of a text
  int64_t outputs = 0;         // values that it is to give of a sample, or of each token
  int64_t vocabulary = 0;      // of a text's tokens, padding (0) among them

  // Each throws std::invalid_argument for what is no such value.
  std::string text(const std::string& name, const std::string& fallback) const {
    const std::string* value = find(name);
    return value == nullptr ? fallback : *value;
  }
  int64_t integer(const std::string& name, int64_t fallback) const {
    return number_of<int64_t>(name, fallback, "a whole number");
  }
  double number(const std::string& name, double fallback) const {
    return number_of<double>(name, fallback, "a number");
  }
  bool flag(const std::string& name, bool fallback) const {
    const std::string* value = find(name);
    if (value == nullptr) return fallback;
    if (*value == "true") return true;
    if (*value == "false") return false;
    throw std::invalid_argument("the option '" + name + "' is true or false, not '" + *value + "'");
  }

  mutable std::set<std::string> asked = {};

 private:
  const std::string* find(const std::string& name) const {
    asked.insert(name);
    const auto found = options.find(name);
    return found == options.end() ? nullptr : &found->second;
  }
  template <typename Number>
  Number number_of(const std::string& name, Number fallback, const char* what) const {
    const std::string* value = find(name);
    if (value == nullptr) return fallback;
    Number number{};
    const char* const end = value->data() + value->size();
    const auto [stopped, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc() || stopped != end)
      throw std::invalid_argument("the option '" + name + "' is " + what + ", not '" + *value +
                                  "'");
    return number;
  }
};

// A module, and how it is called.
struct Model {
  std::shared_ptr<torch::nn::Module> module;
  bool takes_lengths = false;
  // x: float32 [batch, channels, height, width] or [batch, columns]; of texts int64 [batch,
  // length], the length that of the longest, padded with 0 at the end. lengths, where forward()
  // takes them: int64 [batch], how many tokens are no padding. Gives float32 [batch, outputs], or
  // of each token [batch, length, outputs].
  std::function<torch::Tensor(const torch::Tensor& x, const torch::Tensor& lengths)> forward;
};

template <typename Module>
Model model_of(std::shared_ptr<Module> module) {
  static_assert(std::is_base_of_v<torch::nn::Module, Module>,
                "the factory gives a std::shared_ptr of a torch::nn::Module");
  using torch::Tensor;
  constexpr bool kLengths = requires(Module & m, Tensor t) {
    { m.forward(t, t) } -> std::convertible_to<Tensor>;
  };
  constexpr bool kAlone = requires(Module & m, Tensor t) {
    { m.forward(t) } -> std::convertible_to<Tensor>;
  };
  static_assert(kLengths || kAlone,
                "forward takes a torch::Tensor, or two (the values and the lengths of texts), and "
                "gives a torch::Tensor");
  Model model{module, kLengths, {}};
  Module* const called = module.get();  // model.module keeps it
  if (called == nullptr) return model;
  model.forward = [called](const Tensor& x, [[maybe_unused]] const Tensor& lengths) -> Tensor {
    if constexpr (kLengths)
      return called->forward(x, lengths);
    else
      return called->forward(x);
  };
  return model;
}
template <typename Module>
Model model_of(const torch::nn::ModuleHolder<Module>& holder) {
  return model_of(holder.ptr());
}

}  // namespace howdah

// Once a library: what makes the module of a request, a function or a lambda.
#define HOWDAH_MODEL(...)                                                            \
  extern "C" __attribute__((visibility("default"))) const char* howdah_model_abi() { \
    return ::howdah::kModelAbi;                                                      \
  }                                                                                  \
  extern "C" __attribute__((visibility("default"))) void howdah_model_create(        \
      const ::howdah::ModelRequest* request, ::howdah::Model* model) {               \
    *model = ::howdah::model_of((__VA_ARGS__)(*request));                            \
  }
