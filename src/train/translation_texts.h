// What an evaluation needs beside the network to measure translations as texts.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/stream_reader.h"

namespace howdah::train {

class Network;

struct TranslationTexts {
  // What the network writes for each record of the batch: tokens of the target's vocabulary,
  // without the begin and from the end on nothing.
  std::function<Result<std::vector<std::vector<int32_t>>>(Network& network,
                                                          const dataset::RecordBatch& batch)>
      translate = {};
  // The text of tokens of the target's vocabulary; those of begin, end and padding say nothing.
  std::function<std::string(std::span<const int32_t> tokens)> text_of = {};

  bool given() const { return translate && text_of; }
};

}  // namespace howdah::train
