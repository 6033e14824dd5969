// What goes into an exported network and what comes out of it.
#pragma once

#include "exporting/trained_model.h"

namespace howdah::exporting {

struct Value {
  std::string name;
  std::string dtype;                 // "uint8"
  std::vector<std::string> extents;  // numbers, and names of what the caller chooses: "batch"
  std::string meaning;               // "raw pixels; the network normalizes them"
  std::string text() const;          // "uint8 [batch, 1, 28, 28]"
};
Value input_of(const TrainedModel& model);
// The same, and of a translation what it has written so far.
std::vector<Value> inputs_of(const TrainedModel& model);
// Of texts: how many tokens the network was trained for.
int64_t longest_of(const TrainedModel& model);
Value output_of(const TrainedModel& model);

// "value / 255, minus mean [0.28], divided by stddev [0.35]"; empty: the features as they are.
std::string normalization_text(const TrainedModel& model);

}  // namespace howdah::exporting
