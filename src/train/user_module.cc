#include "train/user_module.h"

#include "dataset/random.h"
#include "train/module_call.h"

namespace howdah::train {

Result<std::unique_ptr<UserModule>> open_user_module(const model::Training& training) {
  const model::UserModule& module = *training.module;
  if (!module.content) return Status(Code::kInternal, "nobody has read the module's file");
  std::unique_ptr<UserModule> opened;
  HOWDAH_TRY(module_call([&]() -> Status {
    if (module.kind == model::UserModule::Kind::kTorchScript) {
      opened = HOWDAH_TRY(open_torchscript(*module.content));
      return Status::ok();
    }
    // Its layers draw their weights from the generator of the process.
    const GeneratorLock generator(dataset::hash_of(training.seed, 0x6d6f64756c65 /* "module" */));
    opened = HOWDAH_TRY(open_plugin(training));
    return Status::ok();
  }));
  return opened;
}

}  // namespace howdah::train
