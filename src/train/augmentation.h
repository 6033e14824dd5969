// Changes images before training sees them, as model::Augmentation says.
//
// What happens to a record depends on (seed, its place in the micro-batch) alone; with a seed of
// (job, stream, step) a step that is computed again, by whoever, gives the same bits.
//
// Not thread-safe: it keeps the memory that it works in.
#pragma once

#include <cstdint>
#include <vector>

#include "dataset/index.h"
#include "model/training.h"
#include "train/normalizer.h"

namespace howdah::train {

// Record i of a micro-batch becomes weight * i + (1 - weight) * partner[i], and so does its loss.
struct Mixing {
  std::vector<int64_t> partner;
  double weight = 1;  // at least 0.5: the record's own class is the one that counts as right
};

class Augmenter {
 public:
  // The training's augmentation was checked (model::check_augmentation).
  Augmenter(const model::Training& training, dataset::ElementType element);

  // features: [records, channels, height, width]. Writes them changed and normalized, as
  // Normalizer::apply does.
  void apply(Bytes features, int64_t records, uint64_t seed, const Normalizer& normalizer,
             float* into);

  // Which records of the micro-batch are mixed; with mixup only.
  Mixing draw_mixing(int64_t records, uint64_t seed) const;
  // values: [records, size].
  void mix(const Mixing& mixing, float* values, int64_t size);

 private:
  struct Move;
  struct Color;
  template <typename T>
  void move_image(const T* from, const Move& move, const std::vector<T>& fill, T* to) const;
  template <typename T>
  void cut_out(const Move& move, const std::vector<T>& fill, T* image) const;
  void change_colors(const Color& color, float* image) const;
  void change_bytes(Bytes features, int64_t records, uint64_t seed, const Normalizer& normalizer,
                    float* into);

  const model::Augmentation options_;
  const dataset::ElementType element_;
  int64_t channels_ = 0, height_ = 0, width_ = 0;
  std::vector<uint8_t> fill_bytes_;
  std::vector<float> fill_units_, fill_values_;
  std::vector<std::byte> moved_;
  std::vector<float> units_;
};

}  // namespace howdah::train
