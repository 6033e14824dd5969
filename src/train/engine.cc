#include "train/engine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <cstdlib>

namespace howdah::train {

void configure_engine(int threads) {
  at::set_num_threads(threads);
  try {
    at::set_num_interop_threads(1);
  } catch (const std::exception&) {
    // Set already, by an earlier call: it can be set once a process.
  }
}

std::string engine_fingerprint() {
  // ATen picks its kernels by its capability, oneDNN and MKL theirs by the processor's own flags.
  std::string flags;
  const auto flag = [&flags](bool present, const char* name) {
    if (present) flags += std::string(" ") + name;
  };
  __builtin_cpu_init();
  flag(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"), "avx2");
  flag(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"), "avx512");
  flag(__builtin_cpu_supports("avx512vnni"), "vnni");
  const char* limit = std::getenv("ONEDNN_MAX_CPU_ISA");
  const int threads = at::get_num_threads();
  return std::string("torch ") + TORCH_VERSION + ", " + at::get_cpu_capability() + "," + flags +
         (limit != nullptr ? std::string(", onednn at most ") + limit : std::string()) + ", " +
         std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

bool has_fast_bfloat16() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512bf16");
}

}  // namespace howdah::train
