// The folder of the format `pytorch`: model.safetensors, model.json, model.py and a README with the
// lines that load them; of texts also their vocabulary, and tokens.py, which makes tokens by it.
#pragma once

#include "exporting/exported_file.h"
#include "exporting/weights_file.h"

namespace howdah::exporting {

Result<std::vector<ExportedFile>> python_folder(const TrainedModel& model, Names names);

// About ten lines of Python that load the folder and run one sample.
std::string python_lines(const TrainedModel& model, const std::string& folder);

}  // namespace howdah::exporting
