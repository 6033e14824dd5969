#include "worker/texts.h"

#include "text/encoder.h"
#include "train/network.h"

namespace howdah::worker {

Result<train::TranslationTexts> translation_texts(const model::Training& training,
                                                  const dataset::Index& trained_on,
                                                  const fs::Location& folder, Deadline deadline) {
  train::TranslationTexts texts;
  if (training.task != model::Task::kTranslation) return texts;
  const std::shared_ptr<const text::Encoder> encoder = HOWDAH_TRY(
      text::Encoder::load(trained_on.tokens, text::Encoder::Side::kTarget, folder, deadline));
  texts.translate = [beam = training.beam](train::Network& network,
                                           const dataset::RecordBatch& batch) {
    return network.translate(
        batch,
        {.beam = beam.width, .length_penalty = beam.length_penalty, .longest = beam.longest});
  };
  texts.text_of = [encoder](std::span<const int32_t> tokens) { return encoder->decode(tokens); };
  return texts;
}

}  // namespace howdah::worker
