#include "train/dropout_mask.h"

#include "dataset/random.h"

namespace howdah::train {

torch::Tensor dropout_mask(torch::IntArrayRef sizes, double rate, uint64_t seed, int layer,
                           uint64_t which) {
  torch::Tensor mask = torch::empty(sizes, torch::kFloat32);
  const auto threshold = static_cast<uint64_t>(rate * 0x1p32);
  // Chosen by number: a branch would be foretold wrongly half of the times.
  const float either[2] = {0, static_cast<float>(1 / (1 - rate))};
  const auto value = [&](uint64_t half) { return either[half >= threshold ? 1 : 0]; };
  dataset::SplitMix64 random(
      dataset::hash_of(seed, 0x64726f70 /* "drop" */ + (which << 32), layer));
  float* values = mask.mutable_data_ptr<float>();
  const int64_t count = mask.numel();
  int64_t i = 0;
  for (; i + 1 < count; i += 2) {  // one draw serves two elements
    const uint64_t bits = random.next();
    values[i] = value(bits >> 32);
    values[i + 1] = value(bits & 0xffffffff);
  }
  if (i < count) values[i] = value(random.next() >> 32);
  return mask;
}

}  // namespace howdah::train
