// Plug-ins: libraries that make a torch::nn::Module (include/howdah/plugin.h).
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <map>

#include "base/digest.h"
#include "howdah/plugin.h"
#include "train/user_module.h"

namespace howdah::train {
namespace {

using torch::Tensor;

std::vector<HeldTensor> held(const torch::OrderedDict<std::string, Tensor>& tensors) {
  std::vector<HeldTensor> held;
  for (const auto& each : tensors) {
    bool twice = !each.value().defined();
    for (const HeldTensor& other : held) twice |= other.tensor.is_same(each.value());
    if (!twice) held.push_back({each.key(), each.value()});
  }
  return held;
}

class Plugin : public UserModule {
 public:
  explicit Plugin(Model model)
      : model_(std::move(model)), buffers_(held(model_.module->named_buffers())) {}

  std::vector<HeldTensor> parameters() override { return held(model_.module->named_parameters()); }
  std::vector<HeldTensor> buffers() override { return buffers_; }

  // In C++ forward() sees a member variable, not what the module has by the buffer's name: the
  // tensor stays, and gets the other's memory.
  void put_buffer(size_t number, const Tensor& tensor) override {
    buffers_[number].tensor.set_data(tensor);
  }
  Tensor buffer(size_t number) override { return buffers_[number].tensor; }

  void set_training(bool training, const std::set<std::string>& evaluating) override {
    model_.module->train(training);
    if (!training) return;
    for (const auto& part : model_.module->named_modules())
      if (evaluating.contains(part.key())) part.value()->eval();
  }

  Tensor forward(const Tensor& x, const Tensor& lengths) override {
    return model_.forward(x, lengths);
  }

 private:
  const Model model_;
  std::vector<HeldTensor> buffers_;
};

Status no_plugin(const std::string& why) {
  return Status(Code::kInvalidArgument, "is no plug-in: " + why)
      .with_advice("see include/howdah/plugin.h and examples/plugin");
}

// A loaded library stays: objects of its code may be anywhere. The same bytes are loaded once, and
// their file, which has no name, stays open, so that no other can be taken for it.
Result<void*> load_library(const std::string& content) {
  static std::map<std::string, void*> loaded;  // under GeneratorLock
  const std::string digest = Sha256::hex_of(as_bytes(content));
  if (const auto found = loaded.find(digest); found != loaded.end()) return found->second;
  const int file = ::memfd_create("howdah-plugin", MFD_CLOEXEC);
  if (file < 0) return Status::from_errno(errno, "memfd_create");
  for (size_t at = 0; at < content.size();) {
    const ssize_t count = ::write(file, content.data() + at, content.size() - at);
    if (count < 0) return Status::from_errno(errno, "write the plug-in to memory");
    at += static_cast<size_t>(count);
  }
  void* const library =
      ::dlopen(("/proc/self/fd/" + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const error = ::dlerror();
    std::string why = error != nullptr ? error : "it cannot be loaded";
    if (const size_t path = why.find("/proc/self/fd/"); path == 0) why.erase(0, why.find(": ") + 2);
    ::close(file);
    return no_plugin(why);
  }
  loaded.emplace(digest, library);
  return library;
}

template <typename Function>
Function* symbol(void* library, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(library, name));
}

Status check_options(const ModelRequest& request) {
  std::string known;
  for (const std::string& name : request.asked) known += (known.empty() ? " " : ", ") + name;
  for (const auto& [name, value] : request.options)
    if (!request.asked.contains(name))
      return Status(Code::kInvalidArgument, "it knows no option '" + name + "'")
          .with_advice(known.empty() ? "it has none" : "it asked for" + known);
  return Status::ok();
}

}  // namespace

Result<std::unique_ptr<UserModule>> open_plugin(const model::Training& training) {
  void* const library = HOWDAH_TRY(load_library(*training.module->content));
  const auto abi = symbol<const char*()>(library, "howdah_model_abi");
  const auto create = symbol<void(const ModelRequest*, Model*)>(library, "howdah_model_create");
  if (abi == nullptr || create == nullptr) return no_plugin("nothing in it says HOWDAH_MODEL(...)");
  if (std::string_view(abi()) != kModelAbi)
    return Status(Code::kInvalidArgument,
                  std::string("was built for ") + abi() + "; this is " + kModelAbi)
        .with_advice("build it again against this Howdah's headers and libtorch");
  ModelRequest request;
  request.options = training.module->options;
  request.input = model::network_input(training).shape;
  request.outputs = training.classes;
  request.vocabulary = training.vocabulary;
  Model model;
  create(&request, &model);
  if (!model.module || !model.forward)
    return Status(Code::kInvalidArgument, "its factory gave no module");
  HOWDAH_TRY(check_options(request));
  return std::unique_ptr<UserModule>(std::make_unique<Plugin>(std::move(model)));
}

}  // namespace howdah::train
