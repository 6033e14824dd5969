// The keys of attention, transformers and shared weights in a job file's layers.
#pragma once

#include <optional>
#include <string>

#include "job/yaml_section.h"
#include "model/layer_types.h"

namespace howdah::job {

// Whether the key was one of these: it is read into `layer`, whose type is known.
bool read_attention_key(model::LayerKey key, const std::string& word, YamlSection& keys,
                        model::Layer& layer);
// As the key is written; empty where it need not be. Nothing for another key.
std::optional<std::string> attention_value(const model::Layer& layer, model::LayerKey key);

}  // namespace howdah::job
