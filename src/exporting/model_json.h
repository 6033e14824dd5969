// A network in words: the tree of its layers as the job file writes it, what goes in and what comes
// out.
#pragma once

#include "exporting/trained_model.h"

namespace howdah::exporting {

// {"howdah_model": 1, "job", "task", "input": {...}, "target_input": {...}, "output": {...},
//  "normalization": {...}, "class_names": [...], "target_names": [...], "tokens": {...},
//  "columns": [...], "layers": [...], "decoder": [...]}
Result<std::string> model_json(const TrainedModel& model);

}  // namespace howdah::exporting
