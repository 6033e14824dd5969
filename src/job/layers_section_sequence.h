// The keys of embeddings, recurrent layers and columns of tables in a job file's layers.
#pragma once

#include <optional>
#include <string>

#include "job/yaml_section.h"
#include "model/layer_types.h"

namespace howdah::job {

// Whether the key was one of these: it is read into `layer`, whose type is known.
bool read_sequence_key(model::LayerKey key, const std::string& word, YamlSection& keys,
                       model::Layer& layer);
// As the key is written; empty where it need not be. Nothing for another key.
std::optional<std::string> sequence_value(const model::Layer& layer, model::LayerKey key);

}  // namespace howdah::job
