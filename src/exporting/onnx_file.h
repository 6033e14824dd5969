// A network as an ONNX file: IR version 8, opset 17, one output.
#pragma once

#include "exporting/trained_model.h"

namespace howdah::exporting {

// The file's bytes. Input "input": [batch, shape...] with the elements of the dataset (raw pixels
// as uint8; the first nodes normalize them); of texts int64 [batch, length], and of a translation
// also "target_input". Output "output": float32 [batch, classes], of tokens [batch, length,
// classes]. Metadata: "class_names", "model.json", and the vocabularies by their files' names, a
// binary one in base64.
//   kUnsupported  a layer that no operators are known for, with its place; 2 GiB or more
Result<std::string> onnx_file(const TrainedModel& model);

}  // namespace howdah::exporting
