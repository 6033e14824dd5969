// From a micro-batch's records to what flows into a network. With libtorch's headers.
#pragma once

#include "dataset/stream_reader.h"
#include "model/training.h"
#include "train/augmentation.h"
#include "train/layer_forward.h"
#include "train/normalizer.h"

namespace howdah::train {

// What the first layer sees: normalized values, or the tokens of texts, cut to the longest one of
// the micro-batch. Of a language model all tokens but the last of each text.
// augmenter: null where nothing is augmented; else with what is drawn from the seed, and how
// records were mixed (nothing of the kind: no partners).
Flow input_of(const dataset::RecordBatch& batch, const model::Training& training,
              const Normalizer& normalizer, Augmenter* augmenter = nullptr, uint64_t seed = 0,
              Mixing* mixing = nullptr);

// int32 tokens with padding at their end, as Flow has them; `width` tokens a record.
Flow tokens_of(const int32_t* tokens, int64_t records, int64_t width);

// Of a translation: the tokens that the decoder has seen before each one that it is to say.
Flow decoder_input_of(const dataset::RecordBatch& batch, const model::Training& training);

}  // namespace howdah::train
