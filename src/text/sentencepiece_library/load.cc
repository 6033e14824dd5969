#include <dlfcn.h>

#include "text/sentencepiece_library/border.h"

namespace howdah::pieces {
namespace {

struct Loaded {
  const Border* border = nullptr;
  std::string error;

  Loaded() {
    // RTLD_DEEPBIND: what libsentencepiece refers to is its own, not what libtorch brought before.
    void* library = ::dlopen("libhowdah_sentencepiece.so", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    void* function = library ? ::dlsym(library, kBorder) : nullptr;
    if (function) {
      border = reinterpret_cast<BorderFunction*>(function)();
    } else {
      const char* reason = ::dlerror();
      error = reason ? reason : "libhowdah_sentencepiece.so does not load";
    }
  }
};

const Border* border(std::string& error) {
  static const Loaded loaded;
  if (!loaded.border) error = loaded.error;
  return loaded.border;
}

}  // namespace

std::unique_ptr<Model> Model::load(std::string_view bytes, std::string& error) {
  const Border* library = border(error);
  return library ? library->load(bytes, error) : nullptr;
}

bool train(const std::vector<std::string>& texts, const std::vector<Option>& options,
           std::string& model, std::string& error) {
  const Border* library = border(error);
  return library && library->train(texts, options, model, error);
}

bool load_library(std::string& error) {
  return border(error) != nullptr;
}

}  // namespace howdah::pieces
