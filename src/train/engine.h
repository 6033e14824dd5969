// The process-wide settings of the tensor library, and what of it the result depends on.
#pragma once

#include <string>

namespace howdah::train {

// Once, before the first tensor: the threads that one operation uses.
void configure_engine(int threads);

// Everything beside the job itself that the bits of a result depend on: "torch 2.15.0, AVX512,
// 1 thread". Workers of one job must agree on it.
std::string engine_fingerprint();

// Whether this processor multiplies bfloat16 by instructions of its own; without them it is slower
// than float32.
bool has_fast_bfloat16();

}  // namespace howdah::train
