#include "train/dropout_mask.h"

#include "dataset/random.h"

namespace howdah::train {

torch::Tensor dropout_mask(torch::IntArrayRef sizes, double rate, uint64_t seed, int layer,
                           uint64_t which) {
  torch::Tensor mask = torch::empty(sizes, torch::kFloat32);
  const auto threshold = static_cast<uint64_t>(rate * 0x1p32);
  const auto kept = static_cast<float>(1 / (1 - rate));
  dataset::SplitMix64 random(
      dataset::hash_of(seed, 0x64726f70 /* "drop" */ + (which << 32), layer));
  float* values = mask.mutable_data_ptr<float>();
  const int64_t count = mask.numel();
  int64_t i = 0;
  for (; i + 1 < count; i += 2) {  // one draw serves two elements
    const uint64_t bits = random.next();
    values[i] = (bits >> 32) < threshold ? 0 : kept;
    values[i + 1] = (bits & 0xffffffff) < threshold ? 0 : kept;
  }
  if (i < count) values[i] = (random.next() >> 32) < threshold ? 0 : kept;
  return mask;
}

}  // namespace howdah::train
