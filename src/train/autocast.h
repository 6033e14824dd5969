// bfloat16 inside the network, where libtorch's autocast thinks it safe; the weights stay float32.
// With libtorch's headers.
#pragma once

#include <ATen/autocast_mode.h>

namespace howdah::train {

// As long as it lives, on this thread.
class Autocast {
 public:
  explicit Autocast(bool on) : on_(on) {
    if (!on_) return;
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_cache_enabled(true);
    at::autocast::set_autocast_enabled(at::kCPU, true);
  }
  ~Autocast() {
    if (!on_) return;
    at::autocast::clear_cache();  // of weights that the optimizer will change
    at::autocast::set_autocast_enabled(at::kCPU, false);
  }
  Autocast(const Autocast&) = delete;

 private:
  const bool on_;
};

}  // namespace howdah::train
