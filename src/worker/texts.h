// How a worker's network and the tokens of its dataset give texts.
#pragma once

#include "base/deadline.h"
#include "dataset/index.h"
#include "fs/file_systems.h"
#include "model/training.h"
#include "train/translation_texts.h"

namespace howdah::worker {

// Of a translation; of other tasks nothing is given. folder: of the indexed dataset that the
// network was trained on.
Result<train::TranslationTexts> translation_texts(const model::Training& training,
                                                  const dataset::Index& trained_on,
                                                  const fs::Location& folder, Deadline deadline);

}  // namespace howdah::worker
