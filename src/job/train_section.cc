#include "job/train_section.h"

#include <fmt/format.h>

namespace howdah::job {

void read_train(YamlSection keys, model::Training& training) {
  training.epochs = keys.integer("epochs", 1, 1, 1'000'000);
  training.batch = keys.integer("batch", 128, 1, kLargestBatch);
  keys.any("accumulate");
  training.seed = static_cast<uint64_t>(keys.integer("seed", 1, 0));
  training.bfloat16 = keys.choice("precision", {"float32", "bfloat16"}, 0) == 1;
  const size_t channels_last = keys.choice("channels_last", {"auto", "true", "false"}, 0);
  if (channels_last > 0) training.channels_last = channels_last == 1;
  keys.choice("determinism", {"exact"}, 0);
  keys.finish();
}

void accumulate(YamlSection train, model::Training& training) {
  const int64_t times = train.integer("accumulate", 1, 1, 4096);
  if (times == 1) return;
  training.batch *= times;
  if (training.streams * times > kMostStreams || training.batch > kLargestBatch) {
    train.refuse(*train.any("accumulate"),
                 "'train.accumulate' makes " + std::to_string(training.streams * times) +
                     " streams and a batch of " + std::to_string(training.batch) + ", more than " +
                     std::to_string(kMostStreams) + " and " + std::to_string(kLargestBatch));
    return;
  }
  training.streams *= static_cast<int>(times);
}

std::string train_to_yaml(const model::Training& training) {
  const auto& last = training.channels_last;
  return fmt::format(
      "{{epochs: {}, batch: {}, seed: {}, precision: {}, channels_last: {}, determinism: exact}}",
      training.epochs, training.batch, training.seed, training.bfloat16 ? "bfloat16" : "float32",
      !last   ? "auto"
      : *last ? "true"
              : "false");
}

}  // namespace howdah::job
